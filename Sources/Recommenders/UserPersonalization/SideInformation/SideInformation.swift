import Datasets
import Foundation

/// What is learned from ``SideData``: where items are met, how they are valued, and how often they are taken when shown.
struct SideInformation: Sendable, Equatable {
    /// By what the users dataset says of a user; nil without such columns.
    var users: AttributeLifts?
    /// By the context of an event; nil without such columns.
    var contexts: AttributeLifts?
    /// Of each item, the mean of its events' values in deviations from that of all, drawn to 0 where there are few. Empty
    /// without event values.
    var values: [Float] = []
    /// The deviation of event values.
    var valueDeviation: Float = 1
    /// Of each item, the logarithm of how much more often it is taken when shown than items are. Empty without impressions.
    var acceptances: [Float] = []
    /// How much lifts count in the order for a user without a history.
    var priorScale: Float = 1

    /// Events of which an item's own mean value counts half.
    private static let valueStrength: Float = 5

    /// - Parameters:
    ///   - users: Whose events count.
    ///   - removed: Items that are left out as if nobody had met them.
    init(
        _ data: SideData, histories: UserHistories, users: [Int], itemCount: Int, without removed: Set<UInt32> = []
    ) {
        var userCounts = AttributeLifts.Counts(data.users, itemCount: itemCount)
        var contextCounts = AttributeLifts.Counts(data.contexts, itemCount: itemCount)
        var lastMetBy = [Int](repeating: -1, count: itemCount)
        var valueSums = [Double](repeating: 0, count: data.hasEventValues ? itemCount : 0)
        var valueCounts = valueSums
        var (squares, shownTotal, takenTotal) = (0.0, 0.0, 0.0)
        var shown = [Float](repeating: 0, count: data.shown.isEmpty ? 0 : itemCount)
        var taken = shown
        for user in users {
            for event in histories.offsets[user]..<histories.offsets[user + 1] {
                let item = histories.items[event]
                if !shown.isEmpty {
                    for other in data.shown[event] where !removed.contains(other) {
                        shown[Int(other)] += 1
                        shownTotal += 1
                        if other == item {
                            taken[Int(item)] += 1
                            takenTotal += 1
                        }
                    }
                }
                guard !removed.contains(item) else { continue }
                if lastMetBy[Int(item)] != user {
                    lastMetBy[Int(item)] = user
                    userCounts.add(data.ofUsers[user], of: item)
                }
                contextCounts.add(data.ofEvents[event], of: item)
                if data.hasEventValues, histories.eventValues[event].isFinite {
                    let value = Double(histories.eventValues[event])
                    valueSums[Int(item)] += value
                    valueCounts[Int(item)] += 1
                    squares += value * value
                }
            }
        }
        if !data.users.columns.isEmpty { self.users = AttributeLifts(userCounts) }
        if !data.contexts.columns.isEmpty { contexts = AttributeLifts(contextCounts) }
        if data.hasEventValues {
            let count = max(valueCounts.reduce(0, +), 1)
            let mean = valueSums.reduce(0, +) / count
            valueDeviation = Float(max(squares / count - mean * mean, 1e-12).squareRoot())
            values = zip(valueSums, valueCounts).map { sum, count in
                Float(sum - count * mean) / (valueDeviation * (Float(count) + Self.valueStrength))
            }
        }
        let rate = Float(takenTotal / max(shownTotal, 1))
        acceptances = zip(taken, shown).map { AttributeLifts.lift($0, expected: $1 * rate) }
    }

    /// From what is stored; the sizes must fit.
    init(
        users: AttributeLifts?, contexts: AttributeLifts?, values: [Float], valueDeviation: Float,
        acceptances: [Float], priorScale: Float
    ) {
        self.users = users
        self.contexts = contexts
        self.values = values
        self.valueDeviation = valueDeviation
        self.acceptances = acceptances
        self.priorScale = priorScale
    }

    func situation(of context: RequestContext) -> Situation {
        Situation(
            user: users?.values.values(of: context.userAttributes) ?? [],
            context: contexts?.values.values(of: context.values) ?? [])
    }

    /// Adds how much more often each item is met in such a situation.
    func add(_ situation: Situation, to scores: inout [Float], scale: Float = 1) {
        users?.add(where: situation.user, to: &scores, scale: scale)
        contexts?.add(where: situation.context, to: &scores, scale: scale)
    }

    /// How much more or less than usual a user valued each item of a history, for sums over the history; nil when values
    /// say nothing of it.
    func valuations(of recent: RecentItems) -> [Float]? {
        guard !values.isEmpty else { return nil }
        let known = recent.entries.compactMap(\.value)
        guard let least = known.min(), let greatest = known.max(), least < greatest else { return nil }
        let mean = known.reduce(0, +) / Float(known.count)
        return recent.entries.map { entry in
            entry.value.map { min(max(($0 - mean) / valueDeviation, -3), 3) } ?? 0
        }
    }

    /// The same for a catalogue that has grown.
    func padded(to itemCount: Int) -> SideInformation {
        func padded(_ column: [Float]) -> [Float] {
            column.isEmpty ? column : column + [Float](repeating: 0, count: max(itemCount - column.count, 0))
        }
        return SideInformation(
            users: users?.padded(to: itemCount), contexts: contexts?.padded(to: itemCount), values: padded(values),
            valueDeviation: valueDeviation, acceptances: padded(acceptances), priorScale: priorScale)
    }
}
