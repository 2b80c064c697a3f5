import Datasets
import Foundation
import GRDB
import NIOCore
import ObjectStorage
import PersonalizeAPI

/// Reports what an import of interactions adds to the metrics of its group.
///
/// What an INCREMENTAL import brings goes into the sums that events add to; of any import a report is written to the
/// attribution's bucket when the job says so (developer guide, "Publishing metric attribution reports to Amazon S3").
struct AttributionReporting {
    let controlPlane: ControlPlane

    /// - Parameters:
    ///   - directory: The columns of the import.
    ///   - first: The first row that the job brought.
    func run(
        _ job: DatasetImportJobResource, of dataset: DatasetResource, in directory: URL, from first: Int
    ) async throws {
        guard dataset.datasetType == DatasetType.interactions.rawValue else { return }
        let plan = try await controlPlane.database.pool.read {
            try controlPlane.attributionPlan(ofDatasetGroup: dataset.datasetGroupArn, in: $0)
        }
        let isPublished = job.publishAttributionMetricsToS3 ?? false
        let isCounted = job.importMode == "INCREMENTAL"
        guard let plan, isPublished || isCounted else { return }
        let now = Int64(controlPlane.clock().timeIntervalSince1970)
        var all = AttributionTotals()
        var recent = AttributionTotals()
        try await forEachValue(of: directory, from: first, plan) { value, time in
            if isPublished { all.add(value) }
            if isCounted, AttributionPlan.isRecent(time, now: now) { recent.add(value) }
        }
        if isPublished { try await publish(all.values, of: job, plan) }
        if isCounted {
            if let excess = try await controlPlane.excessSource(of: recent.values, plan) {
                throw tooManySources(excess)
            }
            let created = Int64((job.header.created.timeIntervalSince1970 * 1000).rounded())
            try await controlPlane.streamedRecords.count(recent.values, once: "\(job.arn)#\(created)")
        }
    }

    private func forEachValue(
        of directory: URL, from first: Int, _ plan: AttributionPlan, _ body: (AttributedValue, Int64) -> Void
    ) async throws {
        let rows = try DatasetRows(contentsOf: directory)
        guard let typeColumn = rows.column(named: "EVENT_TYPE"), let timeColumn = rows.column(named: "TIMESTAMP"),
            let itemColumn = rows.column(named: "ITEM_ID"), first < rows.count
        else { return }
        let sourceColumn = rows.column(named: "EVENT_ATTRIBUTION_SOURCE")
        let recommendationColumn = rows.column(named: "RECOMMENDATION_ID")
        let measured = (first..<rows.count).filter { plan.measures(rows.text(row: $0, column: typeColumn)) }
        let items = plan.needsItems ? Set(measured.map { rows.text(row: $0, column: itemColumn) }) : []
        let itemValue = try await controlPlane.itemValues(for: plan, items: items)
        var sources: Set<String> = []
        for row in measured {
            try Task.checkCancellation()
            guard let time = Int64(rows.text(row: row, column: timeColumn)), time >= 0 else { continue }
            let source = try await controlPlane.source(
                named: sourceColumn.map { rows.text(row: row, column: $0) },
                recommendation: recommendationColumn.map { rows.text(row: row, column: $0) })
            if source != AttributionPlan.undefinedSource, sources.insert(source).inserted,
                sources.count > controlPlane.settings.quotas.eventAttributionSources
            {
                throw tooManySources(source)
            }
            let eventType = rows.text(row: row, column: typeColumn)
            plan.forEachValue(
                ofEventType: eventType,
                cell: { name in rows.column(named: name).map { rows.text(row: row, column: $0) } },
                itemValue: { itemValue(rows.text(row: row, column: itemColumn), $0) }
            ) { metric, value in
                body(plan.value(value, of: metric, eventType: eventType, source: source, time: time), time)
            }
        }
    }

    private func tooManySources(_ source: String) -> JobFailure {
        JobFailure(
            reason:
                "The event attribution source \(source.prefix(100)) is one too many: a metric attribution can have at "
                + "most \(controlPlane.settings.quotas.eventAttributionSources).")
    }

    /// Writes a report; a second run after a stop writes the same object again.
    private func publish(
        _ values: [AttributedValue], of job: DatasetImportJobResource, _ plan: AttributionPlan
    ) async throws {
        guard let path = plan.attribution.output.s3DataDestination?.path else {
            throw JobFailure(
                reason:
                    "publishAttributionMetricsToS3 is true, but the metric attribution \(plan.attribution.arn) has no "
                    + "metricsOutputConfig.s3DataDestination.")
        }
        let location = try S3Location(parsing: path)
        let folder = location.isPrefix || location.key.isEmpty ? location.key : location.key + "/"
        let moment = Int64((job.header.created.timeIntervalSince1970 * 1000).rounded())
        let key = "\(folder)AggregatedAttributionMetrics - \(job.importMode) - \(moment).csv"
        try await controlPlane.checkMayWrite(
            bucket: location.bucket, key: key, role: plan.attribution.output.roleArn, for: plan.attribution.arn)
        do {
            try await controlPlane.objects.write(
                bucket: location.bucket, key: key, contentType: "text/csv", body: AttributionReport(values).chunks)
        } catch let error as ObjectStorageError {
            throw JobFailure(
                reason: "The metric report s3://\(location.bucket)/\(key) cannot be written: \(error)")
        }
    }
}

/// The CSV text of a report (developer guide, "Publishing metric attribution reports to Amazon S3").
struct AttributionReport {
    private static let header = [
        "METRIC_NAME", "EVENT_TYPE", "VALUE", "MATH_FUNCTION", "EVENT_ATTRIBUTION_SOURCE", "TIMESTAMP",
    ]

    private let text: [UInt8]

    init(_ values: [AttributedValue]) {
        var text = CSVBuffer()
        text.record(Self.header)
        let sorted = values.sorted {
            ($0.series.metric, $0.series.source, $0.window) < ($1.series.metric, $1.series.source, $1.window)
        }
        for value in sorted {
            let series = value.series
            text.record([
                series.metric, series.eventType, "\(value.value)", series.function, series.source, "\(value.window)",
            ])
        }
        self.text = text.bytes
    }

    var chunks: AsyncStream<ByteBuffer> {
        let text = text
        return AsyncStream { continuation in
            continuation.yield(ByteBuffer(bytes: text))
            continuation.finish()
        }
    }
}
