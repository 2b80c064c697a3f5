import Datasets
import Recommenders
import Testing

@Suite struct WeightedRatingTests {
    private func rated(_ votes: [(user: String, item: String, value: Float)]) -> Interactions {
        var data = Interactions(eventValues: [])
        for (time, vote) in votes.enumerated() {
            data.userIndices.append(UInt32(data.users.insert(vote.user)))
            data.itemIndices.append(UInt32(data.items.insert(vote.item)))
            data.timestamps.append(Int64(time))
            data.eventValues?.append(vote.value)
        }
        return data
    }

    private func ratings(_ data: Interactions, _ hyperparameters: [String: String] = [:]) throws -> [String: Float] {
        let model = try Algorithm.weightedRating.train(on: data, hyperparameters: hyperparameters)
        let scores = model.recommender.scores(for: History())
        return Dictionary(uniqueKeysWithValues: zip(model.items.identifiers, scores))
    }

    /// Three items with 4, 2 and 1 votes; their mean is 23 / 7 and the 90th percentile of 1, 2, 4 is 3.6.
    @Test func fewVotesCountLittle() throws {
        let data = rated(
            [("a", "many", 4), ("b", "many", 4), ("c", "many", 3), ("d", "many", 3)]
                + [("a", "some", 2), ("b", "some", 2)] + [("c", "one", 5)])
        let found = try ratings(data)
        let mean = 23.0 / 7
        for (item, votes, rating) in [("many", 4.0, 3.5), ("some", 2, 2), ("one", 1, 5)] {
            let expected = votes / (votes + 3.6) * rating + 3.6 / (votes + 3.6) * mean
            #expect(abs(Double(found[item] ?? 0) - expected) < 1e-6)
        }
        let half = try ratings(data, ["vote_count_percentile": "0.5"])
        #expect(abs(Double(half["one"] ?? 0) - (5.0 / 3 + 2.0 / 3 * mean)) < 1e-6, "m is 2, the median")
    }

    /// By sums over all pairs instead of running ones.
    @Test func ratingsAgreeWithTheFormulaOnARandomWorld() throws {
        var random = SeededGenerator(seed: 8)
        let votes = (0..<600).map { _ in
            (
                user: "u\(random.index(below: 40))", item: "i\(random.index(below: 30))",
                value: Float(random.index(below: 11)) / 2
            )
        }
        let found = try ratings(rated(votes), ["vote_count_percentile": "1"])
        var newest: [String: [String: Double]] = [:]
        for vote in votes { newest[vote.item, default: [:]][vote.user] = Double(vote.value) }
        let all = newest.values.flatMap(\.values)
        let mean = all.reduce(0, +) / Double(all.count)
        let most = Double(newest.values.map(\.count).max() ?? 0)
        for (item, votes) in newest {
            let rating = votes.values.reduce(0, +) / Double(votes.count)
            let weight = Double(votes.count) / (Double(votes.count) + most)
            #expect(abs(Double(found[item] ?? 0) - (weight * rating + (1 - weight) * mean)) < 1e-5)
        }
    }

    @Test func whatIsNoNumberIsNoVote() throws {
        let found = try ratings(
            rated([("a", "x", 4), ("b", "y", .nan), ("c", "y", .infinity), ("b", "x", 2), ("a", "z", 5), ("a", "z", 1)])
        )
        #expect(found["y"] == Float(7.0 / 3), "an item without votes has the mean of all")
        #expect((found["z"] ?? 9) < Float(7.0 / 3), "the newest vote of a user replaces the one before")
    }

    @Test func dataWithoutVotesIsRankedByEvents() throws {
        let data = interactions([("a", "x", 1, nil), ("a", "y", 2, nil), ("b", "y", 3, nil)])
        #expect(try ratings(data) == ["x": 1, "y": 2])
    }

    @Test func hyperparametersOutOfRangeAreRefused() {
        for values in [["vote_count_percentile": "1.1"], ["vote_count_percentile": "nan"], ["m": "3"]] {
            #expect(throws: TrainingError.self) { try Algorithm.weightedRating.validate(hyperparameters: values) }
        }
    }
}
