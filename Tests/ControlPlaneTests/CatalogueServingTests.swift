import ControlPlane
import Datasets
import Foundation
import PersonalizeAPI
import Testing

private let itemsSchema = """
    {"type": "record", "name": "Items", "namespace": "com.amazonaws.personalize.schema", "fields": [
    {"name": "ITEM_ID", "type": "string"}, {"name": "GENRES", "type": ["null", "string"], "categorical": true}],
    "version": "1.0"}
    """

/// What served campaigns learn of their items.
@Suite struct CatalogueServingTests {
    private static func put(_ items: [String: String], into dataset: String, _ service: TestService) async throws {
        _ = try await service.controlPlane.putItems(
            .init(
                datasetArn: dataset,
                items: items.map { Item(itemId: $0.key, properties: JSONText(#"{"genres": "\#($0.value)"}"#)) }))
    }

    private static func genres(_ snapshot: MetadataSnapshot?) -> [String: String] {
        guard let table = snapshot?.table, case .categorical(let column) = table[column: "GENRES"]?.values else {
            return [:]
        }
        return Dictionary(
            uniqueKeysWithValues: table.identifiers.identifiers.enumerated().map { row, item in
                (item, column.text(ofRow: row) ?? "")
            })
    }

    private static func snapshot(
        _ service: TestService, _ group: String, since earlier: MetadataSnapshot? = nil
    ) async throws -> MetadataSnapshot {
        let catalogue = try await service.controlPlane.servedCatalogue(ofDatasetGroup: group)
        let dataset = try #require(catalogue.datasets[.items])
        return try await service.controlPlane.snapshot(of: dataset, since: earlier)
    }

    @Test func theNewestRowOfAnItemCountsWhicheverWayItCame() async throws {
        let service = try TestService()
        try await service.allowImports()
        try await service.whileJobsRun {
            let group = try await service.createGroup()
            let schema = try await service.controlPlane.createSchema(.init(name: "items", schema: itemsSchema))
            let dataset =
                try await service.controlPlane.createDataset(
                    .init(
                        name: "items", schemaArn: schema.schemaArn ?? "", datasetGroupArn: group,
                        datasetType: "Items")
                ).datasetArn ?? ""
            _ = try await service.settled {
                try await service.controlPlane.describeDataset(.init(datasetArn: dataset)).dataset?.status
            }
            #expect(try await Self.snapshot(service, group).table == nil)

            try await Self.put(["a": "put before", "b": "put before"], into: dataset, service)
            #expect(
                Self.genres(try await Self.snapshot(service, group)) == ["a": "put before", "b": "put before"])

            try await service.put("ITEM_ID,GENRES\na,imported\nc,imported\n", key: "items.csv")
            let job = try await service.importAndWait(
                into: dataset, location: "s3://\(TestService.bucket)/items.csv")
            #expect(job?.status == "ACTIVE", "\(job?.failureReason ?? "")")
            let imported = try await Self.snapshot(service, group)
            #expect(Self.genres(imported) == ["a": "imported", "b": "put before", "c": "imported"])

            try await Self.put(["c": "put after", "d": "put after"], into: dataset, service)
            let expected = ["a": "imported", "b": "put before", "c": "put after", "d": "put after"]
            // All at once, and as an addition to what was known.
            #expect(Self.genres(try await Self.snapshot(service, group)) == expected)
            let added = try await Self.snapshot(service, group, since: imported)
            #expect(Self.genres(added) == expected && added.position > imported.position)
            #expect(Self.genres(try await Self.snapshot(service, group, since: added)) == expected)
        }
    }
}
