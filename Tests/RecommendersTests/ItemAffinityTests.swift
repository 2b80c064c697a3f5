import Datasets
import Foundation
import LinearAlgebra
import Recommenders
import Testing

@Suite struct ItemAffinityTests {
    private func train(_ interactions: Interactions, threads: Int = 2) throws -> TrainedModel {
        try Algorithm.itemAffinity.train(
            on: interactions, hyperparameters: ["hidden_dimension": "32"], options: TrainingOptions(threads: threads))
    }

    /// Users of two tastes: even ones meet even items. Each takes `steps` of `items / 2` items in an order of its own.
    private func tastes(users: Int = 80, items: Int = 60, steps: Int, repeating: Bool) -> Interactions {
        var events: [(String, String, Int64, String?)] = []
        for user in 0..<users {
            for step in 0..<steps {
                let place = repeating ? step % 4 : step
                let item = (user * 7 + place * 2) % items / 2 * 2 + user % 2
                events.append(("u\(user)", "i\(item)", Int64(step), nil))
            }
        }
        return interactions(events)
    }

    /// Nobody repeats an item in this world, so those who have met it are not expected; of the 24 others of its taste, the
    /// nearer half has neighbours in common with it.
    @Test func usersOfTheSameTasteComeFirst() throws {
        let model = try train(tastes(steps: 12, repeating: false))
        let affinity = try #require(model.affinity)
        let items = try [4, 9, 30].map { try #require(model.items.index(of: "i\($0)")) }
        let scores = affinity.userScores(forEach: items.map { [$0] }, histories: model.histories)
        for (row, item) in items.enumerated() {
            let parity = (Int(model.items[item].dropFirst()) ?? 0) % 2
            let best = topIndices(of: scores.row(row), count: 12)
            #expect(best.allSatisfy { (Int(model.users[$0].dropFirst()) ?? 0) % 2 == parity })
        }
    }

    @Test func aSetIsRatedAsTheSumOfItsItems() throws {
        let model = try train(sampleInteractions())
        let affinity = try #require(model.affinity)
        let set = [0, 3, 7, 20]
        let together = affinity.userScores(forEach: [set], histories: model.histories).row(0)
        let apart = affinity.userScores(forEach: set.map { [$0] }, histories: model.histories)
        for user in 0..<model.users.count {
            let sum = set.indices.reduce(Float(0)) { $0 + apart[$1, user] }
            #expect(abs(together[user] - sum) <= 1e-3 * max(1, abs(sum)))
        }
    }

    @Test func whatTheModelSaysOfAUserIsWhatItSaysOfTheHistory() throws {
        let model = try train(sampleInteractions(users: 60, items: 40, events: 1_500))
        let affinity = try #require(model.affinity)
        let all = affinity.userScores(
            forEach: (0..<model.items.count).map { [$0] }, histories: model.histories)
        for user in stride(from: 0, to: model.users.count, by: 7) {
            let folded = model.recommender.scores(for: model.histories[user])
            let stored = (0..<model.items.count).map { all[$0, user] }
            let scale = stored.map(abs).max() ?? 1
            #expect(zip(folded, stored).allSatisfy { abs($0 - $1) <= 0.05 * scale })
        }
    }

    @Test func meetingsAgainAreLearnedFromWhatHappened() throws {
        let never = try #require(try train(tastes(steps: 12, repeating: false)).affinity)
        let always = try #require(try train(tastes(steps: 40, repeating: true)).affinity)
        #expect(never.repeatFactor < 0.2 && always.repeatFactor > 5 * never.repeatFactor)
    }

    @Test func theModelDoesNotDependOnTheNumberOfThreads() throws {
        let world = sampleInteractions()
        let (one, three) = (try train(world, threads: 1), try train(world, threads: 3))
        let sets = [[0], [1, 2]]
        #expect(
            one.affinity?.userScores(forEach: sets, histories: one.histories, threads: 1)
                == three.affinity?.userScores(forEach: sets, histories: three.histories, threads: 3))
    }

    @Test func itemsThatDoNotExistAreLeftOut() throws {
        let model = try train(sampleInteractions())
        let scores = try #require(model.affinity).userScores(
            forEach: [[-1, 1_000_000], []], histories: model.histories)
        #expect(scores.row(0).allSatisfy { $0 == 0 } && scores.row(1).allSatisfy { $0 == 0 })
    }

    @Test func otherModelsMakeNoSegments() throws {
        #expect(try Algorithm.popularity.train(on: sampleInteractions()).affinity == nil)
    }

    @Test func hyperparametersOutOfRangeAreRefused() {
        #expect(throws: TrainingError.self) {
            try Algorithm.itemAffinity.validate(hyperparameters: ["hidden_dimension": "0"])
        }
        #expect(throws: TrainingError.self) {
            try Algorithm.itemAttributeAffinity.validate(hyperparameters: ["bptt": "2"])
        }
    }
}
