package import Datasets

/// What a user did with an action that was offered (developer guide, "Preparing action interaction data for training").
package enum ActionEvent: Sendable, Hashable {
    case viewed, taken, notTaken

    /// Reads an event type as people write it: `Not taken`, `NOT_TAKEN`; nil for any other.
    package init?(eventType: String) {
        switch String(eventType.lowercased().filter(\.isLetter)) {
        case "viewed": self = .viewed
        case "taken": self = .taken
        case "nottaken": self = .notTaken
        default: return nil
        }
    }

    /// The meaning of each number of a vocabulary of event types.
    package static func meanings(of eventTypes: Vocabulary) -> [ActionEvent?] {
        eventTypes.identifiers.map { ActionEvent(eventType: $0) }
    }
}

/// What one user did with one action until now.
struct ActionHistory: Sendable, Equatable {
    private(set) var taken = 0
    private(set) var notTaken = 0
    private(set) var viewed = 0
    /// How often the user could take the action: views, and decisions that no view came before.
    private(set) var chances = 0
    private(set) var last: (event: ActionEvent, time: Int64)?
    /// A view after which the user has not decided yet.
    private var openView: Int64?

    static func == (lhs: ActionHistory, rhs: ActionHistory) -> Bool {
        lhs.taken == rhs.taken && lhs.notTaken == rhs.notTaken && lhs.viewed == rhs.viewed
            && lhs.chances == rhs.chances && lhs.openView == rhs.openView && lhs.last?.event == rhs.last?.event
            && lhs.last?.time == rhs.last?.time
    }

    /// Whether an event is a chance of its own, rather than the decision that belongs to a view of at most `period`
    /// seconds before.
    func isChance(_ event: ActionEvent, at time: Int64, period: Int64) -> Bool {
        guard event != .viewed, let openView else { return true }
        return time.subtractingClamped(openView) > period
    }

    /// - Returns: Whether the event was a chance.
    @discardableResult
    mutating func add(_ event: ActionEvent, at time: Int64, period: Int64) -> Bool {
        let isChance = isChance(event, at: time, period: period)
        if isChance { chances += 1 }
        switch event {
        case .viewed:
            viewed += 1
            openView = time
        case .taken:
            taken += 1
            openView = nil
        case .notTaken:
            notTaken += 1
            openView = nil
        }
        last = (event, time)
        return isChance
    }
}

/// What one user did with all actions until now.
struct UserActions: Sendable {
    private(set) var byAction: [UInt32: ActionHistory] = [:]
    private(set) var taken = 0
    private(set) var chances = 0

    @discardableResult
    mutating func add(_ event: ActionEvent, on action: UInt32, at time: Int64, period: Int64) -> Bool {
        let isChance = byAction[action, default: ActionHistory()].add(event, at: time, period: period)
        if isChance { chances += 1 }
        if event == .taken { taken += 1 }
        return isChance
    }

    init() {}

    /// - Parameter meanings: Of the history's event types, see ``ActionEvent/meanings(of:)``.
    init(_ history: History, meanings: [ActionEvent?], period: Int64) {
        for index in 0..<min(history.items.count, history.timestamps.count, history.eventTypes.count) {
            let type = Int(history.eventTypes[index])
            guard meanings.indices.contains(type), let event = meanings[type] else { continue }
            add(event, on: history.items[index], at: history.timestamps[index], period: period)
        }
    }
}

/// How often a user met items, which tells how active the user is.
package struct ItemActivity: Sendable, Equatable {
    package var events: Int
    /// Seconds since 1970; nil without events.
    package var last: Int64?

    package init(events: Int = 0, last: Int64? = nil) {
        self.events = events
        self.last = last
    }
}

extension Int64 {
    /// The difference, or the nearest that there is.
    func subtractingClamped(_ other: Int64) -> Int64 {
        let (difference, overflow) = subtractingReportingOverflow(other)
        return overflow ? (self < other ? .min : .max) : difference
    }

    /// The time between two moments in days, 0 when `other` is later.
    func days(since other: Int64) -> Double { Swift.max(Double(subtractingClamped(other)) / 86_400, 0) }
}
