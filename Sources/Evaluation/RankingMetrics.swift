import Foundation

/// What one ranked list scores against the items that were relevant. Definitions are in docs/evaluation.md.
public struct RankingMetrics: Sendable, Equatable {
    /// Entries of a list that are looked at.
    public static let depth = 100
    /// Entries of a list that count for the reciprocal rank and for coverage.
    public static let listLength = 25

    static let precisionCutoffs = [5, 10, 25]
    static let gainCutoffs = [5, 10, 25]
    static let standardGainCutoffs = [5, 10, 25, 100]
    static let recallCutoffs = [10, 20, 50]

    /// Names in the order in which they are printed, without coverage.
    public static let names: [String] =
        ["mean_reciprocal_rank_at_25"]
        + gainCutoffs.map { "normalized_discounted_cumulative_gain_at_\($0)" }
        + precisionCutoffs.map { "precision_at_\($0)" }
        + standardGainCutoffs.map { "standard_ndcg_at_\($0)" }
        + recallCutoffs.map { "recall_at_\($0)" }

    /// The figures that the managed service reports for a solution version.
    public static let managedServiceNames: [String] =
        ["coverage", "mean_reciprocal_rank_at_25"]
        + gainCutoffs.map { "normalized_discounted_cumulative_gain_at_\($0)" }
        + precisionCutoffs.map { "precision_at_\($0)" }

    /// In the order of ``names``.
    public let values: [Double]

    /// - Parameters:
    ///   - list: Distinct items, best first.
    ///   - relevant: What the user turned out to want; not empty.
    public init(list: [Int], relevant: Set<Int>) {
        let hits = list.prefix(Self.depth).map { relevant.contains($0) }
        let firstHit = hits.prefix(Self.listLength).firstIndex(of: true)
        var values = [firstHit.map { 1 / Double($0 + 1) } ?? 0]
        for cutoff in Self.gainCutoffs {
            let found = hits.prefix(cutoff).count { $0 }
            values.append(found > 0 ? Self.gain(hits.prefix(cutoff)) / Self.idealGain(found) : 0)
        }
        for cutoff in Self.precisionCutoffs {
            values.append(Double(hits.prefix(cutoff).count { $0 }) / Double(cutoff))
        }
        for cutoff in Self.standardGainCutoffs {
            let ideal = Self.idealGain(min(cutoff, relevant.count))
            values.append(ideal > 0 ? Self.gain(hits.prefix(cutoff)) / ideal : 0)
        }
        for cutoff in Self.recallCutoffs {
            let reachable = min(cutoff, relevant.count)
            values.append(reachable > 0 ? Double(hits.prefix(cutoff).count { $0 }) / Double(reachable) : 0)
        }
        self.values = values
    }

    /// Binary gain with discount 1/log₂(1 + rank), ranks from 1.
    private static func gain(_ hits: ArraySlice<Bool>) -> Double {
        var sum = 0.0
        for (index, isHit) in hits.enumerated() where isHit { sum += 1 / log2(Double(index + 2)) }
        return sum
    }

    /// The gain of a list that begins with `hits` hits.
    private static func idealGain(_ hits: Int) -> Double {
        (0..<hits).reduce(0.0) { $0 + 1 / log2(Double($1 + 2)) }
    }
}

/// Averages over test users, and the items their lists showed.
struct MetricTotals: Sendable {
    private var sums = [Double](repeating: 0, count: RankingMetrics.names.count)
    private(set) var users = 0
    private var shown: Set<Int> = []
    /// Of metrics that not every user has.
    private var further: [String: (sum: Double, users: Int)] = [:]

    mutating func add(_ metrics: RankingMetrics?, list: [Int]) {
        shown.formUnion(list.prefix(RankingMetrics.listLength))
        guard let metrics else { return }
        for index in sums.indices { sums[index] += metrics.values[index] }
        users += 1
    }

    mutating func add(_ value: Double, _ name: String) {
        let known = further[name] ?? (0, 0)
        further[name] = (known.sum + value, known.users + 1)
    }

    func averages(catalogueItemCount: Int) -> [String: Double] {
        var averages = ["coverage": Double(shown.count) / Double(max(catalogueItemCount, 1))]
        for (name, sum) in zip(RankingMetrics.names, sums) { averages[name] = users > 0 ? sum / Double(users) : 0 }
        for (name, total) in further { averages[name] = total.sum / Double(total.users) }
        return averages
    }
}
