import Datasets
import GRDB
package import PersonalizeAPI

extension ControlPlane {
    /// Gives a dataset of items or users a schema with more columns (developer guide, "Replacing a dataset's schema to
    /// add new columns"). Rows that are there already are null in the new columns.
    package func updateDataset(_ input: UpdateDatasetRequest) async throws -> UpdateDatasetResponse {
        let now = clock()
        let group = try await database.pool.write { database in
            var dataset: DatasetResource = try ResourceStore.get(input.datasetArn, in: database)
            let schema: SchemaResource = try ResourceStore.get(input.schemaArn, in: database)
            try Self.checkIsActive(dataset)
            guard let type = DatasetType(name: dataset.datasetType), type == .items || type == .users else {
                throw PersonalizeError.invalidInput(
                    "The dataset \(dataset.arn) is of the type \(dataset.datasetType); only the schemas of ITEMS and USERS "
                        + "datasets can be replaced.")
            }
            let imports = try ResourceStore.list(
                DatasetImportJobResource.self, referencing: dataset.arn, in: database)
            if let running = imports.first(where: { $0.resource.status.isBeingCreated }) {
                throw PersonalizeError.inUse("The dataset \(dataset.arn) is being filled by \(running.resource.arn).")
            }
            let group: DatasetGroupResource = try ResourceStore.get(dataset.datasetGroupArn, in: database)
            let old: SchemaResource = try ResourceStore.get(dataset.schemaArn, in: database)
            let replacement = try self.parsed(schema)
            do {
                try replacement.check(is: type, domain: try Self.domain(group.domain))
            } catch let error as SchemaError {
                throw PersonalizeError.invalidInput("\(error)")
            }
            try Self.check(replacement, extends: try self.parsed(old))
            dataset.schemaArn = schema.arn
            dataset.latestUpdate = DatasetUpdate(schemaArn: schema.arn, date: now)
            dataset.header.lastUpdated = now
            try ResourceStore.updateWithReferences(dataset, in: database)
            return group.arn
        }
        await hosting.host?.follow(datasetGroupArn: group)
        return UpdateDatasetResponse(datasetArn: input.datasetArn)
    }

    private static func check(
        _ replacement: Datasets.DatasetSchema, extends schema: Datasets.DatasetSchema
    ) throws {
        for field in schema.fields {
            guard let kept = replacement[field: field.name] else {
                throw PersonalizeError.invalidInput(
                    "The schema has no \(field.name), but all fields of the schema before must be kept.")
            }
            guard kept == field else {
                throw PersonalizeError.invalidInput(
                    "The field \(field.name) has another type or attribute than in the schema before.")
            }
        }
        for field in replacement.fields where schema[field: field.name] == nil && !field.isNullable {
            throw PersonalizeError.invalidInput("The new field \(field.name) must allow null.")
        }
    }
}
