import Datasets
import LinearAlgebra
import Recommenders
import Testing

@Suite struct ShallowAutoencoderTests {
    /// The weights to an item are the ridge regression of who met it on who met the others: solved one by one, by
    /// elimination in double precision.
    @Test func scoresAgreeWithOneRidgeRegressionAnItem() throws {
        let data = sampleInteractions(users: 80, items: 14, events: 500)
        let model = try Algorithm.ease.train(on: data, hyperparameters: ["regularization": "7"])
        let count = model.items.count
        let sets = (0..<model.histories.count).map { Set(model.histories[$0].items.map { Int($0) }) }
        let users = (0..<count).map { item in Double(sets.count { $0.contains(item) }) }
        #expect(users.allSatisfy { $0 >= 2 })
        let mean = users.reduce(0, +) / Double(count)
        var weights = [[Double]](repeating: [Double](repeating: 0, count: count), count: count)
        for target in 0..<count {
            let others = (0..<count).filter { $0 != target }
            var gram: [Double] = []
            for row in others {
                for column in others {
                    let together = Double(sets.count { $0.contains(row) && $0.contains(column) })
                    gram.append(together + (row == column ? 7 * max(users[row] / mean, 0.01).squareRoot() : 0))
                }
            }
            let right = others.map { row in Double(sets.count { $0.contains(row) && $0.contains(target) }) }
            let solution = try #require(solveSymmetric(gram, right))
            for (row, weight) in zip(others, solution) { weights[row][target] = weight }
        }
        for (user, set) in sets.enumerated() where !set.isEmpty {
            let scores = model.recommender.scores(for: model.histories[user])
            for item in 0..<count {
                let expected = set.reduce(0.0) { $0 + weights[$1][item] }
                #expect(abs(Double(scores[item]) - expected) < 1e-3)
            }
        }
    }

    @Test func regularizationIsChosenOnlyWhenItIsNotGiven() throws {
        let data = sampleInteractions(users: 600, items: 200, events: 12_000)
        let options = TrainingOptions(seed: 2, threads: 2)
        let chosen = try Algorithm.ease.train(on: data, options: options).manifest.learned
        #expect([10, 30, 100, 300, 1_000, 3_000].contains(chosen["regularization"]))
        #expect((chosen["validation_users"] ?? 0) >= 20 && (chosen["validation_ndcg_at_25"] ?? 0) > 0)
        let given = try Algorithm.ease.train(on: data, hyperparameters: ["regularization": "55"]).manifest.learned
        #expect(given["regularization"] == 55 && given["validation_users"] == nil)
    }

    @Test func theModelDoesNotDependOnTheNumberOfThreads() throws {
        let data = sampleInteractions()
        let models = try [1, 3].map {
            try Algorithm.ease.train(on: data, options: TrainingOptions(seed: 4, threads: $0))
        }
        let history = models[0].histories[3]
        #expect(models[0].recommender.scores(for: history) == models[1].recommender.scores(for: history))
    }

    @Test func itemsThatAreNotCoveredFollowByPopularity() throws {
        let data = sampleInteractions(users: 60, items: 30, events: 900)
        let model = try Algorithm.ease.train(
            on: data, hyperparameters: ["regularization": "10", "closed_form_items": "5"])
        let counts = model.popularity.counts
        let ranked = model.recommender.recommendations(for: model.histories[0], count: 30).map { counts[$0.item] }
        #expect(ranked.count == model.items.count)
        #expect(zip(ranked[5...], ranked[6...]).allSatisfy { $0 >= $1 })
        #expect(model.recommender.scores(for: History()) == counts)
        #expect(model.recommender.scores(for: History(items: [9_999])) == counts)
    }

    @Test func aHopelessRegularizationIsReported() {
        // Two items that the same users met: without regularisation the Gram matrix is singular.
        let data = interactions((0..<4).flatMap { [("u\($0)", "a", 1, nil), ("u\($0)", "b", 2, nil)] })
        #expect(throws: TrainingError.self) {
            try Algorithm.ease.train(on: data, hyperparameters: ["regularization": "1e-30"])
        }
    }

    @Test func hyperparametersOutOfRangeAreRefused() {
        for values in [["regularization": "-1"], ["closed_form_items": "0"], ["hidden_dimension": "64"]] {
            #expect(throws: TrainingError.self) { try Algorithm.ease.validate(hyperparameters: values) }
        }
    }
}
