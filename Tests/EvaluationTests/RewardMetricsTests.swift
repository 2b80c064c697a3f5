import Datasets
import Evaluation
import Foundation
import Recommenders
import Testing

@Suite struct RewardMetricsTests {
    @Test func aHitGainsItsReward() {
        // A purchase (1.5) at the second place and a click (0.5) at the first; the best order is the other way around.
        let gains = RewardMetrics.weightedGains(list: [4, 7, 1], rewards: [4: 0.5, 7: 1.5, 9: 1.5])
        let expected = (0.5 + 1.5 / log2(3)) / (1.5 + 0.5 / log2(3))
        for cutoff in [5, 10, 25] {
            let found = gains["normalized_discounted_cumulative_gain_with_event_weights_at_\(cutoff)"] ?? 0
            #expect(abs(found - expected) < 1e-12)
        }
        #expect(RewardMetrics.weightedGains(list: [1, 2], rewards: [4: 1]).values.allSatisfy { $0 == 0 })
    }

    @Test func theShareOfTheTwentyFiveThatBringMost() {
        // Thirty recommendations that bring 1 to 30: 6 to 30 bring most. Hits bring 30, 10 and 2.
        let value: (Int) -> Double = { Double($0) }
        let list = Array((1...30).reversed())
        #expect(RewardMetrics.rewardShare(list: list, relevant: [30, 10, 2], value: value) == 40.0 / 42)
        #expect(RewardMetrics.rewardShare(list: list, relevant: [30], value: value) == 1)
        #expect(RewardMetrics.rewardShare(list: list, relevant: [99], value: value) == nil)
        #expect(RewardMetrics.rewardShare(list: list, relevant: [30], value: { _ in -1 }) == nil)
    }

    @Test func aRunReportsThemWhenItWasToldWhatCounts() throws {
        var configuration = GeneratedWorld.Configuration(users: 200, items: 80, events: 5_000, seed: 2)
        configuration.tastes = 5
        let world = GeneratedWorld(configuration).interactions()
        var options = TrainingOptions()
        let plain = try TrainingRun(of: .popularity, options: options).run(on: world)
        #expect(Set(plain.managedServiceMetrics.keys) == Set(RankingMetrics.managedServiceNames))
        options.eventWeights = EventWeights(["View": 0.1, "Purchase": 1, "AddToCart": 0.5])
        options.objective = ItemObjective(
            values: Dictionary(uniqueKeysWithValues: world.items.identifiers.enumerated().map { ($1, Double($0)) }),
            emphasis: 0.25)
        let run = try TrainingRun(of: .popularity, options: options).run(on: world)
        #expect(
            Set(run.managedServiceMetrics.keys) == Set(RankingMetrics.managedServiceNames + RewardMetrics.names))
        for name in RewardMetrics.names {
            let value = try #require(run.metrics[name])
            #expect(value > 0 && value <= 1, "\(name) is \(value)")
        }
    }
}
