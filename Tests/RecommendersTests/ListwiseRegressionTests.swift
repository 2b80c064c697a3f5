import Datasets
import Foundation
import Recommenders
import Testing

@Suite struct ListwiseRegressionTests {
    /// Lists whose choices are drawn by known weights.
    private func examples(lists: Int, weights: [Double], seed: UInt64) -> ListwiseRegression.Examples {
        var random = SeededGenerator(seed: seed)
        func uniform() -> Double { Double(random.index(below: 1_000_000)) / 1_000_000 }
        var examples = ListwiseRegression.Examples(featureCount: weights.count)
        for list in 0..<lists {
            let count = 5 + random.index(below: 6)
            let rows = (0..<(count * weights.count)).map { _ in Float(2 * uniform() - 1) }
            let odds = (0..<count).map { row in
                exp(weights.indices.reduce(0.0) { $0 + weights[$1] * Double(rows[row * weights.count + $1]) })
            }
            var left = uniform() * odds.reduce(0, +)
            var chosen = 0
            while chosen < count - 1, left >= odds[chosen] {
                left -= odds[chosen]
                chosen += 1
            }
            let gains = (0..<count).map { $0 == chosen ? Float(1) : 0 }
            examples.append(rows, gains: gains, weight: list % 2 == 0 ? 1 : 0.5)
        }
        return examples
    }

    @Test func derivativesAgreeWithFiniteDifferences() {
        let lists = examples(lists: 90, weights: [1, -0.5, 0.2], seed: 3)
        let point = [0.3, 0.7, -0.4]
        let found = ListwiseRegression.derivatives(lists.features, lists, point, threads: 2)
        let step = 1e-5
        for feature in point.indices {
            var (above, below) = (point, point)
            above[feature] += step
            below[feature] -= step
            let rise =
                ListwiseRegression.loss(lists.features, lists, above, threads: 1)
                - ListwiseRegression.loss(lists.features, lists, below, threads: 1)
            #expect(abs(rise / (2 * step) - found.gradient[feature]) < 1e-6)
            let bend = zip(
                ListwiseRegression.derivatives(lists.features, lists, above, threads: 1).gradient,
                ListwiseRegression.derivatives(lists.features, lists, below, threads: 1).gradient
            ).map { ($0 - $1) / (2 * step) }
            for other in point.indices {
                #expect(abs(bend[other] - found.curvature[feature * point.count + other]) < 1e-5)
            }
        }
    }

    @Test func aShareOfTheFitLiesBetweenThePriorAndTheFit() throws {
        let lists = examples(lists: 2_000, weights: [2, -1, 0.5], seed: 7)
        let prior: [Float] = [1, 0, 0]
        let model = try ListwiseRegression(fitting: lists, prior: prior, penalty: 1e-4, threads: 2)
        let rows: [Float] = [0.5, -0.5, 0.5, -0.5, 0.5, -0.5]
        func difference(_ share: Float) -> Float {
            let logits = model.shrunk(towards: prior, share: share).logits(rows)
            return logits[0] - logits[1]
        }
        #expect(abs(difference(0) - 1) < 1e-4)
        #expect(difference(1) == model.logits(rows)[0] - model.logits(rows)[1])
        #expect(abs(difference(0.25) - (0.75 * difference(0) + 0.25 * difference(1))) < 1e-4)
        #expect(difference(1) > 2)
    }

    @Test func theWeightsThatMadeTheChoicesAreFound() throws {
        let truth = [2, -1, 0, 0.5]
        let lists = examples(lists: 6_000, weights: truth, seed: 5)
        let model = try ListwiseRegression(fitting: lists, prior: [0, 0, 0, 0], penalty: 1e-6, threads: 2)
        for (feature, expected) in truth.enumerated() {
            #expect(abs(Double(model.weights[feature] / model.deviations[feature]) - expected) < 0.12)
        }
    }

    @Test func aSupportingFeatureNeverCountsAgainst() throws {
        let lists = examples(lists: 2_000, weights: [2, -1, 0.5], seed: 7)
        let model = try ListwiseRegression(
            fitting: lists, prior: [0, 0, 0], supporting: [0, 1], penalty: 1e-4, threads: 1)
        #expect(model.weights[1] == 0)
        #expect(model.weights[0] > 0.5)
        #expect(model.weights[2] > 0)
    }

    @Test func anItemUnlikeAllOthersIsNotRatedByExtrapolation() throws {
        let lists = examples(lists: 500, weights: [2, -1], seed: 8)
        let model = try ListwiseRegression(fitting: lists, prior: [0, 0], penalty: 1e-4, threads: 1)
        let logits = model.logits([5, 0, 1e9, 0, -.infinity, 0])
        #expect(logits[0] == logits[1])
        #expect(logits[2].isFinite)
    }

    @Test func aStrongPenaltyKeepsThePrior() throws {
        let lists = examples(lists: 100, weights: [2, -1], seed: 6)
        let model = try ListwiseRegression(fitting: lists, prior: [0.25, 3], penalty: 1e6, threads: 1)
        #expect(abs(model.weights[0] / model.deviations[0] - 0.25) < 1e-3)
        #expect(abs(model.weights[1] / model.deviations[1] - 3) < 1e-3)
    }

    @Test func aFeatureThatSaysNothingAndOneThatIsMissingDoNoHarm() throws {
        var lists = ListwiseRegression.Examples(featureCount: 3)
        for index in 0..<200 {
            let missing: Float = index % 3 == 0 ? .nan : 1
            lists.append(
                [1, 7, missing, 0, 7, 0.5], gains: [index % 10 == 0 ? 0 : 1, index % 10 == 0 ? 1 : 0], weight: 1)
        }
        lists.append([0, 0, 0, 0, 0, 0], gains: [0, 0], weight: 1)
        #expect(lists.count == 200, "a list without a choice is left out")
        let model = try ListwiseRegression(fitting: lists, prior: [0, 1, 0], penalty: 1e-3, threads: 1)
        #expect(model.weights[0] > 0.5)
        #expect(model.weights[1] == 0)
        let logits = model.logits([1, 7, .nan, 0, 7, .nan])
        #expect(logits.allSatisfy { $0.isFinite })
        #expect(logits[0] > logits[1])
    }
}
