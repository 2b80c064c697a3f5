import Datasets
import Foundation
import LinearAlgebra
import Recommenders
import Testing

@Suite struct ImplicitALSTests {
    private static let objective = ImplicitFactorization.Objective(
        unobservedWeight: 0.2, regularization: 0.05, frequencyExponent: 0.7)

    private func factors(sweeps: Int, threads: Int = 2) throws -> (ImplicitFactorization, InteractionPairs) {
        let histories = UserHistories(sampleInteractions(users: 30, items: 20, events: 400))
        let pairs = InteractionPairs(histories, itemCount: 20)
        let factors = try ImplicitFactorization(
            of: pairs, dimension: 8, objective: Self.objective, sweeps: sweeps,
            options: TrainingOptions(seed: 1, threads: threads))
        return (factors, pairs)
    }

    /// Over every pair of the dense matrix, in double precision.
    private func loss(_ users: [[Double]], _ items: [[Double]], _ pairs: InteractionPairs) -> Double {
        func frequency(_ met: Int, _ others: Int) -> Double {
            let exponent = 0.7
            return pow(max(Double(met) + 0.2 * Double(others), 1), exponent)
        }
        var loss = 0.0
        for (user, vector) in users.enumerated() {
            let met = Set(pairs.byUser[user].map { Int($0) })
            for (item, other) in items.enumerated() {
                let product = zip(vector, other).reduce(0) { $0 + $1.0 * $1.1 }
                loss += 0.2 * product * product + (met.contains(item) ? (1 - product) * (1 - product) : 0)
            }
            loss += 0.05 * frequency(met.count, items.count) * vector.reduce(0) { $0 + $1 * $1 }
        }
        for (item, vector) in items.enumerated() {
            loss += 0.05 * frequency(pairs.byItem[item].count, users.count) * vector.reduce(0) { $0 + $1 * $1 }
        }
        return loss
    }

    private func rows(_ matrix: Matrix) -> [[Double]] { (0..<matrix.rows).map { matrix.row($0).map { Double($0) } } }

    @Test func theDenseLossHasNoSlopeLeftInAnyUser() throws {
        let (factors, pairs) = try factors(sweeps: 2)
        let (users, items) = (rows(factors.users), rows(factors.items))
        let scale = loss(users, items, pairs)
        for user in users.indices {
            for column in 0..<8 {
                var (up, down) = (users, users)
                up[user][column] += 1e-4
                down[user][column] -= 1e-4
                let slope = (loss(up, items, pairs) - loss(down, items, pairs)) / 2e-4
                #expect(abs(slope) < 1e-4 * scale)
            }
        }
    }

    @Test func everySweepLessensTheDenseLoss() throws {
        let losses = try [1, 2, 4, 8].map { sweeps in
            let (factors, pairs) = try factors(sweeps: sweeps)
            return loss(rows(factors.users), rows(factors.items), pairs)
        }
        #expect(zip(losses, losses.dropFirst()).allSatisfy { $0 > $1 })
    }

    @Test func aHistoryIsRatedByTheDenseSolution() throws {
        let (factors, pairs) = try factors(sweeps: 4)
        let items = rows(factors.items)
        for user in 0..<pairs.byUser.count where !pairs.byUser[user].isEmpty {
            let met = pairs.byUser[user].map { Int($0) }
            let ridge = 0.05 * pow(max(Double(met.count) + 0.2 * 20, 1), 0.7)
            var system = [Double](repeating: 0, count: 64)
            for row in 0..<8 {
                for column in 0..<8 {
                    system[row * 8 + column] =
                        0.2 * items.reduce(0) { $0 + $1[row] * $1[column] }
                        + met.reduce(0) { $0 + items[$1][row] * items[$1][column] } + (row == column ? ridge : 0)
                }
            }
            let right = (0..<8).map { column in met.reduce(0) { $0 + items[$1][column] } }
            let expected = try #require(solveSymmetric(system, right))
            let found = Self.objective.foldIn(
                pairs.byUser[user], factors.items, gram: Self.objective.gram(of: factors.items, threads: 1))
            #expect(zip(found, expected).allSatisfy { abs(Double($0) - $1) < 1e-3 })
        }
    }

