import Datasets
import Foundation

/// What a dataset holds now: its bulk data and the records that came one by one.
///
/// Of items, users and actions with one identifier the newest row counts, whichever way it came (developer guide,
/// "Importing training data into Amazon Personalize datasets").
struct DatasetContents {
    let controlPlane: ControlPlane

    /// A streamed record, completed to a row of its dataset.
    struct Row {
        let position: Int64
        let cells: [String: String]
    }

    /// - Returns: Nil when the dataset holds nothing.
    func interactions(of dataset: DatasetResource) async throws -> Interactions? {
        let bulk = try directory(of: dataset).map { try Interactions(contentsOf: $0) }
        let rows = try await streamedRows(of: dataset)
        guard !rows.isEmpty else { return bulk }
        let streamed = try Interactions(records: rows.map(\.cells), schema: try await schema(of: dataset))
        guard let bulk else { return streamed.withoutThose(of: Interactions()) }
        return bulk.followed(by: streamed.withoutThose(of: bulk))
    }

    /// - Returns: Nil when the dataset holds nothing.
    func metadata(of dataset: DatasetResource) async throws -> MetadataTable? {
        let bulk = try directory(of: dataset).map { try MetadataTable(contentsOf: $0) }
        let rows = try await newestRows(of: dataset) { bulk?.row(of: $0) != nil }
        guard !rows.isEmpty else { return bulk }
        let streamed = try MetadataTable(records: rows.map(\.cells), schema: try await schema(of: dataset))
        return bulk?.replaced(by: streamed) ?? streamed
    }

    func directory(of dataset: DatasetResource) -> URL? {
        dataset.bulkData.map { controlPlane.directories.datasets.appending(path: $0.directory) }
    }

    func schema(of dataset: DatasetResource) async throws -> Datasets.DatasetSchema {
        try controlPlane.parsed(try await controlPlane.describe(dataset.schemaArn))
    }

    /// All streamed rows in order of arrival. An event with the identifier of one before it is left out, as the API
    /// reference says; an event whose user never became known has its session for a user.
    func streamedRows(of dataset: DatasetResource) async throws -> [Row] {
        let isInteractions = DatasetType(name: dataset.datasetType)?.isInteractions ?? false
        var seen: Set<String> = []
        var rows: [Row] = []
        for stored in try await controlPlane.streamedRecords.allRecords(in: dataset.stream) {
            var cells = stored.record.cells
            if isInteractions {
                if let identifier = stored.record.eventIdentifier, !seen.insert(identifier).inserted { continue }
                cells["USER_ID"] = stored.record.user ?? stored.record.session
            }
            rows.append(Row(position: stored.position, cells: cells))
        }
        return rows
    }

    /// Of the streamed items, users or actions the newest row of each identifier, without those that a later import
    /// replaced.
    func newestRows(of dataset: DatasetResource, isInBulk: (String) -> Bool) async throws -> [Row] {
        guard let type = DatasetType(name: dataset.datasetType), !type.isInteractions else { return [] }
        let imported = dataset.bulkData?.streamPosition ?? 0
        var newest: [String: Row] = [:]
        for row in try await streamedRows(of: dataset) {
            guard let identifier = row.cells[type.subjectField] else { continue }
            newest[identifier] = row
        }
        return newest.filter { identifier, row in row.position > imported || !isInBulk(identifier) }
            .values.sorted { $0.position < $1.position }
    }
}

extension ControlPlane {
    /// What is known of the items, users or actions of a dataset group, however it came; nil when there is nothing.
    func metadata(_ type: DatasetType, ofDatasetGroup group: String) async throws -> MetadataTable? {
        guard let dataset = try await dataset(type, ofGroup: group) else { return nil }
        return try await DatasetContents(controlPlane: self).metadata(of: dataset)
    }
}
