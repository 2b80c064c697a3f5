import Datasets

/// Every chance to take an action that users had, with what was known before and whether it was taken in time.
///
/// One pass over all events in order of time: the rates of actions and users at a chance count only what came before it,
/// so that no outcome is among its own features. O(events · log events).
struct ActionChances {
    private(set) var examples = LogisticRegression.Examples(featureCount: ActionFeatures.count)
    /// Of each action, over the weeks before the newest event.
    let rates: [ActionRate]
    /// Events in the same weeks: takes, and the others.
    let recentEvents: [(taken: Int, others: Int)]
    /// The share of chances that was taken.
    let overall: Double

    /// An action has a score when this many events of either kind are in the weeks before the newest event (developer
    /// guide, "Next-Best-Action recipe").
    static let leastEvents = 50
    static let recentSeconds: Int64 = 6 * 7 * 86_400
    /// The newest events, of which the chances are learned from.
    static let learnedEvents = 200_000

    private struct Chance {
        let features: [Double]
        let time: Int64
        var isTaken: Bool
    }

    /// Bytes of collecting them and fitting to them: events in order and by action, what each user did with each action,
    /// and the chances that are learned from with their features.
    static func memory(_ interactions: Interactions) -> Int {
        let (users, actions) = (interactions.users.count, interactions.items.count)
        let events = interactions.count
        let (product, overflow) = users.multipliedReportingOverflow(by: actions)
        let pairs = overflow ? events : min(events, product)
        return 80 * events + 320 * pairs + 200 * users + 100 * actions + 700 * min(events, learnedEvents)
    }

    /// - Parameter period: How long after a chance a take counts, in seconds.
    init(_ data: ActionData, period: Int64) throws {
        let interactions = data.interactions
        let meanings = ActionEvent.meanings(of: interactions.eventTypes)
        let types = interactions.eventTypeIndices ?? []
        var events: [(row: Int, event: ActionEvent)] = []
        for row in 0..<interactions.count {
            guard types.indices.contains(row), meanings.indices.contains(Int(types[row])),
                let event = meanings[Int(types[row])],
                Int(interactions.userIndices[row]) < interactions.users.count,
                Int(interactions.itemIndices[row]) < interactions.items.count
            else { continue }
            events.append((row, event))
        }
        events.sort { left, right in
            let times = (interactions.timestamps[left.row], interactions.timestamps[right.row])
            return times.0 == times.1 ? left.row < right.row : times.0 < times.1
        }
        let overall = Self.overall(events, interactions, period: period)

        var windows = [ActionWindow](repeating: ActionWindow(), count: interactions.items.count)
        var users: [UInt32: UserActions] = [:]
        var chances: [Chance] = []
        // Of a user and an action, the chances that a take to come may still belong to.
        var open: [UInt64: [Int]] = [:]
        for (index, (row, event)) in events.enumerated() {
            if index & 0xFFFF == 0 { try Task.checkCancellation() }
            let (user, action) = (interactions.userIndices[row], interactions.itemIndices[row])
            let time = interactions.timestamps[row]
            let before = users[user] ?? UserActions()
            windows[Int(action)].forget(before: time.subtractingClamped(Self.recentSeconds))
            let pair = UInt64(user) << 32 | UInt64(action)
            if (before.byAction[action] ?? ActionHistory()).isChance(event, at: time, period: period) {
                if index >= events.count - Self.learnedEvents {
                    let features = ActionFeatures.row(
                        of: action, windows[Int(action)].rate, overall: overall, user: before,
                        items: data.activity(ofUser: Int(user), before: time), at: time)
                    open[pair, default: []].append(chances.count)
                    chances.append(Chance(features: features, time: time, isTaken: false))
                }
            }
            if event == .taken {
                for chance in open.removeValue(forKey: pair) ?? []
                where time.subtractingClamped(chances[chance].time) <= period { chances[chance].isTaken = true }
            }
            let isChance = users[user, default: UserActions()].add(event, on: action, at: time, period: period)
            windows[Int(action)].add(event, isChance: isChance, at: time)
        }

        let newest = events.last.map { interactions.timestamps[$0.row] } ?? 0
        for action in windows.indices {
            windows[action].forget(before: newest.subtractingClamped(Self.recentSeconds))
        }
        rates = windows.map(\.rate)
        recentEvents = windows.map { (Int($0.rate.taken), $0.others) }
        self.overall = overall
        // What happened after the youngest chances is not known yet.
        let complete = chances.filter { $0.time <= newest.subtractingClamped(period) }
        for chance in complete.count * 2 >= chances.count ? complete : chances {
            examples.append(chance.features, outcome: chance.isTaken)
        }
    }

    private static func overall(
        _ events: [(row: Int, event: ActionEvent)], _ interactions: Interactions, period: Int64
    ) -> Double {
        var pairs: [UInt64: ActionHistory] = [:]
        var total = ActionRate()
        for (row, event) in events {
            let pair = UInt64(interactions.userIndices[row]) << 32 | UInt64(interactions.itemIndices[row])
            let isChance = pairs[pair, default: ActionHistory()].add(
                event, at: interactions.timestamps[row], period: period)
            total.chances += isChance ? 1 : 0
            total.taken += event == .taken ? 1 : 0
        }
        return total.smoothed(to: 0.1, strength: 1)
    }
}

/// The newest events of one action.
private struct ActionWindow {
    private(set) var rate = ActionRate()
    private(set) var others = 0
    private var events: [(time: Int64, event: ActionEvent, isChance: Bool)] = []
    private var first = 0

    mutating func add(_ event: ActionEvent, isChance: Bool, at time: Int64) {
        events.append((time, event, isChance))
        count(event, isChance: isChance, 1)
    }

    mutating func forget(before time: Int64) {
        while first < events.count, events[first].time < time {
            count(events[first].event, isChance: events[first].isChance, -1)
            first += 1
        }
        guard first > 1024, first * 2 > events.count else { return }
        events.removeFirst(first)
        first = 0
    }

    private mutating func count(_ event: ActionEvent, isChance: Bool, _ sign: Int) {
        if isChance { rate.chances += Double(sign) }
        if event == .taken { rate.taken += Double(sign) } else { others += sign }
    }
}
