import Datasets
import Foundation
import Recommenders
import Testing

/// Two hundred items of two kinds, even and odd. What decides the kind of the next item is what a test is about; nobody meets
/// an item twice.
private struct SideWorld {
    static let items = 200
    var interactions = Interactions(items: Vocabulary((0..<Self.items).map { "i\($0)" }), eventValues: nil)
    var random = SeededGenerator(seed: 17)
    private var cells: [(device: String, shown: String)] = []

    /// A user's events: a kind, a value and what else was shown, for each.
    mutating func add(
        _ events: [(kind: Int, device: String, value: Float?, shown: [Int])], user: Int
    ) {
        var met: Set<Int> = []
        let start = Int64(random.index(below: 1_000_000))
        for (place, event) in events.enumerated() {
            var item = 0
            repeat { item = 2 * random.index(below: Self.items / 2) + event.kind } while !met.insert(item).inserted
            interactions.userIndices.append(UInt32(interactions.users.insert("u\(user)")))
            interactions.itemIndices.append(UInt32(item))
            interactions.timestamps.append(start + Int64(place))
            if let value = event.value {
                interactions.eventValues = (interactions.eventValues ?? []) + [value]
            }
            cells.append((event.device, ([item] + event.shown).map { "i\($0)" }.joined(separator: "|")))
        }
    }

    func withDevices() -> Interactions {
        var result = interactions
        var names = Vocabulary()
        let codes = cells.map { UInt32(names.insert($0.device)) }
        result.contextColumns.append(
            MetadataColumn(
                field: SchemaField(name: "DEVICE", type: .string, isCategorical: true),
                values: .categorical(CategoricalColumn(cells: names, codes: codes))))
        return result
    }

    func withImpressions() -> Interactions {
        var result = interactions
        result.contextColumns.append(
            MetadataColumn(field: SchemaField(name: "IMPRESSION", type: .string), values: .text(cells.map(\.shown))))
        return result
    }

    /// As many items of either kind, in any order.
    func mixedHistory(_ seed: UInt64, values: [Float] = []) -> History {
        var random = SeededGenerator(seed: seed)
        var history = History()
        let order = random.permutation(of: 6)
        for place in order {
            let kind = place % 2
            history.append(
                item: UInt32(2 * random.index(below: Self.items / 2) + kind), timestamp: 500_000,
                eventValue: values.isEmpty ? .nan : values[kind])
        }
        return history
    }

    /// The part of the ten best new items that is even, over a few histories.
    func evenShare(_ model: TrainedModel, values: [Float] = [], _ context: RequestContext = .empty) -> Double {
        var even = 0
        for seed in 0..<20 as Range<UInt64> {
            let history = mixedHistory(seed, values: values)
            even += model.recommender.recommendations(for: history, in: context, count: 10) {
                history.items.contains(UInt32($0))
            }.count { $0.item % 2 == 0 }
        }
        return Double(even) / 200
    }
}

@Suite struct SideInformationTests {
    private func train(_ data: Interactions, users: MetadataTable? = nil, seed: UInt64 = 0) throws -> TrainedModel {
        var options = TrainingOptions(seed: seed)
        options.metadata.users = users
        return try Algorithm.userPersonalization.train(on: data, options: options)
    }

    /// Mixed at first; the last events are of the kind of the user's group.
    private func groups() throws -> (SideWorld, MetadataTable) {
        var world = SideWorld()
        for user in 0..<400 {
            let kinds = (0..<8).map { $0 < 6 ? world.random.index(below: 2) : user % 2 }
            world.add(kinds.map { ($0, $0 == 0 ? "tv" : "phone", nil, []) }, user: user)
        }
        let schema = """
            {"type": "record", "name": "Users", "namespace": "com.amazonaws.personalize.schema", "fields": [
            {"name": "USER_ID", "type": "string"}, {"name": "GROUP", "type": ["null", "string"], "categorical": true},
            {"name": "AGE", "type": ["null", "int"]}], "version": "1.0"}
            """
        let rows = (0..<400).map { user in
            let age = (user % 2 == 0 ? 20 : 50) + user / 2 % 20
            return ["USER_ID": "u\(user)", "GROUP": user % 2 == 0 ? "calm" : "wild", "AGE": "\(age)"]
        }
        return (world, try MetadataTable(records: rows, schema: try DatasetSchema(json: schema)))
    }

    @Test func attributesOfAUserDecideWhereTheyDecidedBefore() throws {
        let (world, users) = try groups()
        let model = try train(world.interactions, users: users)
        let calm = world.evenShare(model, RequestContext(userAttributes: ["GROUP": "calm"]))
        let wild = world.evenShare(model, RequestContext(userAttributes: ["GROUP": "wild"]))
        #expect(calm > 0.8)
        #expect(wild < 0.2)
        // So do ranges of numbers.
        let young = world.evenShare(model, RequestContext(userAttributes: ["AGE": "25"]))
        let old = world.evenShare(model, RequestContext(userAttributes: ["AGE": "65"]))
        #expect(young > old, "\(young), \(old)")
        // A value that training never saw says nothing.
        let odd = RequestContext(userAttributes: ["GROUP": "unheard of", "AGE": "not a number"])
        let history = world.mixedHistory(1)
        #expect(model.recommender.scores(for: history, in: odd) == model.recommender.scores(for: history))
    }

