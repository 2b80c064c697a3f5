import Datasets
import Evaluation
import Foundation
import Recommenders
import Testing

@Suite struct ActionEvaluationTests {
    /// Three test users with two of three actions scored each.
    private let cases = [
        ActionEvaluation.Case(list: [0, 1], probabilities: [0.9, 0.2], taken: [0]),
        ActionEvaluation.Case(list: [1, 0], probabilities: [0.6, 0.5], taken: [0]),
        ActionEvaluation.Case(list: [0, 1], probabilities: [0.7, 0.1], taken: []),
    ]

    @Test func metricsAreThoseOfAHandCalculation() throws {
        let metrics = ActionEvaluation.metrics(of: cases, actionCount: 3)
        #expect(Set(metrics.keys) == Set(ActionEvaluation.names))
        let (coverage, precision): (Double, Double) = (2.0 / 3, 1.0 / 3)
        #expect(metrics["coverage"] == coverage)
        // Action 0: three times recommended, twice taken; action 1: never taken.
        #expect(metrics["precision"] == precision)
        #expect(metrics["recall"] == 1)
        let gain = try #require(metrics["normalized_discounted_cumulative_gain_at_5"])
        let expected: Double = (1 + 1 / log2(3.0)) / 2
        #expect(abs(gain - expected) < 1e-12)
    }

    @Test func theAreaIsTheShareOfPairsInTheRightOrder() throws {
        var generator = SeededGenerator(seed: 3)
        for _ in 0..<20 {
            let predictions = (0..<60).map { _ in
                (probability: Double(generator.index(below: 12)) / 12, isTaken: generator.index(below: 3) == 0)
            }
            var sum = 0.0
            var pairs = 0.0
            for one in predictions where one.isTaken {
                for other in predictions where !other.isTaken {
                    pairs += 1
                    if one.probability > other.probability { sum += 1 }
                    if one.probability == other.probability { sum += 0.5 }
                }
            }
            let area = try #require(ActionEvaluation.areaUnderTheCurve(predictions))
            let expected = sum / pairs
            #expect(abs(area - expected) < 1e-12)
        }
        #expect(ActionEvaluation.areaUnderTheCurve([(0.5, true)]) == nil)
    }

    @Test func nothingTakenLeavesTheCoverage() {
        #expect(ActionEvaluation.metrics(of: [], actionCount: 3) == ["coverage": 0])
    }

    /// Half of the users take one kind of action, half the other.
    @Test func aModelOfTastesIsBetterThanChance() throws {
        var interactions = Interactions(eventTypeIndices: [])
        var generator = SeededGenerator(seed: 1)
        for user in 0..<200 {
            for step in 0..<30 {
                let action = generator.index(below: 6)
                let isTaken = action % 2 == user % 2 && generator.unit() < 0.7
                interactions.userIndices.append(UInt32(interactions.users.insert("u\(user)")))
                interactions.itemIndices.append(UInt32(interactions.items.insert("a\(action)")))
                interactions.timestamps.append(1_700_000_000 + Int64(step) * 86_400)
                interactions.eventTypeIndices?.append(
                    UInt16(interactions.eventTypes.insert(isTaken ? "Taken" : "Not taken")))
            }
        }
        let metrics = try ActionEvaluation.metrics(on: ActionData(actionInteractions: interactions))
        #expect(Set(metrics.keys) == Set(ActionEvaluation.names))
        #expect(try #require(metrics["area_under_the_curve"]) > 0.8)
        #expect(metrics["coverage"] == 1)
        #expect(try ActionEvaluation.metrics(on: ActionData(actionInteractions: interactions)) == metrics)
    }
}
