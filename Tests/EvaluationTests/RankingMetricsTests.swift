import Datasets
import Evaluation
import Foundation
import Testing

@Suite struct RankingMetricsTests {
    private func metrics(_ list: [Int], _ relevant: Set<Int>) -> [String: Double] {
        Dictionary(
            uniqueKeysWithValues: zip(RankingMetrics.names, RankingMetrics(list: list, relevant: relevant).values))
    }

    @Test func agreesWithFiguresComputedByHand() throws {
        // Hits at ranks 2 and 4; three items were relevant.
        let found = metrics(Array(0..<30), [1, 3, 99])
        let gain = 1 / log2(3.0) + 1 / log2(5.0)
        #expect(found["mean_reciprocal_rank_at_25"] == 0.5)
        #expect(found["precision_at_5"] == 0.4)
        #expect(found["precision_at_10"] == 0.2)
        #expect(found["precision_at_25"] == 0.08)
        #expect(
            abs(try #require(found["normalized_discounted_cumulative_gain_at_5"]) - gain / (1 + 1 / log2(3.0))) < 1e-12)
        #expect(abs(try #require(found["standard_ndcg_at_5"]) - gain / (1 + 1 / log2(3.0) + 0.5)) < 1e-12)
        #expect(abs(try #require(found["recall_at_10"]) - 2.0 / 3) < 1e-12)
    }

    @Test func theTwoFormsOfTheGainDifferWhereSomethingIsMissed() {
        let found = metrics([7], [7, 8])
        #expect(found["normalized_discounted_cumulative_gain_at_5"] == 1)
        #expect(abs((found["standard_ndcg_at_5"] ?? 0) - 1 / (1 + 1 / log2(3.0))) < 1e-12)
    }

    @Test func aHitBelowTheTwentyFifthRankHasNoReciprocalRank() {
        #expect(metrics(Array(0..<100), [25])["mean_reciprocal_rank_at_25"] == 0)
        #expect(metrics(Array(0..<100), [24])["mean_reciprocal_rank_at_25"] == 0.04)
        #expect(metrics([], [1]).values.allSatisfy { $0 == 0 })
    }

    @Test func agreesWithASecondImplementation() {
        var random = SeededGenerator(seed: 21)
        for _ in 0..<200 {
            let list = Array(Set((0..<random.index(below: 120)).map { _ in random.index(below: 300) }))
            let relevant = Set((0...random.index(below: 60)).map { _ in random.index(below: 300) })
            let found = metrics(list, relevant)
            for (name, value) in found { #expect(abs(value - reference(name, list, relevant)) < 1e-9, "\(name)") }
        }
    }

    /// From the definitions, one rank at a time, with the discount from natural logarithms.
    private func reference(_ name: String, _ list: [Int], _ relevant: Set<Int>) -> Double {
        let cutoff = Int(name.split(separator: "_").last ?? "") ?? 0
        let gains = (0..<cutoff).map { $0 < list.count && relevant.contains(list[$0]) ? 1.0 : 0.0 }
        func discounted(_ gains: [Double]) -> Double {
            gains.enumerated().reduce(0) {
                $0 + $1.element * Foundation.log(2.0) / Foundation.log(Double($1.offset) + 2)
            }
        }
        let hits = gains.reduce(0, +)
        let possible = Double(min(cutoff, relevant.count))
        switch name.prefix(4) {
        case "mean": return gains.firstIndex(of: 1).map { 1 / (Double($0) + 1) } ?? 0
        case "prec": return hits / Double(cutoff)
        case "reca": return hits / possible
        case "norm": return hits == 0 ? 0 : discounted(gains) / discounted(gains.sorted(by: >))
        default: return discounted(gains) / discounted([Double](repeating: 1, count: Int(possible)))
        }
    }
}