    @Test func aUserWithAttributesAndNoHistoryGetsWhatIsPopularWithSuchUsers() throws {
        let (world, users) = try groups()
        let model = try train(world.interactions, users: users)
        func evenShare(_ group: String) -> Double {
            let context = RequestContext(userAttributes: ["GROUP": group])
            let list = model.recommender.recommendations(for: History(), in: context, count: 20)
            return Double(list.count { $0.item % 2 == 0 }) / 20
        }
        #expect(evenShare("calm") > 0.65)
        #expect(evenShare("wild") < 0.35)
        let popular = model.popularity.recommendations(for: History(), count: 20).map(\.item)
        #expect(model.recommender.recommendations(for: History(), count: 20).map(\.item) == popular)
    }

    private func devices() -> SideWorld {
        var world = SideWorld()
        for user in 0..<300 {
            let kinds = (0..<10).map { _ in world.random.index(below: 2) }
            world.add(kinds.map { ($0, $0 == 0 ? "tv" : "phone", nil, []) }, user: user)
        }
        return world
    }

    @Test func theContextOfARequestDecidesWhereItDecidedBefore() throws {
        let world = devices()
        let model = try train(world.withDevices())
        #expect(world.evenShare(model, RequestContext(values: ["DEVICE": "tv"])) > 0.9)
        #expect(world.evenShare(model, RequestContext(values: ["DEVICE": "phone"])) < 0.1)
        let history = world.mixedHistory(1)
        let scores = model.recommender.scores(for: history)
        #expect(model.recommender.scores(for: history, in: RequestContext(values: ["DEVICE": "watch"])) == scores)
        let list = model.recommender.recommendations(
            for: History(), in: RequestContext(values: ["DEVICE": "phone"]), count: 20)
        #expect(list.count { $0.item % 2 == 1 } > 16)
    }

    /// Some stay with one kind. Others try both, value one more than the other, and end on that.
    private func critics() -> SideWorld {
        var world = SideWorld()
        for user in 0..<800 {
            let liked = user % 2
            let kinds = user < 300 ? [Int](repeating: liked, count: 10) : (0..<8).map { $0 % 2 } + [liked]
            world.add(kinds.map { ($0, "", user < 300 ? 3 : $0 == liked ? 5 : 1, []) }, user: user)
        }
        return world
    }

    @Test func itemsLikeThoseThatAUserValuedComeFirst() throws {
        let world = critics()
        let model = try train(world.interactions)
        let (high, low) = (world.evenShare(model, values: [5, 1]), world.evenShare(model, values: [1, 5]))
        #expect(high > low + 0.5, "\(high), \(low)")
        #expect(low < world.evenShare(model) && world.evenShare(model) < high)
    }

    /// Odd items are shown five times as often as they are taken; at last all are shown alike, and even ones are taken.
    private func showcases() -> SideWorld {
        var world = SideWorld()
        for user in 0..<400 {
            let length = 5 + world.random.index(below: 8)
            let kinds = (0..<length).map { place in
                place == length - 1 ? 0 : world.random.index(below: 2 * length - 2) < length ? 1 : 0
            }
            let events = kinds.map { kind in
                (kind, "", nil as Float?, (0..<5).map { _ in 2 * world.random.index(below: SideWorld.items / 2) + 1 })
            }
            world.add(events, user: user)
        }
        return world
    }

    @Test func whatIsShownAndSeldomTakenComesLast() throws {
        let world = showcases()
        let with = world.evenShare(try train(world.withImpressions()))
        let without = world.evenShare(try train(world.interactions))
        #expect(with > without + 0.05, "\(with), \(without)")
        #expect(with > 0.9)
    }

    @Test func aStoredModelScoresTheSameGrowsAndNeverTraps() throws {
        var (world, users) = try groups()
        world.interactions.eventValues = world.interactions.itemIndices.map { Float($0 % 5) }
        var data = world.withDevices()
        data.contextColumns += world.withImpressions().contextColumns
        let model = try train(data, users: users)
        let context = RequestContext(userAttributes: ["GROUP": "calm", "AGE": "60"], values: ["DEVICE": "tv"])
        let histories = [History()] + (0..<10).map { world.mixedHistory($0, values: [3, 4]) }
        try withTemporaryDirectory { directory in
            let target = directory.appendingPathComponent("model")
            try model.write(to: target)
            let read = try TrainedModel(contentsOf: target)
            for history in histories {
                let scores = model.recommender.scores(for: history, in: context)
                #expect(read.recommender.scores(for: history, in: context) == scores)
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
                    for history in histories { _ = read.recommender.scores(for: history, in: context) }
                } catch is ModelError {}
            }
        }
        let grown = try model.updated(with: data, catalogue: ["new"])
        for history in histories {
            #expect(grown.recommender.scores(for: history, in: context).count == SideWorld.items + 1)
        }
    }

    @Test func ofManyColumnsThoseThatSayMostAreRead() throws {
        let world = devices()
        var data = world.withDevices()
        var random = SeededGenerator(seed: 3)
        for column in 0..<12 {
            var names = Vocabulary()
            let codes = (0..<data.count).map { _ in UInt32(names.insert("v\(random.index(below: 3))")) }
            data.contextColumns.insert(
                MetadataColumn(
                    field: SchemaField(name: "NOISE_\(column)", type: .string, isCategorical: true),
                    values: .categorical(CategoricalColumn(cells: names, codes: codes))), at: 0)
        }
        let model = try train(data)
        #expect(model.manifest.learned.keys.count { $0.hasPrefix("ranker_weight_of_context_") } == 8)
        #expect(world.evenShare(model, RequestContext(values: ["DEVICE": "tv"])) > 0.9)
    }
}
