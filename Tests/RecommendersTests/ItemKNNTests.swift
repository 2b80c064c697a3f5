import Datasets
import Foundation
import Recommenders
import Testing

@Suite struct ItemKNNTests {
    /// From the dense matrix of users by items, in double precision, as the definitions say.
    private func dense(_ sets: [Set<Int>], count: Int, _ measure: String, shrinkage: Double) -> [[Double]] {
        let users = (0..<count).map { item in Set(sets.indices.filter { sets[$0].contains(item) }) }
        let weights = sets.map { pow(log(1 + Double(count) / Double(1 + $0.count)), 2) }
        let mean = Double(users.map(\.count).reduce(0, +)) / Double(users.count { !$0.isEmpty })
        let averageWeight = weights.reduce(0, +) / Double(weights.count)
        func weight(_ users: Set<Int>) -> Double { users.sorted().reduce(0) { $0 + weights[$1] } }
        func saturation(_ item: Int) -> Double {
            2.2 / (1 + 1.2 * (1 - 0.75 + 0.75 * Double(users[item].count) / mean))
        }
        return (0..<count).map { i in
            (0..<count).map { j in
                let both = users[i].intersection(users[j])
                guard i != j, !both.isEmpty else { return 0 }
                switch measure {
                case "cosine":
                    return Double(both.count)
                        / ((Double(users[i].count) + shrinkage) * (Double(users[j].count) + shrinkage)).squareRoot()
                case "jaccard":
                    return Double(both.count) / (Double(users[i].union(users[j]).count) + shrinkage)
                case "tf-idf":
                    let constant = shrinkage * averageWeight
                    return weight(both) / ((weight(users[i]) + constant) * (weight(users[j]) + constant)).squareRoot()
                default:
                    return weight(both) * saturation(i) * saturation(j)
                }
            }
        }
    }

    @Test(arguments: ["cosine", "jaccard", "tf-idf", "bm25"], [0, 4.5])
    func scoresAgreeWithTheDenseMatrix(_ measure: String, _ shrinkage: Double) throws {
        let model = try Algorithm.itemKNN.train(
            on: sampleInteractions(users: 60, items: 25, events: 500),
            hyperparameters: ["similarity": measure, "shrinkage": "\(shrinkage)", "neighbours": "7"])
        let count = model.items.count
        let sets = (0..<model.histories.count).map { Set(model.histories[$0].items.map { Int($0) }) }
        let similarities = dense(sets, count: count, measure, shrinkage: shrinkage)
        for (user, set) in sets.enumerated() where !set.isEmpty {
            var expected = [Double](repeating: 0, count: count)
            for item in set {
                let nearest = (0..<count).sorted { similarities[item][$0] > similarities[item][$1] }
                // Equal similarities at the end of a list are told apart by rounding; such lists are left out.
                let (last, next) = (similarities[item][nearest[6]], similarities[item][nearest[7]])
                guard last - next > 1e-5 || last == 0 else { expected = []; break }
                for other in nearest.prefix(7) { expected[other] += similarities[item][other] }
            }
            guard !expected.isEmpty else { continue }
            let scores = model.recommender.scores(for: model.histories[user])
            for item in 0..<count {
                if expected[item] > 0 {
                    #expect(abs(Double(scores[item]) - expected[item]) < 1e-4 * max(1, expected[item]))
                } else {
                    #expect(scores[item] < 0)
                }
            }
        }
    }

    @Test func itemsThatAreLikeNothingFollowByPopularity() throws {
        let data = interactions(
            [("a", "x", 1, nil), ("a", "y", 2, nil), ("b", "z", 1, nil), ("c", "z", 1, nil), ("d", "w", 1, nil)])
        let model = try Algorithm.itemKNN.train(on: data)
        let history = try #require(model.history(ofUser: "a"))
        let x = UInt32(try #require(model.items.index(of: "x")))
        let ranked = model.recommender.recommendations(for: History(items: [x]), count: 4).map { model.items[$0.item] }
        #expect(ranked == ["y", "z", "x", "w"])
        #expect(history.count == 2)
        #expect(model.recommender.scores(for: History()) == model.popularity.counts)
    }

    @Test func pairsThatFewUsersMetCanBeLeftOut() throws {
        let data = interactions(
            [("a", "x", 1, nil), ("a", "y", 2, nil), ("b", "x", 1, nil), ("b", "z", 1, nil), ("c", "x", 1, nil)]
                + [("c", "z", 1, nil)])
        let model = try Algorithm.itemKNN.train(on: data, hyperparameters: ["min_cointeraction_count": "2"])
        let scores = model.recommender.scores(for: History(items: [UInt32(try #require(model.items.index(of: "x")))]))
        #expect(scores[try #require(model.items.index(of: "y"))] < 0)
        #expect(scores[try #require(model.items.index(of: "z"))] > 0)
    }

    @Test func hyperparametersOutOfRangeAreRefused() {
        for values in [["similarity": "pearson"], ["neighbours": "0"], ["shrinkage": "-1"], ["bptt": "2"]] {
            #expect(throws: TrainingError.self) { try Algorithm.itemKNN.validate(hyperparameters: values) }
        }
    }
}
