import Datasets
import GRDB
import PersonalizeAPI

/// Which columns training learns from: `trainingDataConfig` (API reference, "TrainingDataConfig").
///
/// A column that is included by name, or not excluded where none is included, is learned from. Filters see all columns.
enum TrainingColumns {
    private static let used: Set<String> = ["USER_ID", "ITEM_ID", "TIMESTAMP", "EVENT_TYPE", "EVENT_VALUE"]

    /// - Throws: `PersonalizeError` with `InvalidInputException` for a column or dataset that the group does not have, and
    ///   for one that training cannot do without.
    static func check(
        _ configuration: TrainingDataConfig?, group: String, limits: DatasetLimits, at member: String,
        in database: Database
    ) throws {
        guard let configuration else { return }
        for (name, columns) in [
            ("excludedDatasetColumns", configuration.excludedDatasetColumns),
            ("includedDatasetColumns", configuration.includedDatasetColumns),
        ] {
            for (type, columns) in (columns ?? [:]).sorted(by: { $0.key < $1.key }) {
                let place = "\(member).\(name).\(type)"
                let known = try self.columns(of: type, group: group, limits: limits, at: place, in: database)
                for column in columns where !known.contains(column) {
                    throw PersonalizeError.invalidInput("\(place): the schema has no column \(column).")
                }
                guard name == "excludedDatasetColumns" else { continue }
                if let needed = columns.first(where: { used.contains($0) }) {
                    throw PersonalizeError.invalidInput("\(place): training cannot do without the column \(needed).")
                }
            }
        }
    }

    /// The columns of a table that are learned from.
    static func selected(of table: MetadataTable?, by configuration: TrainingDataConfig?) -> MetadataTable? {
        guard let table, let configuration else { return table }
        return MetadataTable(
            type: table.type, identifiers: table.identifiers,
            columns: table.columns.filter { isLearned($0.name, of: table.type, by: configuration) })
    }

    /// The interactions with the contexts that are learned from.
    static func selected(of interactions: Interactions, by configuration: TrainingDataConfig?) -> Interactions {
        guard let configuration else { return interactions }
        var selected = interactions
        selected.contextColumns = interactions.contextColumns.filter {
            isLearned($0.name, of: .interactions, by: configuration)
        }
        return selected
    }

    private static func isLearned(
        _ column: String, of type: DatasetType, by configuration: TrainingDataConfig
    ) -> Bool {
        func named(_ columns: [String: [String]]?) -> [String]? {
            columns?.first { DatasetType(name: $0.key) == type }?.value
        }
        if let included = named(configuration.includedDatasetColumns), !included.contains(column) { return false }
        return !(named(configuration.excludedDatasetColumns)?.contains(column) ?? false)
    }

    private static func columns(
        of type: String, group: String, limits: DatasetLimits, at place: String, in database: Database
    ) throws -> Set<String> {
        Set(try fields(of: type, group: group, limits: limits, at: place, in: database).map(\.name))
    }

    /// The fields of one dataset of a group.
    static func fields(
        of type: String, group: String, limits: DatasetLimits, at place: String, in database: Database
    ) throws -> [SchemaField] {
        let datasets = try ResourceStore.list(DatasetResource.self, referencing: group, in: database)
        guard let type = DatasetType(name: type),
            let dataset = datasets.first(where: { $0.resource.datasetType == type.rawValue })?.resource
        else { throw PersonalizeError.invalidInput("\(place): the dataset group has no such dataset.") }
        let schema: SchemaResource = try ResourceStore.get(dataset.schemaArn, in: database)
        do {
            return try Datasets.DatasetSchema(
                json: schema.schema, domain: try ControlPlane.domain(schema.domain), limits: limits
            ).fields
        } catch let error as SchemaError {
            throw PersonalizeError.invalidInput("\(place): \(error)")
        }
    }
}
