import ControlPlane
import PersonalizeAPI
import Recipes
import Serving
import Testing

/// What may happen at once, for `make race`, which runs it under Thread Sanitizer.
@Suite struct ConcurrentServingTests {
    @Test func manyAskWhileCampaignsItemsAndEventsChange() async throws {
        let world = try ServedWorld()
        try await world.deploy()
        try await withThrowingTaskGroup(of: Void.self) { group in
            for asker in 0..<4 {
                group.addTask {
                    for round in 0..<40 {
                        let list = try await world.list("u\((asker * 40 + round) % 60)")
                        #expect(list.count == 10 && Set(list.map(\.itemId)).count == 10)
                        let request = GetRecommendationsRequest(
                            campaignArn: ServedWorld.campaign, userId: "u\(round)", numResults: 10)
                        // The small world keeps no events in memory, so that the short way has no answer for a user.
                        #expect(try world.service.recommendationsFromMemory(request) == nil)
                    }
                }
            }
            group.addTask {
                for round in 0..<15 {
                    try await world.deploy(.userPersonalization, .exploring(round % 2 == 0 ? "0.5" : "0"))
                }
            }
            group.addTask {
                for number in 0..<40 {
                    world.catalogue.put("new\(number)")
                    try await world.registry.update(world.catalogue.group)
                }
            }
            group.addTask {
                for number in 0..<200 {
                    world.catalogue.add(
                        RecentEvent(item: "i\(number % 50)", eventType: nil, time: SmallWorld.end + Int64(number)),
                        ofUser: "u\(number % 60)")
                }
            }
            try await group.waitForAll()
        }
        let last = try await world.list("u1", 100)
        #expect(last.contains { $0.itemId?.hasPrefix("new") == true })
    }

    @Test func listsAreKeptAndFoundFromManyTasks() async {
        let lists = AnsweredLists(capacity: 50)
        await withTaskGroup(of: Void.self) { group in
            for task in 0..<4 {
                group.addTask {
                    for number in 0..<500 {
                        lists.keep(["i\(number)"], as: "r\(task)-\(number)", ofDatasetGroup: "g")
                        let found = lists.items(of: "r\(task)-\(number)", inDatasetGroup: "g")
                        #expect(found == nil || found == ["i\(number)"])
                    }
                }
            }
        }
        #expect(lists.items(of: "r0-0", inDatasetGroup: "g") == nil)
    }
}