    @Test func theModelDoesNotDependOnTheNumberOfThreads() throws {
        #expect(try factors(sweeps: 3, threads: 1).0.items == factors(sweeps: 3, threads: 3).0.items)
    }

    @Test func regularizationIsChosenOnlyWhenItIsNotGiven() throws {
        let data = sampleInteractions(users: 600, items: 200, events: 12_000)
        let chosen = try Algorithm.als.train(on: data, hyperparameters: ["hidden_dimension": "8"]).manifest.learned
        #expect([0.001, 0.003, 0.01, 0.03, 0.1, 0.3].contains(chosen["regularization"]))
        #expect((chosen["validation_users"] ?? 0) >= 20 && (chosen["validation_ndcg_at_25"] ?? 0) > 0)
        let given = try Algorithm.als.train(
            on: data, hyperparameters: ["hidden_dimension": "8", "regularization": "0.02"]
        ).manifest.learned
        #expect(given["regularization"] == 0.02 && given["validation_users"] == nil)
    }

    @Test func nothingIsTrainedThatDoesNotFit() {
        var options = TrainingOptions()
        options.memoryLimit = 1_000
        #expect(throws: TrainingError.self) { try Algorithm.als.train(on: sampleInteractions(), options: options) }
    }

    @Test func aShortlistHasTheBestByAllScores() throws {
        let trained = try Algorithm.als.train(
            on: sampleInteractions(users: 300, items: 900, events: 15_000), hyperparameters: ["regularization": "0.1"])
        try withTemporaryDirectory { directory in
            let target = directory.appendingPathComponent("model")
            try trained.write(to: target)
            let model = try TrainedModel(contentsOf: target)
            let recommender = try #require(model.recommender as? any ShortlistingRecommender)
            for user in model.users.identifiers.prefix(20) {
                let history = try #require(model.history(ofUser: user))
                let scores = model.recommender.scores(for: history)
                let list = try #require(
                    recommender.shortlist(for: history, in: .empty, count: 25, choosing: .all))
                #expect(
                    zip(list.items, topIndices(of: scores, count: 25)).allSatisfy {
                        abs(scores[$0] - scores[$1]) < 1e-5
                    })
                let sum = scores.reduce(0.0) { $0 + exp(Double($1)) }
                #expect(
                    zip(list.items, list.probabilities).allSatisfy {
                        abs(exp(Double(scores[$0])) / sum - $1) < 1e-3 * $1
                    })
                #expect(recommender.shortlist(for: history, in: .empty, count: 25, choosing: .all) == list)
                var longer = history
                longer.append(item: UInt32(list.items[0]), timestamp: .max)
                let newScores = model.recommender.scores(for: longer)
                let newList = recommender.shortlist(for: longer, in: .empty, count: 25, choosing: .all)
                #expect(
                    zip(newList?.items ?? [], topIndices(of: newScores, count: 25)).allSatisfy {
                        abs(newScores[$0] - newScores[$1]) < 1e-5
                    })
                #expect(newList?.items.count == 25)
                let odd = recommender.shortlist(for: history, in: .empty, count: 9, choosing: .rows { $0 % 2 == 1 })
                #expect(odd?.items.count == 9 && odd?.items.allSatisfy { $0 % 2 == 1 } == true)
            }
            #expect(recommender.shortlist(for: History(), in: .empty, count: 5, choosing: .all) == nil)
        }
    }

    @Test func aUserWithoutAHistoryGetsWhatIsPopular() throws {
        let model = try Algorithm.als.train(on: sampleInteractions(), hyperparameters: ["regularization": "0.1"])
        #expect(model.recommender.scores(for: History()) == model.popularity.counts)
        #expect(model.recommender.scores(for: History(items: [9_999])) == model.popularity.counts)
    }

    @Test func hyperparametersOutOfRangeAreRefused() {
        for values in [["hidden_dimension": "7"], ["unobserved_weight": "0"], ["iterations": "0"], ["bptt": "2"]] {
            #expect(throws: TrainingError.self) { try Algorithm.als.validate(hyperparameters: values) }
        }
    }
}
