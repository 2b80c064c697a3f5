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
            let schemas = try self.schemas(ofDatasetGroup: group.arn, in: database)
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
