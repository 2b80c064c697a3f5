public import Datasets

/// The best-rated items for everybody, where few votes count little: the recipe `palate-weighted-rating`.
///
///     WR = v / (v + m) · R + m / (v + m) · C
///
/// v is the number of an item's votes, R their mean, C the mean of all votes, and m the number of votes at a percentile
/// of the items' vote counts: an item with m votes stands halfway between its own mean and everybody's. It is the
/// posterior mean of a rating with m votes of C as the prior; film charts rank by it.
///
/// A user's vote on an item is the newest `EVENT_VALUE` of the user's events on it; events without a finite value are no
/// votes, and an item without votes has C. Data without a single vote is ranked by number of events. Training is one pass
/// over the events; scoring copies one number an item.
public struct WeightedRating: Recommender, Equatable {
    public let items: Vocabulary
    /// WR of each item, in the unit of the event values.
    public let ratings: [Float]
    let learned: [String: Double]

    public func scores(for history: History) -> [Float] { ratings }
}

extension WeightedRating {
    /// What a training run can be told.
    public struct Hyperparameters: Sendable, Equatable {
        /// `vote_count_percentile`: where among the vote counts of the items that have votes m is, from 0 to 1.
        public var voteCountPercentile: Double

        /// - Throws: ``TrainingError`` for an unknown name or a value outside the range.
        public init(_ values: [String: String] = [:]) throws(TrainingError) {
            var reader = HyperparameterReader(values)
            voteCountPercentile = try reader.number("vote_count_percentile", in: 0...1, default: 0.9)
            try reader.finish()
        }
    }

    /// Bytes of a training: counts, sums and ratings, the sorted counts, and the votes of one user.
    static func memory(_ histories: UserHistories, itemCount: Int) -> Int { 48 * itemCount + 64 * histories.longest }

    init(training histories: UserHistories, items: Vocabulary, hyperparameters: Hyperparameters) {
        var counts = [Double](repeating: 0, count: items.count)
        var sums = counts
        for user in 0..<histories.count {
            for (item, vote) in Self.votes(of: user, in: histories) {
                counts[Int(item)] += 1
                sums[Int(item)] += vote
            }
        }
        let total = counts.reduce(0, +)
        self.items = items
        guard total > 0 else {
            ratings = Popularity(histories: histories, items: items).counts
            learned = ["votes": 0]
            return
        }
        let mean = sums.reduce(0, +) / total
        let prior = Self.quantile(hyperparameters.voteCountPercentile, of: counts.filter { $0 > 0 })
        ratings = zip(counts, sums).map { count, sum in Float((sum + prior * mean) / (count + prior)) }
        learned = ["votes": total, "mean_vote": mean, "prior_votes": prior]
    }

    /// A user's newest finite value of each item.
    private static func votes(of user: Int, in histories: UserHistories) -> [UInt32: Double] {
        var votes: [UInt32: Double] = [:]
        for event in histories.offsets[user]..<histories.offsets[user + 1] where event < histories.eventValues.count {
            let value = histories.eventValues[event]
            if value.isFinite { votes[histories.items[event]] = Double(value) }
        }
        return votes
    }

    /// The value at a share of the sorted values, linear between two of them.
    private static func quantile(_ share: Double, of values: [Double]) -> Double {
        let sorted = values.sorted()
        guard let first = sorted.first else { return 0 }
        let place = share * Double(sorted.count - 1)
        let below = Int(place.rounded(.down))
        guard sorted.indices.contains(below + 1) else { return sorted.last ?? first }
        return sorted[below] + (place - Double(below)) * (sorted[below + 1] - sorted[below])
    }
}

extension WeightedRating: StorableRecommender {
    func tensors() -> [SafetensorsWriter.Tensor] { [.init("weighted_rating.ratings", ratings)] }

    init(file: SafetensorsFile, items: Vocabulary, eventTypes: Vocabulary) throws(ModelError) {
        ratings = try file.array("weighted_rating.ratings", of: Float.self, count: items.count)
        self.items = items
        learned = [:]
    }
}
