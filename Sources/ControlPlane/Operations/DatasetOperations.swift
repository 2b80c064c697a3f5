import Datasets
package import PersonalizeAPI

extension ControlPlane {
    package func createDataset(_ input: CreateDatasetRequest) async throws -> CreateDatasetResponse {
        guard let type = DatasetType(name: input.datasetType) else {
            throw PersonalizeError.invalidInput(
                "datasetType is \(input.datasetType); it must be one of "
                    + DatasetType.allCases.map(\.rawValue).joined(separator: ", ") + ".")
        }
        let limits = settings.datasetLimits
        guard let groupName = input.datasetGroupArn.split(separator: "/", maxSplits: 1).dropFirst().first else {
            throw PersonalizeError.notFound("Could not find dataset group with Arn \(input.datasetGroupArn).")
        }
        let dataset = DatasetResource(
            header: header(.dataset, name: input.name, path: "\(groupName)/\(type.rawValue)"),
            datasetGroupArn: input.datasetGroupArn, schemaArn: input.schemaArn, datasetType: type.rawValue,
            trackingId: type == .actionInteractions ? identifiers.trackingIdentifier() : nil)
        try await create(dataset, tags: input.tags, job: .activate) { database in
            let group: DatasetGroupResource = try ResourceStore.get(input.datasetGroupArn, in: database)
            try Self.checkIsActive(group)
            let schema: SchemaResource = try ResourceStore.get(input.schemaArn, in: database)
            do {
                let parsed = try Datasets.DatasetSchema(
                    json: schema.schema, domain: try Self.domain(schema.domain), limits: limits)
                try parsed.check(is: type, domain: try Self.domain(group.domain))
            } catch let error as SchemaError {
                throw PersonalizeError.invalidInput("\(error)")
            }
        }
        return CreateDatasetResponse(datasetArn: dataset.arn)
    }

    package func describeDataset(_ input: DescribeDatasetRequest) async throws -> DescribeDatasetResponse {
        let dataset: DatasetResource = try await describe(input.datasetArn)
        return DescribeDatasetResponse(dataset: dataset.wire)
    }

    package func listDatasets(_ input: ListDatasetsRequest) async throws -> ListDatasetsResponse {
        let page = try await page(
            of: DatasetResource.self, referencing: input.datasetGroupArn, nextToken: input.nextToken,
            maxResults: input.maxResults)
        return ListDatasetsResponse(datasets: page.items.map(\.summary), nextToken: page.nextToken)
    }

    package func deleteDataset(_ input: DeleteDatasetRequest) async throws -> NoOutput {
        try await delete(input.datasetArn, as: DatasetResource.self) { dataset, database in
            let imports = try ResourceStore.list(
                DatasetImportJobResource.self, referencing: dataset.arn, in: database)
            if let running = imports.first(where: { $0.resource.status.isBeingCreated }) {
                throw PersonalizeError.inUse("The dataset \(dataset.arn) is being filled by \(running.resource.arn).")
            }
            let exports = try ResourceStore.list(
                DatasetExportJobResource.self, referencing: dataset.arn, in: database)
            if let running = exports.first(where: { $0.resource.status.isBeingCreated }) {
                throw PersonalizeError.inUse("The dataset \(dataset.arn) is being read by \(running.resource.arn).")
            }
            let versions = try ResourceStore.list(
                SolutionVersionResource.self, referencing: dataset.datasetGroupArn, in: database)
            if let training = versions.first(where: { $0.resource.status.isBeingCreated }) {
                throw PersonalizeError.inUse("The dataset \(dataset.arn) is being read by \(training.resource.arn).")
            }
        }
        return NoOutput()
    }

    /// - Throws: `PersonalizeError` with `ResourceInUseException` while the resource is being created or deleted, and
    ///   `InvalidInputException` when its creation failed.
    static func checkIsActive(_ resource: some Resource) throws {
        let kind = type(of: resource).kind.noun
        switch resource.status {
        case .active: break
        case .createFailed, .createStopped, .inactive:
            throw PersonalizeError.invalidInput("The \(kind) \(resource.arn) is in state \(resource.status.rawValue).")
        default:
            throw PersonalizeError.inUse("The \(kind) \(resource.arn) is in state \(resource.status.rawValue).")
        }
    }

    /// Like ``checkIsActive(_:)``, but lets a resource pass whose own creation is under way: scripts of the managed
    /// service create a dataset or a solution and use it in the next line.
    static func checkIsUsable(_ resource: some Resource) throws {
        if !resource.status.isBeingCreated { try checkIsActive(resource) }
    }

    /// Rows of the newest finished import, 0 before the first; for progress and logs, not on the wire.
    package func bulkRowCount(ofDataset arn: String) async throws -> Int {
        try await describe(arn, as: DatasetResource.self).bulkData?.rowCount ?? 0
    }
}
