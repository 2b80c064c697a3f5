package import Datasets

/// Leaves users with unusually short or long histories out of training (developer guide, "User-Personalization recipe",
/// featurization hyperparameters). To the model such users are new: they get what is popular.
package struct HistoryLengthFilter: Sendable, Hashable {
    static let minimum = ContinuousHyperparameter("min_user_history_length_percentile", in: 0...1, default: 0)
    /// The managed service documents 0.99. Here nobody is left out unless asked: on small data the longest one percent
    /// of histories hold a good part of all events.
    static let maximum = ContinuousHyperparameter("max_user_history_length_percentile", in: 0...1, default: 1)

    static let table: [Hyperparameter] = [.continuous(minimum), .continuous(maximum)]

    /// Percentiles of history length, as fractions.
    package let percentiles: ClosedRange<Double>

    package init(_ values: HyperparameterValues) throws(HyperparameterError) {
        let lower = values[Self.minimum]
        let upper = values[Self.maximum]
        guard lower < upper else {
            throw .contradiction("\(Self.minimum.name) is \(lower); it must be below \(Self.maximum.name), \(upper).")
        }
        percentiles = lower...upper
    }

    /// The events of the users within the percentiles, in their order; users and items keep their numbers.
    ///
    /// The percentile of a length is that of the sorted lengths of all users with events, nearest rank.
    package func apply(to interactions: Interactions) -> Interactions {
        guard percentiles != 0...1 else { return interactions }
        var lengths = [Int](repeating: 0, count: interactions.users.count)
        for user in interactions.userIndices where Int(user) < lengths.count { lengths[Int(user)] += 1 }
        let sorted = lengths.filter { $0 > 0 }.sorted()
        guard let longest = sorted.last else { return interactions }
        func length(at percentile: Double) -> Int {
            let rank = Int((percentile * Double(sorted.count)).rounded(.up)) - 1
            return sorted[min(max(rank, 0), sorted.count - 1)]
        }
        let shortestKept = percentiles.lowerBound == 0 ? 0 : length(at: percentiles.lowerBound)
        let longestKept = percentiles.upperBound == 1 ? longest : length(at: percentiles.upperBound)
        let kept = interactions.userIndices.indices.filter { event in
            let user = Int(interactions.userIndices[event])
            return user < lengths.count && (shortestKept...max(shortestKept, longestKept)).contains(lengths[user])
        }
        var filtered = interactions
        filtered.userIndices = kept.map { interactions.userIndices[$0] }
        filtered.itemIndices = kept.map { interactions.itemIndices[$0] }
        filtered.timestamps = kept.map { interactions.timestamps[$0] }
        filtered.eventTypeIndices = interactions.eventTypeIndices.map { column in kept.map { column[$0] } }
        filtered.eventValues = interactions.eventValues.map { column in kept.map { column[$0] } }
        return filtered
    }
}
