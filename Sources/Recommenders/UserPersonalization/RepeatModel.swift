import Datasets
import Foundation

/// How likely an item of the history is to come again, learned from what users did next.
///
/// A logistic regression over how long ago, how often, and with which event types the user met the item. Which event
/// types matter, and in which direction, is learned: where a click leads to a purchase of the same item, an item that was
/// clicked and not bought comes first; where nobody ever repeats, every item of the history sinks below the rest.
struct RepeatModel: Sendable, Equatable {
    /// The most frequent event types, whose presence are features.
    let eventTypes: [UInt16]
    let regression: LogisticRegression

    private static let plainFeatures = 8
    private static let featuresPerType = 10
    private static let eventTypeLimit = 4
    /// Events that are read at most to learn from; more do not change a few dozen weights.
    private static let exampleLimit = 200_000
    /// Without a repeat among fewer examples, repeats are taken as rare rather than impossible.
    private static let fewestExamples = 100

    static func featureCount(eventTypes: Int) -> Int { plainFeatures + featuresPerType * eventTypes }

    init(eventTypes: [UInt16], regression: LogisticRegression) {
        self.eventTypes = eventTypes
        self.regression = regression
    }

    /// Learns from each user's newest tenth of events, given the rest; users in the order given, until there are enough
    /// examples.
    ///
    /// With weights, an item that came again counts as often as its reward, so that the odds are those of rewards.
    init(
        _ histories: UserHistories, users: [Int], itemCount: Int, weights: NumberedEventWeights = .equal, threads: Int
    ) throws {
        var frequency: [UInt16: Int] = [:]
        for type in histories.eventTypes where type < 64 { frequency[type, default: 0] += 1 }
        let types = frequency.sorted { $0.value == $1.value ? $0.key < $1.key : $0.value > $1.value }
            .prefix(Self.eventTypeLimit).map(\.key)
        var examples = LogisticRegression.Examples(featureCount: Self.featureCount(eventTypes: types.count))
        for user in users {
            let (input, targets) = HeldOutEvents.newestTenth(of: histories[user])
            if input.isEmpty { continue }
            let recent = RecentItems(input, itemCount: itemCount)
            let rewards = HeldOutEvents.rewards(of: histories[user], weights)
            for age in recent.entries.indices {
                examples.append(
                    Self.features(recent, age: age, eventTypes: types),
                    outcome: targets.contains(recent.entries[age].item),
                    weight: Double(rewards[recent.entries[age].item] ?? 1))
            }
            if examples.count >= Self.exampleLimit { break }
        }
        var regression = try LogisticRegression(fitting: examples, penalty: 1, threads: threads)
        if examples.count >= Self.fewestExamples, !examples.outcomes.contains(1) {
            // Nobody ever repeated anything: below every new item, however unlikely that one is.
            regression.weights[0] = -1e7
        }
        self.init(eventTypes: types, regression: regression)
    }

    /// The logarithm of the odds that the item at `age` in the history comes again soon.
    func logit(_ recent: RecentItems, age: Int) -> Double {
        regression.logit(Self.features(recent, age: age, eventTypes: eventTypes))
    }

    /// Seconds are counted to the user's newest event, not to the present, so that training and serving see alike.
    static func features(_ recent: RecentItems, age: Int, eventTypes: [UInt16]) -> [Double] {
        let entry = recent.entries[age]
        let newest = recent.entries[0].timestamp
        let logAge = log1p(Double(age))
        let inverseAge = 1 / Double(1 + age)
        let sameTime = entry.timestamp == newest ? 1.0 : 0
        let logSeconds = log1p(max(Double(newest) - Double(entry.timestamp), 0))
        var features = [
            1, logAge, inverseAge, age == 0 ? 1 : 0, log1p(Double(entry.occurrences)), sameTime, logSeconds,
            log1p(Double(recent.entries.count)),
        ]
        for type in eventTypes {
            for present in [entry.eventTypes & (1 << UInt64(type)) != 0, entry.lastEventType == type] {
                features.append(contentsOf: present ? [1, logAge, inverseAge, sameTime, logSeconds] : [0, 0, 0, 0, 0])
            }
        }
        return features
    }
}
