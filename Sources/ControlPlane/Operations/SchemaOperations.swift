import GRDB
import Datasets
package import PersonalizeAPI

extension ControlPlane {
    package func createSchema(_ input: CreateSchemaRequest) async throws -> CreateSchemaResponse {
        do {
            _ = try Datasets.DatasetSchema(
                json: input.schema, domain: try Self.domain(input.domain), limits: settings.datasetLimits)
        } catch let error as SchemaError {
            throw PersonalizeError.invalidInput("\(error)")
        }
        let schema = SchemaResource(
            header: header(.schema, name: input.name, status: .active), schema: input.schema, domain: input.domain)
        try await create(schema, tags: nil, job: nil)
        return CreateSchemaResponse(schemaArn: schema.arn)
    }

    package func describeSchema(_ input: DescribeSchemaRequest) async throws -> DescribeSchemaResponse {
        let schema: SchemaResource = try await describe(input.schemaArn)
        return DescribeSchemaResponse(schema: schema.wire)
    }

    package func listSchemas(_ input: ListSchemasRequest) async throws -> ListSchemasResponse {
        let page = try await page(of: SchemaResource.self, nextToken: input.nextToken, maxResults: input.maxResults)
        return ListSchemasResponse(schemas: page.items.map(\.summary), nextToken: page.nextToken)
    }

    /// A schema has no states: it is gone when this returns.
    package func deleteSchema(_ input: DeleteSchemaRequest) async throws -> NoOutput {
        try await database.pool.write { database in
            let schema: SchemaResource = try ResourceStore.get(input.schemaArn, in: database)
            if let user = try ResourceStore.references(to: schema.arn, from: .dataset, in: database).first {
                throw PersonalizeError.inUse("The schema \(schema.arn) is in use by the dataset \(user).")
            }
            try ResourceStore.delete(schema.arn, in: database)
        }
        return NoOutput()
    }

    static func domain(_ name: String?) throws -> DatasetDomain? {
        guard let name else { return nil }
        guard let domain = DatasetDomain(rawValue: name) else {
            throw PersonalizeError.invalidInput("There is no domain \(name).")
        }
        return domain
    }
}
