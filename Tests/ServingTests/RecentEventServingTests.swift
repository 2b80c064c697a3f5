import ControlPlane
import Datasets
import PersonalizeAPI
import Recipes
import Recommenders
import Serving
import Testing

/// What events that came since the training do to lists.
@Suite struct RecentEventServingTests {
    private let now = SmallWorld.end + SmallWorld.day

    private func expected(_ world: ServedWorld, _ history: History) -> [String] {
        world.model.recommender.recommendations(for: history, count: 10).map { world.model.items[$0.item] }
    }

    private func history(_ world: ServedWorld, of user: String, then items: [String]) throws -> History {
        var history = world.model.history(ofUser: user) ?? History()
        for (place, item) in items.enumerated() {
            let number = try #require(world.model.items.index(of: item))
            history.append(item: UInt32(number), timestamp: now + Int64(place), eventType: 0)
        }
        return history
    }

    @Test(arguments: ["u1", "stranger"])
    func theListIsThatOfTheHistoryWithTheNewEvents(user: String) async throws {
        let world = try ServedWorld()
        try await world.deploy(.userPersonalization, .exploring("0"))
        let before = try await world.list(user).map(\.itemId)
        world.catalogue.add(RecentEvent(item: "i10", eventType: "click", time: now), ofUser: user)
        world.catalogue.add(RecentEvent(item: "i12", eventType: "click", time: now + 1), ofUser: user)
        let after = try await world.list(user).map(\.itemId)
        #expect(after == expected(world, try history(world, of: user, then: ["i10", "i12"])))
        #expect(after != before)
        #expect(try await world.list("another stranger").map(\.itemId) == expected(world, History()))
    }

    @Test func aRankingFollowsTheNewEvents() async throws {
        let world = try ServedWorld()
        try await world.deploy(.personalizedRanking)
        let items = (0..<50).map { "i\($0)" }
        func ranking() async throws -> [String?] {
            try await world.service.getPersonalizedRanking(
                .init(campaignArn: ServedWorld.campaign, inputList: items, userId: "stranger")
            ).personalizedRanking?.map(\.itemId) ?? []
        }
        let before = try await ranking()
        world.catalogue.add(RecentEvent(item: "i10", eventType: "click", time: now), ofUser: "stranger")
        #expect(try await ranking() != before)
    }

    @Test func anEventThatTheTrainingKnewIsNotDoubled() async throws {
        let world = try ServedWorld()
        try await world.deploy(.userPersonalization, .exploring("0"))
        let before = try await world.list("u1", 50)
        let history = try #require(world.model.history(ofUser: "u1"))
        for (item, time) in zip(history.items, history.timestamps) {
            world.catalogue.add(
                RecentEvent(item: world.model.items[Int(item)], eventType: nil, time: time), ofUser: "u1")
        }
        #expect(try await world.list("u1", 50).map(\.score) == before.map(\.score))
    }

    @Test func anEventFromBeforeTheTrainingStandsWhereItsTimePutsIt() async throws {
        let world = try ServedWorld()
        try await world.deploy(.userPersonalization, .exploring("0"))
        let trained = try #require(world.model.history(ofUser: "u1"))
        let time = trained.timestamps[5] + 1
        var history = History()
        for index in 0..<trained.count {
            if history.count == index, trained.timestamps[index] > time {
                history.append(item: 10, timestamp: time, eventType: 0)
            }
            history.append(item: trained.items[index], timestamp: trained.timestamps[index])
        }
        #expect(history.count == trained.count + 1)
        world.catalogue.add(
            RecentEvent(item: world.model.items[10], eventType: "click", time: time), ofUser: "u1")
        #expect(try await world.list("u1").map(\.itemId) == expected(world, history))
    }

    @Test func eventsThatDoNotCountForTheCampaignChangeNothing() async throws {
        let world = try ServedWorld()
        try await world.deploy(
            .userPersonalization, .exploring("0"), events: try EventSelection(eventType: "buy", threshold: "2"))
        let before = try await world.list("u1").map(\.itemId)
        let others = [
            RecentEvent(item: "i10", eventType: "click", time: now, value: 9),
            RecentEvent(item: "i12", eventType: "buy", time: now, value: 1),
            RecentEvent(item: "i14", eventType: "buy", time: now), RecentEvent(item: "i16", eventType: nil, time: now),
            RecentEvent(item: "nobody knows", eventType: "buy", time: now, value: 2),
        ]
        for event in others { world.catalogue.add(event, ofUser: "u1") }
        #expect(try await world.list("u1").map(\.itemId) == before)
        world.catalogue.add(RecentEvent(item: "i10", eventType: "buy", time: now, value: 2), ofUser: "u1")
        #expect(
            try await world.list("u1").map(\.itemId) == expected(world, try history(world, of: "u1", then: ["i10"])))
    }

    @Test func eventsOnItemsThatCameAfterTheTrainingAreBorne() async throws {
        let world = try ServedWorld()
        for number in 0..<20 { world.catalogue.put("new\(number)") }
        try await world.deploy(.userPersonalization, .exploring("1"))
        for number in 0..<20 {
            world.catalogue.add(RecentEvent(item: "new\(number)", eventType: "click", time: now), ofUser: "u1")
        }
        #expect(try await world.list("u1", 70).count == 70)
    }

    @Test func aNewItemThatWasSeenIsNotExploredAgain() async throws {
        let world = try ServedWorld()
        for number in 0..<5 { world.catalogue.put("new\(number)") }
        let arn = "arn:aws:personalize:us-east-1:123456789012:recommender/films"
        try await world.deploy(.topPicks, as: arn, .exploring("1"))
        func offered() async throws -> Set<String> {
            let answer = try await world.service.getRecommendations(
                .init(userId: "u1", numResults: 70, recommenderArn: arn))
            return Set((answer.itemList ?? []).compactMap(\.itemId))
        }
        #expect(try await offered().isSuperset(of: ["new1", "new2", "i20"]))
        world.catalogue.add(RecentEvent(item: "new1", eventType: "watch", time: now), ofUser: "u1")
        world.catalogue.add(RecentEvent(item: "i20", eventType: "Watch", time: now), ofUser: "u1")
        world.catalogue.add(RecentEvent(item: "new2", eventType: "Click", time: now), ofUser: "u1")
        let left = try await offered()
        #expect(left.contains("new2") && !left.contains("new1") && !left.contains("i20"))
    }
}
