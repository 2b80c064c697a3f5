import Datasets
import Foundation
import Recommenders
import Testing

/// Items that are described and that nobody has met.
@Suite struct ColdItemTests {
    private static let world = GeneratedWorld(.init(users: 700, items: 400, events: 24_000, seed: 11))

    private func metadata() throws -> TrainingMetadata {
        let schema = """
            {"type": "record", "name": "Items", "namespace": "com.amazonaws.personalize.schema", "fields": [
            {"name": "ITEM_ID", "type": "string"}, {"name": "GENRES", "type": "string", "categorical": true}],
            "version": "1.0"}
            """
        let rows = (0..<400).map { index in
            let item = Self.world.item(index)
            return ["ITEM_ID": item.identifier, "GENRES": item.genres.joined(separator: "|")]
        }
        return TrainingMetadata(items: try MetadataTable(records: rows, schema: try DatasetSchema(json: schema)))
    }

    /// Every tenth item has no events in training. Each user who met some of those is asked with the rest of the history.
    @Test func newItemsAreFoundByWhatIsKnownOfThem() throws {
        let all = Self.world.interactions()
        let isCold = all.items.identifiers.indices.map { $0 % 10 == 3 }
        var options = TrainingOptions(seed: 2)
        options.metadata = try metadata()
        let warm = all.filtered { !isCold[Int(all.itemIndices[$0])] }
        // Only the items dataset knows the held-out items.
        let model = try Algorithm.userPersonalization.train(on: warm.renumbered(), options: options)
        let cold = all.items.identifiers.indices.filter { isCold[$0] }.compactMap {
            model.items.index(of: all.items[$0])
        }
        #expect(cold.count == isCold.count(where: { $0 }), "described items belong to the catalogue")

        var (found, byPopularity, wanted, users, shown) = (0, 0, 0, 0, Set<Int>())
        let histories = UserHistories(all)
        for user in 0..<histories.count {
            let met = Set(
                histories[user].items.filter { isCold[Int($0)] }.compactMap {
                    model.items.index(of: all.items[Int($0)])
                })
            guard let history = model.history(ofUser: all.users[user]) else { continue }
            let scores = model.recommender.scores(for: history)
            let seen = Set(history.items.map { Int($0) })
            shown.formUnion(
                model.recommender.recommendations(for: history, count: 25) { seen.contains($0) }.map(\.item))
            guard !met.isEmpty else { continue }
            users += 1
            wanted += min(met.count, 5)
            found += cold.sorted { scores[$0] > scores[$1] }.prefix(5).count { met.contains($0) }
            byPopularity += cold.sorted { model.popularity.counts[$0] > model.popularity.counts[$1] }.prefix(5)
                .count { met.contains($0) }
        }
        let recall = Double(found) / Double(wanted)
        let popularity = Double(byPopularity) / Double(wanted)
        let random = 5 / Double(cold.count)
        let shownCold = cold.count { shown.contains($0) }
        print(
            "cold items: recall@5 among \(cold.count) for \(users) users is \(recall); popularity \(popularity), random",
            "about \(random); \(shownCold) of them are in somebody's first 25")
        #expect(recall > 2 * random)
        #expect(recall > 2 * popularity)
        #expect(shownCold > 0)
    }

    @Test func aDescribedItemCanBeRecommendedFromABriefHistory() throws {
        var options = TrainingOptions(seed: 2)
        options.metadata = try metadata()
        let model = try Algorithm.userPersonalization.train(on: Self.world.interactions(), options: options)
        let scores = model.recommender.scores(for: History(items: [4], timestamps: [1_600_000_000]))
        #expect(scores.count == model.items.count)
        #expect(scores.allSatisfy { $0.isFinite })
    }

    @Test func aStoredModelWithContentScoresTheSameAndNeverTraps() throws {
        var options = TrainingOptions(seed: 2)
        options.metadata = try metadata()
        let model = try Algorithm.userPersonalization.train(on: Self.world.interactions(), options: options)
        #expect(model.manifest.learned["ranker_weight_of_content"] != nil)
        try withTemporaryDirectory { directory in
            let target = directory.appendingPathComponent("model")
            try model.write(to: target)
            let read = try TrainedModel(contentsOf: target)
            for user in model.users.identifiers.prefix(20) {
                let history = try #require(model.history(ofUser: user))
                #expect(read.recommender.scores(for: history) == model.recommender.scores(for: history))
            }
            let url = target.appendingPathComponent("weights.safetensors")
            let original = [UInt8](try Data(contentsOf: url))
            var random = SeededGenerator(seed: 4)
            for _ in 0..<60 {
                var damaged = original
                for _ in 0...random.index(below: 200) {
                    damaged[random.index(below: damaged.count)] = UInt8(truncatingIfNeeded: random.next())
                }
                try Data(damaged).write(to: url)
                do {
                    let read = try TrainedModel(contentsOf: target)
                    for user in read.users.identifiers.prefix(10) {
                        _ = read.recommender.recommendations(for: read.history(ofUser: user) ?? History(), count: 5)
                    }
                } catch is ModelError {}
            }
        }
    }
}

extension Interactions {
    /// With vocabularies that hold only what occurs.
    fileprivate func renumbered() -> Interactions {
        var result = self
        result.users = Vocabulary()
        result.items = Vocabulary()
        result.userIndices = userIndices.map { UInt32(result.users.insert(users[Int($0)])) }
        result.itemIndices = itemIndices.map { UInt32(result.items.insert(items[Int($0)])) }
        return result
    }
}
