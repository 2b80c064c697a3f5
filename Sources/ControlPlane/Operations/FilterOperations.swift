import Datasets
package import Filters
import GRDB
package import PersonalizeAPI

extension ControlPlane {
    package func createFilter(_ input: CreateFilterRequest) async throws -> CreateFilterResponse {
        let expression = try Self.parse(input.filterExpression)
        let filter = FilterResource(
            header: header(.filter, name: input.name), datasetGroupArn: input.datasetGroupArn,
            expression: input.filterExpression)
        try await create(filter, tags: input.tags, job: .activate) { [settings] database in
            let group: DatasetGroupResource = try ResourceStore.get(input.datasetGroupArn, in: database)
            try Self.checkIsActive(group)
            let schemas = try Self.schemas(of: group, limits: settings.datasetLimits, in: database)
            do {
                try expression.check(against: schemas, limits: settings.quotas.filterLimits)
            } catch let mistake as FilterMistake {
                throw Self.invalid(mistake)
            }
            try Self.checkRoom(for: expression, in: group, quotas: settings.quotas, database)
        }
        return CreateFilterResponse(filterArn: filter.arn)
    }

    package func describeFilter(_ input: DescribeFilterRequest) async throws -> DescribeFilterResponse {
        let filter: FilterResource = try await describe(input.filterArn)
        return DescribeFilterResponse(filter: filter.wire)
    }

    package func listFilters(_ input: ListFiltersRequest) async throws -> ListFiltersResponse {
        let page = try await page(
            of: FilterResource.self, referencing: input.datasetGroupArn, nextToken: input.nextToken,
            maxResults: input.maxResults)
        return ListFiltersResponse(Filters: page.items.map(\.summary), nextToken: page.nextToken)
    }

    package func deleteFilter(_ input: DeleteFilterRequest) async throws -> NoOutput {
        try await delete(input.filterArn, as: FilterResource.self)
        return NoOutput()
    }

    static func parse(_ expression: String) throws -> FilterExpression {
        do {
            return try FilterExpression(parsing: expression)
        } catch {
            throw invalid(error)
        }
    }

    private static func invalid(_ mistake: FilterMistake) -> PersonalizeError {
        .invalidInput("The filter expression is not valid: \(mistake)")
    }

    /// The schemas of the datasets of a group that are not being deleted.
    private static func schemas(
        of group: DatasetGroupResource, limits: DatasetLimits, in database: Database
    ) throws -> [DatasetType: Datasets.DatasetSchema] {
        var schemas: [DatasetType: Datasets.DatasetSchema] = [:]
        for (_, dataset) in try ResourceStore.list(DatasetResource.self, referencing: group.arn, in: database)
        where !dataset.status.isBeingDeleted {
            guard let type = DatasetType(rawValue: dataset.datasetType) else { continue }
            let schema: SchemaResource = try ResourceStore.get(dataset.schemaArn, in: database)
            schemas[type] = try Datasets.DatasetSchema(
                json: schema.schema, domain: try domain(schema.domain), limits: limits)
        }
        return schemas
    }

    private static func checkRoom(
        for expression: FilterExpression, in group: DatasetGroupResource, quotas: Quotas, _ database: Database
    ) throws {
        let filters = try ResourceStore.list(FilterResource.self, referencing: group.arn, in: database)
        guard filters.count < quotas.filters else {
            throw PersonalizeError.limitExceeded(
                "The dataset group \(group.arn) already has \(quotas.filters) filters.")
        }
        let fields = try filters.reduce(into: expression.datasetFields) {
            $0.formUnion(try parse($1.resource.expression).datasetFields)
        }
        guard fields.count <= quotas.datasetGroupFilterFields else {
            throw PersonalizeError.limitExceeded(
                "The filters of the dataset group \(group.arn) would use \(fields.count) distinct fields; "
                    + "they can use at most \(quotas.datasetGroupFilterFields).")
        }
    }
}

extension Quotas {
    package var filterLimits: FilterLimits {
        var limits = FilterLimits()
        limits.fieldsPerFilter = filterFields
        limits.fieldsPerDatasetGroup = datasetGroupFilterFields
        limits.eventsPerType = filterEventsPerType
        return limits
    }
}
