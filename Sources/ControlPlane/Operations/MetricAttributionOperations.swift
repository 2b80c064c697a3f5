import Datasets
import GRDB
import ObjectStorage
package import PersonalizeAPI

extension ControlPlane {
    package func createMetricAttribution(
        _ input: CreateMetricAttributionRequest
    ) async throws -> CreateMetricAttributionResponse {
        try Self.checkDestination(input.metricsOutputConfig)
        let expressions = try Self.expressions(of: input.metrics, at: "metrics")
        try checkCount(input.metrics)
        let attribution = MetricAttributionResource(
            header: header(.metricAttribution, name: input.name), datasetGroupArn: input.datasetGroupArn,
            metrics: input.metrics, output: input.metricsOutputConfig)
        try await create(attribution, tags: nil, job: .createMetricAttribution) { database in
            let group: DatasetGroupResource = try ResourceStore.get(input.datasetGroupArn, in: database)
            try Self.checkIsActive(group)
            if let other = try ResourceStore.references(to: group.arn, from: .metricAttribution, in: database).first,
                other != attribution.arn
            {
                throw PersonalizeError.limitExceeded(
                    "The dataset group \(group.arn) already has the metric attribution \(other); it can have one.")
            }
            try self.check(expressions, ofDatasetGroup: group.arn, in: database)
        }
        return CreateMetricAttributionResponse(metricAttributionArn: attribution.arn)
    }

    package func describeMetricAttribution(
        _ input: DescribeMetricAttributionRequest
    ) async throws -> DescribeMetricAttributionResponse {
        let attribution: MetricAttributionResource = try await describe(input.metricAttributionArn)
        return DescribeMetricAttributionResponse(metricAttribution: attribution.wire)
    }

    package func listMetricAttributions(
        _ input: ListMetricAttributionsRequest
    ) async throws -> ListMetricAttributionsResponse {
        let page = try await page(
            of: MetricAttributionResource.self, referencing: input.datasetGroupArn, nextToken: input.nextToken,
            maxResults: input.maxResults)
        return ListMetricAttributionsResponse(
            metricAttributions: page.items.map(\.summary), nextToken: page.nextToken)
    }

    /// In the order in which the metrics were added; of all attributions when none is named. An attribution that is not
    /// there has none: the service model gives the operation no error for it.
    package func listMetricAttributionMetrics(
        _ input: ListMetricAttributionMetricsRequest
    ) async throws -> ListMetricAttributionMetricsResponse {
        let metrics = try await database.pool.read { database -> [MetricAttribute] in
            guard let arn = input.metricAttributionArn else {
                return try ResourceStore.list(MetricAttributionResource.self, in: database)
                    .flatMap { $0.resource.metrics }
            }
            return try ResourceStore.find(arn, as: MetricAttributionResource.self, in: database)?.metrics ?? []
        }
        let list = "metric-attribution-metrics/\(input.metricAttributionArn ?? "")"
        let start = min(
            try input.nextToken.map { Int(clamping: try PageToken($0, of: list).last) } ?? 0, metrics.count)
        let end = min(start + (input.maxResults ?? settings.pageSize), metrics.count)
        return ListMetricAttributionMetricsResponse(
            metrics: Array(metrics[start..<end]),
            nextToken: end < metrics.count ? PageToken(list: list, last: Int64(end)).text : nil)
    }

