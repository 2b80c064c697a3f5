import ControlPlane
import Foundation
import PersonalizeAPI
import Testing

private let itemsSchema = """
    {"type": "record", "name": "Items", "namespace": "com.amazonaws.personalize.schema", "fields": [
    {"name": "ITEM_ID", "type": "string"}, {"name": "GENRES", "type": ["null", "string"], "categorical": true},
    {"name": "YEAR", "type": ["null", "int"]}], "version": "1.0"}
    """

@Suite struct FilterTests {
    private static let expression = #"INCLUDE ItemID WHERE Items.GENRES IN ($GENRES) AND Items.YEAR > 1990"#

    private static func withGroup(
        settings: ControlPlaneSettings = .forTests,
        _ body: @escaping @Sendable (TestService, String) async throws -> Void
    ) async throws {
        let service = try TestService(settings: settings)
        try await service.whileJobsRun {
            let group = try await service.createGroup()
            _ = try await service.createDataset(in: group)
            let schema = try await service.controlPlane.createSchema(.init(name: "items", schema: itemsSchema))
            _ = try await service.controlPlane.createDataset(
                .init(
                    name: "items", schemaArn: schema.schemaArn ?? "", datasetGroupArn: group, datasetType: "Items"))
            try await body(service, group)
        }
    }

    private static func create(
        _ service: TestService, _ name: String, in group: String, _ expression: String = expression
    ) async throws -> String {
        try await service.controlPlane.createFilter(
            .init(name: name, datasetGroupArn: group, filterExpression: expression)
        ).filterArn ?? ""
    }

    /// The error that creating a filter ends with.
    private static func refusal(
        _ service: TestService, _ name: String, in group: String, _ expression: String = expression
    ) async -> PersonalizeError? {
        do {
            _ = try await create(service, name, in: group, expression)
            return nil
        } catch {
            return error as? PersonalizeError
        }
    }

    @Test func aFilterBecomesActiveAndIsDescribedListedAndDeleted() async throws {
        try await Self.withGroup { service, group in
            let plane = service.controlPlane
            let arn = try await Self.create(service, "dramas", in: group)
            #expect(arn == "arn:aws:personalize:us-east-1:123456789012:filter/dramas")
            let describe: @Sendable () async throws -> PersonalizeAPI.Filter? = {
                try await plane.describeFilter(.init(filterArn: arn)).filter
            }
            #expect(try await service.settled { try await describe()?.status } == "ACTIVE")
            let filter = try await describe()
            #expect(filter?.filterExpression == Self.expression)
            #expect(filter?.datasetGroupArn == group)
            #expect(try await plane.listFilters(.init(datasetGroupArn: group)).Filters?.map(\.name) == ["dramas"])
            _ = try await plane.deleteFilter(.init(filterArn: arn))
            #expect(try await service.gone { _ = try await describe() })
            #expect(try await plane.listFilters(.init(datasetGroupArn: group)).Filters == [])
        }
    }

    @Test func whatIsWrongIsSaidWithItsPlace() async throws {
        try await Self.withGroup { service, group in
            let syntax = await Self.refusal(service, "a", in: group, "INCLUDE ItemID WHERE Items.GENRES IN (Drama)")
            #expect(syntax?.code == .invalidInputException)
            #expect(syntax?.message.contains("line 1, column 39") == true)
            let field = await Self.refusal(service, "a", in: group, "INCLUDE ItemID WHERE Items.PRICE < 3")
            #expect(field?.code == .invalidInputException)
            #expect(field?.message.contains("line 1, column 22: The schema of Items has no field PRICE") == true)
            let user = await Self.refusal(
                service, "a", in: group, "INCLUDE ItemID WHERE Items.YEAR < 3 IF CurrentUser.AGE > 3")
            #expect(user?.message.contains("has no Users dataset") == true)
            #expect(await Self.refusal(service, "a", in: group + "x")?.code == .resourceNotFoundException)
        }
    }

    @Test func namesFieldsAndFiltersAreLimited() async throws {
        var settings = ControlPlaneSettings.forTests
        settings.quotas.filters = 2
        settings.quotas.datasetGroupFilterFields = 2
        try await Self.withGroup(settings: settings) { service, group in
            let events = #"EXCLUDE ItemID WHERE Interactions.EVENT_TYPE IN ("*")"#
            _ = try await Self.create(service, "one", in: group)
            #expect(await Self.refusal(service, "one", in: group)?.code == .resourceAlreadyExistsException)
            #expect(await Self.refusal(service, "two", in: group, events)?.code == .limitExceededException)
            _ = try await Self.create(service, "two", in: group)
            #expect(await Self.refusal(service, "three", in: group)?.code == .limitExceededException)
        }
    }

    @Test func filtersGoWithTheirDatasetGroup() async throws {
        let service = try TestService()
        try await service.whileJobsRun {
            let plane = service.controlPlane
            let group = try await service.createGroup()
            let dataset = try await service.createDataset(in: group)
            let arn = try await Self.create(
                service, "seen", in: group, #"EXCLUDE ItemID WHERE Interactions.EVENT_TYPE IN ("*")"#)
            #expect(
                try await service.settled { try await plane.describeFilter(.init(filterArn: arn)).filter?.status }
                    == "ACTIVE")
            _ = try await plane.deleteDataset(.init(datasetArn: dataset))
            #expect(try await service.gone { _ = try await plane.describeDataset(.init(datasetArn: dataset)) })
            _ = try await plane.deleteDatasetGroup(.init(datasetGroupArn: group))
            #expect(try await service.gone { _ = try await plane.describeFilter(.init(filterArn: arn)) })
        }
    }
}
