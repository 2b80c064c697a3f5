import Foundation

/// Metrics of what hits bring, which a solution version has only when it was told what that is.
public enum RewardMetrics {
    static let cutoffs = [5, 10, 25]

    private static func weightedGainName(_ cutoff: Int) -> String {
        "normalized_discounted_cumulative_gain_with_event_weights_at_\(cutoff)"
    }

    package static let rewardShareName = "average_rewards_at_k"

    /// The names of the managed service.
    public static let names = cutoffs.map(weightedGainName) + [rewardShareName]

    /// Discounted gain where each hit gains its reward, divided by the gain of the same hits in the best order
    /// (developer guide, "Optimizing a solution with events configuration").
    ///
    /// - Parameter rewards: By relevant item.
    package static func weightedGains(list: [Int], rewards: [Int: Double]) -> [String: Double] {
        func gain(_ rewards: some Sequence<Double>) -> Double {
            rewards.enumerated().reduce(0) { $0 + $1.element / log2(Double($1.offset + 2)) }
        }
        var gains: [String: Double] = [:]
        for cutoff in cutoffs {
            let found = list.prefix(cutoff).map { rewards[$0] ?? 0 }
            let ideal = gain(found.sorted(by: >))
            gains[weightedGainName(cutoff)] = ideal > 0 ? gain(found) / ideal : 0
        }
        return gains
    }

    /// What the hits among the 25 recommendations that bring most bring together, divided by what all hits of the list
    /// bring (developer guide, "Optimizing a solution for an additional objective", `rewards_per_user`).
    ///
    /// - Parameter value: What an item brings; below 0 is taken as 0.
    /// - Returns: Nil when no hit brings anything.
    package static func rewardShare(list: [Int], relevant: Set<Int>, value: (Int) -> Double) -> Double? {
        let values = list.prefix(RankingMetrics.depth).map { (item: $0, value: max(value($0), 0)) }
        func sum(_ part: some Sequence<(item: Int, value: Double)>) -> Double {
            part.reduce(0) { $0 + (relevant.contains($1.item) ? $1.value : 0) }
        }
        let total = sum(values)
        guard total > 0, total.isFinite else { return nil }
        // Of equal values the better rank comes first.
        let order = values.indices.sorted {
            values[$0].value == values[$1].value ? $0 < $1 : values[$0].value > values[$1].value
        }
        return sum(order.prefix(RankingMetrics.listLength).map { values[$0] }) / total
    }
}
