import Datasets
import Foundation
import LinearAlgebra

/// Makes examples from the events of users.
struct ExampleSource: Sendable {
    let histories: UserHistories
    let kinds: EventKinds
    /// Of each event.
    private let kindOfEvent: [UInt16]
    /// Of each event, how much it counts as a target.
    private let rewards: [Float]
    /// Of each user.
    private let userAttributes: [[(feature: Int, value: Float)]]
    /// Of each event; empty when there are no context columns.
    private let contexts: [[(feature: Int, value: Float)]]
    /// Of each event, the items that were shown; empty without impressions.
    private let impressions: [[UInt32]]
    let dropout: Double

    /// Events after a moment that are its targets.
    static let window = 10
    /// The part of examples whose history is cut down to a few events, as new users have them.
    private static let shortShare = 0.15
    private static let shortLength = 5
    /// The part of examples in which the order of events does not count: taste is more than what comes next.
    private static let unorderedShare = 0.4
    /// The part of examples without the user's attributes, and of those without a context.
    private static let unknownShare = 0.2

    init(
        _ interactions: Interactions, histories: UserHistories, users: AttributeEncoder, contexts: AttributeEncoder,
        kinds: EventKinds, dropout: Double, options: TrainingOptions
    ) {
        self.histories = histories
        self.kinds = kinds
        self.dropout = dropout
        let weights = options.eventWeights.numbered(by: interactions.eventTypes)
        let types = histories.eventTypes
        let values = histories.eventValues
        kindOfEvent = histories.items.indices.map { event in
            UInt16(
                clamping: kinds.kind(
                    ofType: types.isEmpty ? .max : types[event], value: values.isEmpty ? .nan : values[event]))
        }
        rewards = weights.areEqual ? [] : types.map { weights[$0] }
        let table = options.metadata.users
        userAttributes =
            users.featureCount == 0
            ? []
            : interactions.users.identifiers.map {
                users.features(of: RequestContext(ofUser: $0, in: table).userAttributes)
            }
        let rows = UserHistories.rows(of: interactions).rows
        let columns = interactions.contextColumns.filter { column in
            contexts.columns.contains { $0.name == column.name }
        }
        self.contexts =
            columns.isEmpty
            ? []
            : rows.map { row in
                var values: [String: String] = [:]
                for column in columns {
                    let text = column.text(ofRow: row)
                    if !text.isEmpty { values[column.name] = text }
                }
                return contexts.features(of: values).map { ($0.feature + users.featureCount, $0.value) }
            }
        impressions = Self.impressions(of: interactions, rows: rows)
    }

    /// The most that it takes beside the events by user.
    static func memory(_ interactions: Interactions, users: AttributeEncoder, contexts: AttributeEncoder) -> Int {
        let columns = contexts.columns.count + (users.columns.isEmpty ? 0 : 1)
        var bytes =
            (16 + 80 * columns) * interactions.count + (48 + 64 * users.columns.count) * interactions.users.count
        if let column = interactions.contextColumns.first(where: { $0.name == SideData.impressionColumn }) {
            for row in 0..<column.count { bytes += 48 + 4 * column.text(ofRow: row).utf8.count }
        }
        return bytes
    }

    private static func impressions(of interactions: Interactions, rows: [Int]) -> [[UInt32]] {
        guard let column = interactions.contextColumns.first(where: { $0.name == SideData.impressionColumn }) else {
            return []
        }
        return rows.map { row in
            column.text(ofRow: row).split(separator: "|").compactMap {
                interactions.items.index(of: String($0)).flatMap { UInt32(exactly: $0) }
            }
        }
    }

    private func range(of user: Int) -> Range<Int> { histories.offsets[user]..<histories.offsets[user + 1] }

    /// How many examples a user gives in an epoch: one for each window of events.
    func exampleCount(of user: Int) -> Int { (range(of: user).count + Self.window - 1) / Self.window }

