import ControlPlane
import Datasets
import Foundation
import PersonalizeAPI
import Recipes
import Recommenders
import Serving
import Synchronization

/// Two tastes: even and odd items. Items 0..<50 are old; items 50..<60 appear in the last ten of a hundred days.
enum SmallWorld {
    static let day: Int64 = 86_400
    static let start: Int64 = 1_700_000_000
    static let end = start + 100 * day

    static let interactions: Interactions = {
        var random = SeededGenerator(seed: 7)
        var events: [(time: Int64, user: Int, item: Int)] = []
        for user in 0..<60 {
            for _ in 0..<20 {
                let item = 2 * random.index(below: 25) + user % 2
                events.append((start + Int64(random.index(below: 89)) * day, user, item))
            }
        }
        for item in 0..<50 { events.append((start, item % 60, item)) }
        for item in 50..<60 {
            for user in 0..<(item - 49) { events.append((end - 10 * day + Int64(item - 50) * day, user, item)) }
        }
        events.append((end, 0, 0))
        events.sort { $0.time == $1.time ? ($0.user, $0.item) < ($1.user, $1.item) : $0.time < $1.time }
        var interactions = Interactions()
        for event in events {
            interactions.userIndices.append(UInt32(interactions.users.insert("u\(event.user)")))
            interactions.itemIndices.append(UInt32(interactions.items.insert("i\(event.item)")))
            interactions.timestamps.append(event.time)
        }
        return interactions
    }()

    static let model = Result { try Algorithm.userPersonalization.train(on: interactions) }

    static let itemSchema = """
        {"type": "record", "name": "Items", "namespace": "com.amazonaws.personalize.schema", "fields": [
        {"name": "ITEM_ID", "type": "string"}, {"name": "GENRES", "type": ["null", "string"], "categorical": true},
        {"name": "PRICE", "type": ["null", "float"]}, {"name": "CREATION_TIMESTAMP", "type": ["null", "long"]}],
        "version": "1.0"}
        """
    static let eventSchema = """
        {"type": "record", "name": "Interactions", "namespace": "com.amazonaws.personalize.schema", "fields": [
        {"name": "USER_ID", "type": "string"}, {"name": "ITEM_ID", "type": "string"},
        {"name": "TIMESTAMP", "type": "long"}, {"name": "DEVICE", "type": ["null", "string"], "categorical": true},
        {"name": "AGE", "type": ["null", "int"]}], "version": "1.0"}
        """
    static let userSchema = """
        {"type": "record", "name": "Users", "namespace": "com.amazonaws.personalize.schema", "fields": [
        {"name": "USER_ID", "type": "string"}, {"name": "GROUP", "type": "string", "categorical": true}],
        "version": "1.0"}
        """
}

/// A dataset group whose items come one by one.
final class TestCatalogue: CatalogueSource, FilterSource, ActionSource, RecentEventSource {
    private let rows = Mutex<[[String: String]]>([])
    private let users = Mutex<[[String: String]]>([])
    private let events = Mutex<[String: [RecentEvent]]>([:])
    let group: String

    init(group: String = "arn:aws:personalize:us-east-1:123456789012:dataset-group/films") { self.group = group }

    func put(_ item: String, genres: String? = nil, price: String? = nil, created: Int64? = nil) {
        var row = ["ITEM_ID": item]
        row["GENRES"] = genres
        row["PRICE"] = price
        row["CREATION_TIMESTAMP"] = created.map { "\($0)" }
        rows.withLock { $0.append(row) }
    }

    func putUser(_ user: String, group: String) {
        users.withLock { $0.append(["USER_ID": user, "GROUP": group]) }
    }

    func servedCatalogue(ofDatasetGroup arn: String) async throws -> ServedCatalogue {
        ServedCatalogue(
            datasetGroupArn: arn,
            datasets: [
                .items: ServedDataset(schemaArn: "items", stream: "items"),
                .interactions: ServedDataset(schemaArn: "events", stream: "events"),
                .users: ServedDataset(schemaArn: "users", stream: "users"),
            ])
    }

