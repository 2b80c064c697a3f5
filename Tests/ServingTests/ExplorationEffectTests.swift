import Datasets
import Foundation
import Recipes
import Recommenders
import Serving
import Testing

@Suite struct ExplorationEffectTests {
    private let model: TrainedModel
    private let table: MetadataTable
    private let places = 5

    init() throws {
        let world = GeneratedWorld(.init(users: 60, items: 40, events: 900, seed: 5))
        let data = world.interactions()
        model = try Algorithm.popularity.train(on: data)
        // Every item of the model, and one that nobody met.
        table = MetadataTable(
            type: .items, identifiers: Vocabulary(data.items.identifiers + ["brand-new"]), columns: [])
    }

    private func effect(on item: String, weight: Double, cutOff: Double) throws -> ExplorationEffect? {
        ExplorationEffect(
            on: item, of: model, table: table, scores: model.recommender.scores(for: History()), places: places,
            settings: try ItemExploration([
                "explorationWeight": "\(weight)", "explorationItemAgeCutOff": "\(cutOff)",
            ]), draws: 400, seed: 3)
    }

    @Test func withoutExplorationTheListIsThatOfTheModel() throws {
        let best = model.recommender.recommendations(for: History(), count: places).map(\.item)
        for item in 0..<model.items.count {
            let effect = try #require(try effect(on: model.items[item], weight: 0, cutOff: 1e6))
            #expect(effect.chance == (best.contains(item) ? 1 : 0))
            #expect(!effect.isExplored)
        }
    }

    @Test func theChanceIsThatOfListsDrawnByHand() throws {
        let settings = try ItemExploration(["explorationWeight": "0.5", "explorationItemAgeCutOff": "1000000"])
        var items = model.items
        let exploration = try #require(
            Exploration(of: model, ages: ItemAges(model), table: table, settings: settings, items: &items))
        let scores = model.recommender.scores(for: History())
        var generator = SeededGenerator(seed: 3)
        var shown: [Int: Int] = [:]
        for _ in 0..<400 {
            let drawn = exploration.sample(
                scores, itemCount: items.count, places: places, isAllowed: { _ in true }, using: &generator
            ).scores
            let order = drawn.indices.sorted { drawn[$0] == drawn[$1] ? $0 < $1 : drawn[$0] > drawn[$1] }
            for item in order.prefix(places) { shown[item, default: 0] += 1 }
        }
        for name in [model.items[0], model.items[7], "brand-new"] {
            let effect = try #require(try effect(on: name, weight: 0.5, cutOff: 1e6))
            #expect(effect.isExplored)
            let number = try #require(items.index(of: name))
            #expect(effect.chance == Double(shown[number] ?? 0) / 400)
        }
    }

    @Test func anItemThatIsTooOldIsNotExplored() throws {
        let oldest = try #require(
            model.items.identifiers.max {
                ItemAges(model).days(created: nil, item: model.items.index(of: $0))
                    < ItemAges(model).days(created: nil, item: model.items.index(of: $1))
            })
        let effect = try #require(try effect(on: oldest, weight: 0.5, cutOff: 0.001))
        #expect(effect.ageDays > 0.001)
        #expect(!effect.isExplored)
    }

    @Test func aNewItemHasNoEventsAndAnUnknownOneNoEffect() throws {
        #expect(try effect(on: "brand-new", weight: 0.5, cutOff: 30)?.events == 0)
        #expect(try effect(on: "nowhere", weight: 0.5, cutOff: 30) == nil)
    }
}