    /// A moment of a user's events at random; nil for a user without.
    func example(of user: Int, using generator: inout SeededGenerator) -> ClassifierExample? {
        let events = range(of: user)
        guard !events.isEmpty else { return nil }
        let moment = events.lowerBound + generator.index(below: events.count)
        var example = ClassifierExample()
        if generator.unit() < Self.unorderedShare { return unordered(of: user, using: &generator) }
        var length = min(moment - events.lowerBound, HistoryPools.longest)
        if generator.unit() < Self.shortShare { length = min(length, generator.index(below: Self.shortLength + 1)) }
        let forgetting = dropout * generator.unit()
        for event in (moment - length..<moment).reversed() where generator.unit() >= forgetting {
            example.items.append(histories.items[event])
            example.kinds.append(Int(kindOfEvent[event]))
        }
        if !userAttributes.isEmpty, generator.unit() >= Self.unknownShare {
            example.attributes += userAttributes[user]
        }
        let hasContext = !contexts.isEmpty && generator.unit() >= Self.unknownShare
        if hasContext { example.attributes += contexts[moment] }
        for event in moment..<min(moment + Self.window, events.upperBound) {
            // Later events had another context.
            if hasContext, event > moment, !isSameContext(event, moment) { break }
            add(event, to: &example)
        }
        return example
    }

    /// Some of a user's items at random from which others are to be told, whatever came first.
    private func unordered(of user: Int, using generator: inout SeededGenerator) -> ClassifierExample? {
        let events = range(of: user)
        let share = 0.2 + 0.7 * generator.unit()
        var example = ClassifierExample()
        var others: [Int] = []
        for event in events.reversed() {
            if generator.unit() >= share {
                others.append(event)
            } else if example.items.count < HistoryPools.longest {
                example.items.append(histories.items[event])
                example.kinds.append(Int(kindOfEvent[event]))
            }
        }
        guard !others.isEmpty else { return nil }
        if !userAttributes.isEmpty { example.attributes += userAttributes[user] }
        for place in generator.permutation(of: others.count).prefix(Self.window) { add(others[place], to: &example) }
        return example
    }

    /// Where training sets out with items that a user has met: at the odds that an event is on one. From 0, a network on
    /// events that never repeat would first learn that nothing is like itself.
    func repeatLogit(of users: [Int]) -> Float {
        var (repeats, total) = (0, 0)
        for user in users {
            let events = range(of: user)
            total += events.count
            repeats += events.count - Set(histories.items[events]).count
        }
        return logf((Float(repeats) + 0.5) / (Float(total - repeats) + 0.5)) / 2
    }

    private func isSameContext(_ left: Int, _ right: Int) -> Bool {
        contexts[left].elementsEqual(contexts[right]) { $0.feature == $1.feature && $0.value == $1.value }
    }

    private func add(_ event: Int, to example: inout ClassifierExample) {
        let item = histories.items[event]
        let weight = rewards.isEmpty ? 1 : rewards[event]
        if let place = example.targets.firstIndex(where: { $0.item == item }) {
            example.targets[place].weight += weight
        } else {
            example.targets.append((item, weight))
        }
        guard !impressions.isEmpty, !example.shown.contains(where: { $0.target == item }) else { return }
        let others = Set(impressions[event]).subtracting([item]).sorted()
        if !others.isEmpty { example.shown.append((item, others)) }
    }
}

/// Draws the candidates that stand for all items in the sum over them.
///
/// Half of the draws go by the root of the number of events, half are even over the items with events. An item that was
/// drawn k times of n with the chance q stands for k / (n · q) items, so that the sum is right on average.
struct CandidateSampler: Sendable {
    private let items: [UInt32]
    private let cumulative: [Double]
    private let count: Int

    init(counts: [Int], count: Int) {
        items = counts.indices.filter { counts[$0] > 0 }.map { UInt32($0) }
        let roots = items.map { Double(counts[Int($0)]).squareRoot() }
        let total = roots.reduce(0, +)
        var sum = 0.0
        cumulative = roots.map { root in
            sum += 0.5 * root / total + 0.5 / Double(roots.count)
            return sum
        }
        self.count = count
    }

    /// Distinct items, and the logarithm of how many each stands for.
    func draw(using generator: inout SeededGenerator) -> [(item: UInt32, logWeight: Float)] {
        guard items.count > count else { return items.map { ($0, 0) } }
        var drawn: [Int: Int] = [:]
        for _ in 0..<count {
            let point = generator.unit() * (cumulative.last ?? 1)
            var (low, high) = (0, cumulative.count - 1)
            while low < high {
                let middle = (low + high) / 2
                if cumulative[middle] <= point { low = middle + 1 } else { high = middle }
            }
            drawn[low, default: 0] += 1
        }
        return drawn.keys.sorted().map { place in
            let chance = cumulative[place] - (place > 0 ? cumulative[place - 1] : 0)
            return (items[place], Float(log(Double(drawn[place] ?? 1) / (Double(count) * chance))))
        }
    }
}