    /// Removes metrics, then adds others, then replaces the output. It is done when it is answered.
    package func updateMetricAttribution(
        _ input: UpdateMetricAttributionRequest
    ) async throws -> UpdateMetricAttributionResponse {
        guard let arn = input.metricAttributionArn else {
            throw PersonalizeError.invalidInput("metricAttributionArn is missing.")
        }
        let added = input.addMetrics ?? []
        let removed = input.removeMetrics ?? []
        let expressions = try Self.expressions(of: added, at: "addMetrics")
        if let output = input.metricsOutputConfig {
            let attribution: MetricAttributionResource = try await describe(arn)
            try Self.checkDestination(output)
            do {
                try await checkMayWrite(output, for: attribution.arn)
            } catch let failure as JobFailure {
                throw PersonalizeError.invalidInput("metricsOutputConfig: \(failure.reason)")
            }
        }
        let now = clock()
        let key = try await database.pool.write { database in
            var attribution: MetricAttributionResource = try ResourceStore.get(arn, in: database)
            try Self.checkIsActive(attribution)
            for name in removed {
                guard let place = attribution.metrics.firstIndex(where: { $0.metricName == name }) else {
                    throw PersonalizeError.notFound(
                        "The metric attribution \(arn) has no metric \(name.prefix(100)) to remove.")
                }
                attribution.metrics.remove(at: place)
            }
            for metric in added {
                guard !attribution.metrics.contains(where: { $0.metricName == metric.metricName }) else {
                    throw PersonalizeError.alreadyExists(
                        "The metric attribution \(arn) already has a metric \(metric.metricName).")
                }
                attribution.metrics.append(metric)
            }
            try self.checkCount(attribution.metrics)
            try self.check(expressions, ofDatasetGroup: attribution.datasetGroupArn, in: database)
            if let output = input.metricsOutputConfig { attribution.output = output }
            attribution.header.lastUpdated = now
            try ResourceStore.update(attribution, in: database)
            return attribution.key
        }
        if !removed.isEmpty { try await streamedRecords.removeSums(of: key, metrics: removed) }
        return UpdateMetricAttributionResponse(metricAttributionArn: arn)
    }

    package func deleteMetricAttribution(_ input: DeleteMetricAttributionRequest) async throws -> NoOutput {
        try await delete(input.metricAttributionArn, as: MetricAttributionResource.self)
        return NoOutput()
    }

    /// The expressions of metrics with the place of each, for messages.
    private static func expressions(
        of metrics: [MetricAttribute], at list: String
    ) throws -> [(place: String, expression: MetricExpression)] {
        var names: Set<String> = []
        return try metrics.enumerated().map { index, metric in
            guard !metric.metricName.isEmpty else {
                throw PersonalizeError.invalidInput("\(list)[\(index)].metricName is empty.")
            }
            guard !metric.eventType.isEmpty else {
                throw PersonalizeError.invalidInput("\(list)[\(index)].eventType is empty.")
            }
            guard names.insert(metric.metricName).inserted else {
                throw PersonalizeError.invalidInput(
                    "\(list)[\(index)].metricName: the metric \(metric.metricName) is given more than once.")
            }
            let place = "\(list)[\(index)].expression"
            do {
                return (place, try MetricExpression(parsing: metric.expression))
            } catch {
                throw PersonalizeError.invalidInput("\(place), \(error)")
            }
        }
    }

    private func checkCount(_ metrics: [MetricAttribute]) throws {
        guard metrics.count <= settings.quotas.attributedMetrics else {
            throw PersonalizeError.invalidInput(
                "A metric attribution can have at most \(settings.quotas.attributedMetrics) metrics; it would have "
                    + "\(metrics.count).")
        }
    }

    private static func checkDestination(_ output: MetricAttributionOutput) throws {
        guard let path = output.s3DataDestination?.path else { return }
        try checkLocation(path, at: "metricsOutputConfig.s3DataDestination.path")
    }

    /// The group's datasets must have what the metrics are about (developer guide, "Guidelines and requirements for a
    /// metric attribution").
    private func check(
        _ expressions: [(place: String, expression: MetricExpression)], ofDatasetGroup arn: String,
        in database: Database
    ) throws {
        let schemas = try schemas(ofDatasetGroup: arn, in: database)
        guard let interactions = schemas[.interactions], interactions[field: "EVENT_TYPE"] != nil else {
            throw PersonalizeError.invalidInput(
                "A metric attribution needs an Interactions dataset with the field EVENT_TYPE in the dataset group \(arn)."
            )
        }
        for (place, expression) in expressions {
            do {
                try expression.check(against: schemas)
            } catch {
                throw PersonalizeError.invalidInput("\(place), \(error)")
            }
        }
    }

    /// Checks that the role may write reports, if there is a place for them.
    ///
    /// - Throws: ``JobFailure``.
    func checkMayWrite(_ output: MetricAttributionOutput, for arn: String) async throws {
        guard let path = output.s3DataDestination?.path else { return }
        let location = try S3Location(parsing: path)
        let folder = location.isPrefix || location.key.isEmpty ? location.key : location.key + "/"
        try await checkMayWrite(
            bucket: location.bucket, key: "\(folder)AggregatedAttributionMetrics*", role: output.roleArn, for: arn)
    }
}
