import Datasets
import Recommenders
import Testing

@Suite struct UserKNNTests {
    /// Half of the events have a value.
    private func world() -> Interactions {
        var random = SeededGenerator(seed: 11)
        var data = sampleInteractions(users: 50, items: 25, events: 450)
        data.eventValues = data.itemIndices.map { _ in
            random.index(below: 2) == 0 ? .nan : 0.5 + Float(random.index(below: 10)) / 2
        }
        return data
    }

    /// The dense vector of a history, entry by entry.
    private func vector(_ history: History, count: Int, mean: Double?) -> [Double] {
        (0..<count).map { item in
            let events = history.items.indices.filter { Int(history.items[$0]) == item }
            guard !events.isEmpty else { return 0 }
            guard let mean else { return 1 }
            return events.map { Double(history.eventValues[$0]) }.last { $0.isFinite } ?? mean
        }
    }

    private func product(_ left: [Double], _ right: [Double]) -> Double {
        zip(left, right).reduce(0) { $0 + $1.0 * $1.1 }
    }

    @Test(arguments: ["cosine", "euclidean"], ["implicit", "event-value"])
    func scoresAgreeWithTheDenseMatrix(_ similarity: String, _ values: String) throws {
        let data = world()
        let model = try Algorithm.userKNN.train(
            on: data,
            hyperparameters: ["similarity": similarity, "values": values, "neighbours": "9", "shrinkage": "2.5"])
        let count = model.items.count
        let finite = (data.eventValues ?? []).filter(\.isFinite).map { Double($0) }
        let mean = values == "implicit" ? nil : finite.reduce(0, +) / Double(finite.count)
        let vectors = (0..<model.histories.count).map { vector(model.histories[$0], count: count, mean: mean) }
        var compared = 0
        for x in vectors.indices where !model.histories[x].isEmpty {
            let similarities = vectors.map { y -> Double in
                guard product(vectors[x], y) != 0 else { return 0 }
                if similarity == "cosine" {
                    return product(vectors[x], y)
                        / ((product(vectors[x], vectors[x]) + 2.5) * (product(y, y) + 2.5)).squareRoot()
                }
                let difference = zip(vectors[x], y).map { $0 - $1 }
                return 1 / (3.5 + product(difference, difference).squareRoot())
            }
            let nearest = vectors.indices.sorted { similarities[$0] > similarities[$1] }
            // Equally similar users at the end of the list are told apart by rounding.
            guard similarities[nearest[8]] - similarities[nearest[9]] > 1e-5 else { continue }
            compared += 1
            let scores = model.recommender.scores(for: model.histories[x])
            for item in 0..<count {
                let expected = nearest.prefix(9).reduce(0) { $0 + similarities[$1] * vectors[$1][item] }
                if expected > 0 {
                    #expect(abs(Double(scores[item]) - expected) < 1e-3 * max(1, expected))
                } else {
                    #expect(scores[item] < 0)
                }
            }
        }
        #expect(compared > 5)
    }

    @Test func likeMindedUsersAreCounted() throws {
        let data = interactions(
            [("a", "x", 1, nil), ("a", "y", 2, nil), ("b", "x", 1, nil), ("b", "y", 2, nil), ("c", "x", 1, nil)]
                + [("c", "z", 2, nil), ("d", "w", 1, nil)])
        let model = try Algorithm.userKNN.train(on: data)
        let recommender = try #require(model.recommender as? UserKNN)
        let counts = recommender.likeMindedUsers(for: History(items: [0]))
        #expect(
            Dictionary(uniqueKeysWithValues: zip(model.items.identifiers, counts)) == ["x": 3, "y": 2, "z": 1, "w": 0])
        #expect(recommender.scores(for: History()) == model.popularity.counts)
        #expect(recommender.likeMindedUsers(for: History(items: [77])) == [0, 0, 0, 0])
    }

    @Test func hyperparametersOutOfRangeAreRefused() {
        for values in [
            ["similarity": "pearson"], ["values": "x"], ["neighbours": "0"], ["shrinkage": "-1"], ["k": "2"],
        ] {
            #expect(throws: TrainingError.self) { try Algorithm.userKNN.validate(hyperparameters: values) }
        }
    }
}
