package import Datasets
package import Foundation
import GRDB
import PersonalizeAPI

/// A dataset as it is served; another value after each import, deletion of users or change of the schema.
package struct ServedDataset: Sendable, Hashable {
    let schemaArn: String
    /// Of the streamed records.
    let stream: String
    /// The bulk data, which is never changed, but may be gone after the next import; nil before the first.
    let directory: URL?
    /// Records up to this place are older than the bulk data.
    let importedPosition: Int64

    package init(schemaArn: String, stream: String, directory: URL? = nil, importedPosition: Int64 = 0) {
        self.schemaArn = schemaArn
        self.stream = stream
        self.directory = directory
        self.importedPosition = importedPosition
    }
}

/// Where the newest data of a dataset group is.
package struct ServedCatalogue: Sendable, Hashable {
    package let datasetGroupArn: String
    /// One of each type at most; those that are being deleted are not among them.
    package let datasets: [DatasetType: ServedDataset]

    package init(datasetGroupArn: String, datasets: [DatasetType: ServedDataset] = [:]) {
        self.datasetGroupArn = datasetGroupArn
        self.datasets = datasets
    }
}

/// What is known of the items, users or actions of a dataset, up to a place in its stream.
package struct MetadataSnapshot: Sendable {
    package let schema: Datasets.DatasetSchema
    /// Nil for interactions, and as long as the dataset is empty.
    package let table: MetadataTable?
    package let position: Int64

    package init(schema: Datasets.DatasetSchema, table: MetadataTable?, position: Int64) {
        self.schema = schema
        self.table = table
        self.position = position
    }
}

/// Where served campaigns learn of their items and users.
package protocol CatalogueSource: Sendable {
    func servedCatalogue(ofDatasetGroup arn: String) async throws -> ServedCatalogue

    /// What a dataset holds, every acknowledged record included.
    ///
    /// - Parameter earlier: A snapshot of the same dataset, to which newer records are added; nil reads everything.
    /// - Throws: `SegmentError` when an import has replaced the data.
    func snapshot(of dataset: ServedDataset, since earlier: MetadataSnapshot?) async throws -> MetadataSnapshot
}

extension ControlPlane: CatalogueSource {
    private static let pageSize = 10_000

    package func servedCatalogue(ofDatasetGroup arn: String) async throws -> ServedCatalogue {
        try await database.pool.read { [directories] in
            try Self.servedCatalogue(ofDatasetGroup: arn, directories, in: $0)
        }
    }

    static func servedCatalogue(
        ofDatasetGroup arn: String, _ directories: DataDirectories, in database: Database
    ) throws -> ServedCatalogue {
        var served: [DatasetType: ServedDataset] = [:]
        for (_, dataset) in try ResourceStore.list(DatasetResource.self, referencing: arn, in: database)
        where !dataset.status.isBeingDeleted {
            guard let type = DatasetType(name: dataset.datasetType) else { continue }
            served[type] = ServedDataset(
                schemaArn: dataset.schemaArn, stream: dataset.stream,
                directory: dataset.bulkData.map { directories.datasets.appending(path: $0.directory) },
                importedPosition: dataset.bulkData?.streamPosition ?? 0)
        }
        return ServedCatalogue(datasetGroupArn: arn, datasets: served)
    }

    package func snapshot(
        of dataset: ServedDataset, since earlier: MetadataSnapshot?
    ) async throws -> MetadataSnapshot {
        let schema: Datasets.DatasetSchema
        if let earlier {
            schema = earlier.schema
        } else {
            schema = try parsed(try await describe(dataset.schemaArn))
        }
        // Events are too many to be kept; what campaigns need of them is in their models.
        guard !schema.type.isInteractions else { return MetadataSnapshot(schema: schema, table: nil, position: 0) }
        let known = try earlier.map(\.table) ?? dataset.directory.map { try MetadataTable(contentsOf: $0) }
        var position = earlier?.position ?? 0
        var rows: [[String: String]] = []
        while true {
            let page = try await streamedRecords.records(
                in: dataset.stream, after: position, limit: Self.pageSize)
            guard let last = page.last else { break }
            rows += page.filter { stored in
                earlier != nil || stored.position > dataset.importedPosition
                    || !(stored.record.cells[schema.type.subjectField].map { known?.row(of: $0) != nil } ?? true)
            }.map(\.record.cells)
            position = last.position
            if page.count < Self.pageSize { break }
        }
        guard !rows.isEmpty else { return MetadataSnapshot(schema: schema, table: known, position: position) }
        let streamed = try MetadataTable(records: rows, schema: schema)
        return MetadataSnapshot(
            schema: schema, table: known?.replaced(by: streamed) ?? streamed, position: position)
    }
}
