import Datasets
import Foundation
import Recommenders
import Testing

@Suite struct ModelUpdateTests {
    /// Everybody walks the same ring of items; the newer users meet a new item after the third.
    private func walks(users: Range<Int>, meetingNew: Bool = false) -> [(String, String, Int64, String?)] {
        users.flatMap { user in
            (0..<8).flatMap { step -> [(String, String, Int64, String?)] in
                let item = (user + step) % 30
                let time = Int64(user * 100 + step * 2)
                let walk = ("u\(user)", "i\(item)", time, String?("click"))
                return meetingNew && item == 3 ? [walk, ("u\(user)", "new", time + 1, "buy")] : [walk]
            }
        }
    }

    @Test func theSameDataGiveTheSameScores() throws {
        let data = sampleInteractions()
        let model = try Algorithm.userPersonalization.train(on: data)
        let updated = try model.updated(with: data)
        #expect(updated.manifest == model.manifest)
        for user in data.users.identifiers.prefix(30) {
            let history = try #require(model.history(ofUser: user))
            #expect(updated.history(ofUser: user)?.items == history.items)
            #expect(updated.recommender.scores(for: history) == model.recommender.scores(for: history))
        }
    }

    @Test func newItemsUsersAndEventsAreKnownAfterwards() throws {
        let old = walks(users: 0..<150)
        let model = try Algorithm.userPersonalization.train(on: interactions(old))
        let all = interactions(old + walks(users: 150..<210, meetingNew: true))
        let updated = try model.updated(with: all, catalogue: ["i1", "untouched"])

        #expect(Array(updated.items.identifiers.prefix(model.items.count)) == model.items.identifiers)
        #expect(updated.items.identifiers.suffix(2) == ["new", "untouched"])
        #expect(updated.eventTypes.identifiers == ["click", "buy"])
        #expect(updated.manifest.learned == model.manifest.learned, "nothing was fitted")
        #expect(updated.history(ofUser: "u0")?.items == model.history(ofUser: "u0")?.items)
        #expect(updated.history(ofUser: "u200") != nil && model.history(ofUser: "u200") == nil)

        var history = History()
        for item in ["i1", "i2", "i3"] {
            // As new as the newest events: what came later is not expected of an older history.
            history.append(item: UInt32(try #require(updated.items.index(of: item))), timestamp: 20_900)
        }
        let seen = Set(history.items)
        let best = updated.recommender.recommendations(for: history, count: 10) { seen.contains(UInt32($0)) }
            .map { updated.items[$0.item] }
        #expect(best.contains("new"), "\(best)")
        let untouched = try #require(updated.items.index(of: "untouched"))
        #expect(updated.recommender.scores(for: history)[untouched].isFinite)
        let popular = updated.recommender.scores(for: History())
        #expect(popular[try #require(updated.items.index(of: "new"))] > popular[untouched])
    }

    @Test func anUpdatedModelCanBeWrittenReadAndUpdatedAgain() throws {
        let old = walks(users: 0..<150)
        let model = try Algorithm.userPersonalization.train(on: interactions(old))
        let all = interactions(old + walks(users: 150..<210, meetingNew: true))
        try withTemporaryDirectory { directory in
            try model.write(to: directory.appendingPathComponent("full"))
            let read = try TrainedModel(contentsOf: directory.appendingPathComponent("full"))
            let updated = try read.updated(with: all)
            try updated.write(to: directory.appendingPathComponent("updated"))
            let again = try TrainedModel(contentsOf: directory.appendingPathComponent("updated")).updated(with: all)
            #expect(again.manifest == updated.manifest)
            let history = try #require(updated.history(ofUser: "u170"))
            #expect(again.recommender.scores(for: history) == updated.recommender.scores(for: history))
        }
    }

    @Test func nothingToUpdateWithIsAnError() throws {
        let model = try Algorithm.popularity.train(on: sampleInteractions())
        #expect(throws: TrainingError.noInteractions) { _ = try model.updated(with: Interactions()) }
    }
}
