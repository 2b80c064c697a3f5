import ControlPlane
import Datasets
import PersonalizeAPI
import Recipes
import Recommenders
import Serving
import Testing

/// What `palate.` keys make of the lists of campaigns.
@Suite struct ListOptionTests {
    private static let alsoOwn = ServedWorld.campaign + "-options"

    private func configuration(_ options: [String: String], weight: String = "0") -> CampaignConfig {
        CampaignConfig(itemExplorationConfig: options.merging(["explorationWeight": weight]) { first, _ in first })
    }

    /// Even and odd items, every third one a rarity as well.
    private func genres(_ item: Int) -> String { (item % 2 == 0 ? "even" : "odd") + (item % 3 == 0 ? "|rare" : "") }

    private func describedWorld() throws -> ServedWorld {
        let world = try ServedWorld()
        for item in 0..<60 where item != 7 { world.catalogue.put("i\(item)", genres: genres(item)) }
        return world
    }

    private func names(_ items: [PredictedItem]) -> [String] { items.compactMap(\.itemId) }

    @Test(arguments: [(2, 10), (5, 10), (500, 25)])
    func aListHasTheBestItemsThatAreNotTooManyOfACategory(maximum: Int, count: Int) async throws {
        let world = try describedWorld()
        try await world.deploy(.userPersonalization, configuration([:]))
        try await world.deploy(
            .userPersonalization, as: Self.alsoOwn,
            configuration([
                "palate.maximumPerCategory": "\(maximum)", "palate.categoryColumn": "GENRES",
            ]))
        var counts: [String: Int] = [:]
        var expected: [String] = []
        for item in names(try await world.list("u1", 60)) where expected.count < count {
            let number = Int(item.dropFirst()) ?? 0
            let categories = number == 7 ? [] : genres(number).split(separator: "|").map(String.init)
            guard categories.allSatisfy({ counts[$0, default: 0] < maximum }) else { continue }
            for category in categories { counts[category, default: 0] += 1 }
            expected.append(item)
        }
        let found = try await world.list("u1", count, campaign: Self.alsoOwn)
        #expect(names(found) == expected)
        #expect(zip(found, found.dropFirst()).allSatisfy { ($0.score ?? 0) >= ($1.score ?? 0) })
    }

    @Test func aBoostLiftsTheNewestAndLeavesTheOldest() async throws {
        let world = try ServedWorld()
        for item in 0..<60 { world.catalogue.put("i\(item)", created: SmallWorld.start + Int64(item) * SmallWorld.day) }
        func averageNumber(_ boost: String) async throws -> Double {
            try await world.deploy(.userPersonalization, configuration(["palate.freshnessBoost": boost]))
            let numbers = names(try await world.list("u1", 10)).compactMap { Int($0.dropFirst()) }
            return Double(numbers.reduce(0, +)) / Double(max(numbers.count, 1))
        }
        try await world.deploy(.userPersonalization, configuration([:]))
        let plain = try await world.list("u1", 60)
        try await world.deploy(.userPersonalization, configuration(["palate.freshnessBoost": "0"]))
        #expect(try await world.list("u1", 60) == plain)
        let numbers = [try await averageNumber("0"), try await averageNumber("0.5"), try await averageNumber("1")]
        #expect(numbers[0] < numbers[1] && numbers[1] < numbers[2], "\(numbers)")
    }

    @Test func aBoostOfOneLiftsTheNewestFromTheMiddleOfASmallCatalogueToTheTop() async throws {
        let world = try ServedWorld()
        let history = try #require(world.model.history(ofUser: "u1"))
        let ranked = world.model.recommender.recommendations(for: history, count: 60).map { world.model.items[$0.item] }
        let middle = ranked[30]
        for item in ranked where item != middle { world.catalogue.put(item, created: SmallWorld.start) }
        world.catalogue.put(middle, created: SmallWorld.end)
        try await world.deploy(.userPersonalization, configuration(["palate.freshnessBoost": "1"]))
        #expect(names(try await world.list("u1", 2)).contains(middle))
        #expect(names(try await world.list("u1", 60)).filter { $0 != middle } == ranked.filter { $0 != middle })
    }

    @Test func itemsWithAnEventOfTheTypesAreLeftOut() async throws {
        var interactions = SmallWorld.interactions
        interactions.eventTypes = Vocabulary(["View", "Purchase"])
        interactions.eventTypeIndices = (0..<interactions.count).map { UInt16($0 % 2) }
        let world = try ServedWorld(model: Result { try Algorithm.popularity.train(on: interactions) })
        func seen(_ types: Set<UInt16>) -> Set<String> {
            let user = UInt32(interactions.users.index(of: "u1") ?? 0)
            return Set(
                (0..<interactions.count).filter {
                    interactions.userIndices[$0] == user && types.contains(interactions.eventTypeIndices?[$0] ?? 9)
                }.map { interactions.items[Int(interactions.itemIndices[$0])] })
        }
        for (option, types) in [("purchase", [1]), ("View,purchase", [0, 1]), ("*", [0, 1]), ("rating", [])] {
            try await world.deploy(
                .popularityCount, CampaignConfig(itemExplorationConfig: ["palate.removeSeen": option]))
            let found = Set(names(try await world.list("u1", 60)))
            #expect(found == Set(interactions.items.identifiers).subtracting(seen(Set(types.map { UInt16($0) }))))
        }
    }

    @Test func anItemIsSeenAsSoonAsItsEventIsAcknowledged() async throws {
        let world = try ServedWorld()
        try await world.deploy(.userPersonalization, configuration(["palate.removeSeen": "*"]))
        let best = try #require(names(try await world.list("stranger", 1)).first)
        world.catalogue.add(.init(item: best, eventType: nil, time: SmallWorld.end), ofUser: "stranger")
        #expect(!names(try await world.list("stranger", 60)).contains(best))
        #expect(names(try await world.list("another", 1)) == [best])
    }
}