    func snapshot(of dataset: ServedDataset, since earlier: MetadataSnapshot?) async throws -> MetadataSnapshot {
        if dataset == ServedDataset(schemaArn: "users", stream: "users") {
            let schema = try Datasets.DatasetSchema(json: SmallWorld.userSchema)
            let rows = users.withLock { $0 }
            return MetadataSnapshot(
                schema: schema, table: rows.isEmpty ? nil : try MetadataTable(records: rows, schema: schema),
                position: Int64(rows.count))
        }
        guard dataset == ServedDataset(schemaArn: "items", stream: "items") else {
            return MetadataSnapshot(
                schema: try Datasets.DatasetSchema(json: SmallWorld.eventSchema), table: nil, position: 0)
        }
        let schema = try Datasets.DatasetSchema(json: SmallWorld.itemSchema)
        let rows = rows.withLock { $0 }
        return MetadataSnapshot(
            schema: schema, table: rows.isEmpty ? nil : try MetadataTable(records: rows, schema: schema),
            position: Int64(rows.count))
    }

    func servedFilter(_ filterArn: String, forCampaign arn: String) async throws -> ServedFilter {
        throw PersonalizeError.notFound("There are no filters here.")
    }

    func add(_ event: RecentEvent, ofUser user: String) {
        events.withLock { $0[user, default: []].append(event) }
    }

    func recentEvents(ofUser user: String, inDatasetGroup group: String) async throws -> [RecentEvent] {
        group == self.group ? events.withLock { $0[user] ?? [] } : []
    }

    func servedActions(forCampaign arn: String) async throws -> ServedActions {
        throw PersonalizeError.notFound("There are no actions here.")
    }

    func actionTable(of served: ServedActions) async throws -> MetadataTable? { nil }

    func newestActionEvents(
        ofUser user: String, in served: ServedActions, limit: Int
    ) async throws -> [StreamedActionEvent] { [] }
}

/// Campaigns of the small world's model.
final class ServedWorld: Sendable {
    static let campaign = "arn:aws:personalize:us-east-1:123456789012:campaign/films"
    let catalogue = TestCatalogue()
    let registry: CampaignRegistry
    let service: RecommendationService
    let model: TrainedModel
    private let directory: URL

    /// - Parameter seed: Of the first request; each request after it has the next.
    init(seed: UInt64 = 1, model trained: Result<TrainedModel, any Error> = SmallWorld.model) throws {
        model = try trained.get()
        directory = FileManager.default.temporaryDirectory.appending(path: "palate-serving-\(UUID().uuidString)")
        try model.write(to: directory.appending(path: "model"))
        registry = CampaignRegistry(catalogues: catalogue)
        let next = NextSeed(seed)
        service = RecommendationService(
            campaigns: registry, filters: catalogue, actions: catalogue, events: catalogue,
            randomness: { SeededGenerator(seed: next.take()) })
    }

    deinit { try? FileManager.default.removeItem(at: directory) }

    func deploy(
        _ recipe: Recipes.Recipe = .userPersonalization, as arn: String = campaign,
        _ configuration: CampaignConfig? = nil, events: EventSelection = .all
    ) async throws {
        try await registry.deploy(
            ServedModel(
                arn: arn, datasetGroupArn: catalogue.group, recipe: recipe, configuration: configuration,
                modelDirectory: directory.appending(path: "model"), events: events))
    }

    func list(
        _ user: String = "u1", _ count: Int = 10, campaign arn: String = campaign, columns: [String]? = nil,
        context: [String: String]? = nil
    ) async throws -> [PredictedItem] {
        try await service.getRecommendations(
            .init(
                campaignArn: arn, userId: user, numResults: count, context: context,
                metadataColumns: columns.map { ["ITEMS": $0] })
        ).itemList ?? []
    }
}

private final class NextSeed: Sendable {
    private let seed: Mutex<UInt64>

    init(_ seed: UInt64) { self.seed = Mutex(seed) }

    func take() -> UInt64 {
        seed.withLock { seed in
            defer { seed += 1 }
            return seed
        }
    }
}

extension CampaignConfig {
    static func exploring(_ weight: String, cutOff: String = "30") -> CampaignConfig {
        CampaignConfig(
            itemExplorationConfig: ["explorationWeight": weight, "explorationItemAgeCutOff": cutOff])
    }
}
