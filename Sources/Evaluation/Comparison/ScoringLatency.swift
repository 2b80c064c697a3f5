public import Datasets
public import Recommenders

/// How long a model takes to score its catalogue for one history, on one thread.
public struct ScoringLatency: Sendable, Equatable, Codable {
    /// Histories that were scored.
    public let histories: Int
    public let medianSeconds: Double
    public let percentile99Seconds: Double

    /// More are not scored once it took so long.
    private static let limit = Duration.seconds(3)
    /// Scored first without being timed: the first calls fill caches.
    private static let warmUp = 5

    /// Scores `histories` in their order.
    ///
    /// - Returns: Nil when there are none.
    public init?(of recommender: any Recommender, histories: some Collection<History>) {
        for history in histories.prefix(Self.warmUp) { _ = recommender.scores(for: history) }
        let clock = ContinuousClock()
        let start = clock.now
        var seconds: [Double] = []
        for history in histories where seconds.isEmpty || clock.now - start < Self.limit {
            let began = clock.now
            _ = recommender.scores(for: history)
            seconds.append((clock.now - began).seconds)
        }
        self.init(seconds: seconds)
    }

    /// From times in any order; nil when there are none.
    package init?(seconds: [Double]) {
        guard !seconds.isEmpty else { return nil }
        let sorted = seconds.sorted()
        histories = sorted.count
        medianSeconds = Self.percentile(0.5, of: sorted)
        percentile99Seconds = Self.percentile(0.99, of: sorted)
    }

    /// The smallest value that at least the part `share` of all does not exceed.
    private static func percentile(_ share: Double, of sorted: [Double]) -> Double {
        let rank = Int((share * Double(sorted.count)).rounded(.up))
        return sorted[min(max(rank - 1, 0), sorted.count - 1)]
    }
}
