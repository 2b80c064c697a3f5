import Datasets
import GRDB

extension ResourceStore {
    /// The datasets of a dataset group, those that are being deleted included.
    static func datasets(ofGroup arn: String, in database: Database) throws -> [DatasetResource] {
        try list(DatasetResource.self, referencing: arn, in: database).map(\.resource)
    }

    /// The dataset of a type, of which a group has one at most.
    static func dataset(
        _ type: DatasetType, ofGroup arn: String, in database: Database
    ) throws -> DatasetResource? {
        try datasets(ofGroup: arn, in: database).first { $0.datasetType == type.rawValue }
    }
}

extension ControlPlane {
    func dataset(_ type: DatasetType, ofGroup arn: String) async throws -> DatasetResource? {
        try await database.pool.read { try ResourceStore.dataset(type, ofGroup: arn, in: $0) }
    }

    /// The schemas of the datasets of a group that are not being deleted.
    func schemas(
        ofDatasetGroup arn: String, in database: Database
    ) throws -> [DatasetType: Datasets.DatasetSchema] {
        var schemas: [DatasetType: Datasets.DatasetSchema] = [:]
        for dataset in try ResourceStore.datasets(ofGroup: arn, in: database) where !dataset.status.isBeingDeleted {
            guard let type = DatasetType(rawValue: dataset.datasetType) else { continue }
            schemas[type] = try parsed(try ResourceStore.get(dataset.schemaArn, in: database))
        }
        return schemas
    }
}
