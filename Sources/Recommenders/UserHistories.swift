public import Datasets

/// Everybody's events, grouped by user and ordered by time, ties in file order: compressed sparse rows.
public struct UserHistories: Sendable, Equatable {
    /// User u's events are at `offsets[u]..<offsets[u + 1]`.
    public let offsets: [Int]
    public let items: [UInt32]
    public let timestamps: [Int64]
    /// Empty when there are no event types.
    public let eventTypes: [UInt16]
    /// Empty when there are no event values.
    public let eventValues: [Float]

    public var count: Int { offsets.count - 1 }
    public var eventCount: Int { items.count }

    /// O(n log n) in the longest history. Events whose user or item is not in the vocabularies are left out.
    public init(_ interactions: Interactions) {
        let (offsets, order) = Self.rows(of: interactions)
        self.offsets = offsets
        items = order.map { interactions.itemIndices[$0] }
        timestamps = order.map { interactions.timestamps[$0] }
        eventTypes = interactions.eventTypeIndices.map { column in order.map { column[$0] } } ?? []
        eventValues = interactions.eventValues.map { column in order.map { column[$0] } } ?? []
    }

    /// The row of `interactions` that each event of its histories is from, by which further columns are read.
    package static func rows(of interactions: Interactions) -> (offsets: [Int], rows: [Int]) {
        let userCount = interactions.users.count
        let itemCount = interactions.items.count
        func isKnown(_ row: Int) -> Bool {
            Int(interactions.userIndices[row]) < userCount && Int(interactions.itemIndices[row]) < itemCount
        }
        var offsets = [Int](repeating: 0, count: userCount + 1)
        for row in 0..<interactions.count where isKnown(row) { offsets[Int(interactions.userIndices[row]) + 1] += 1 }
        for user in 0..<userCount { offsets[user + 1] += offsets[user] }
        var next = offsets
        var order = [Int](repeating: 0, count: offsets[userCount])
        for row in 0..<interactions.count where isKnown(row) {
            let user = Int(interactions.userIndices[row])
            order[next[user]] = row
            next[user] += 1
        }
        for user in 0..<userCount {
            let range = offsets[user]..<offsets[user + 1]
            let isOrdered = zip(range, range.dropFirst()).allSatisfy {
                interactions.timestamps[order[$0]] <= interactions.timestamps[order[$1]]
            }
            if isOrdered { continue }
            order[range].sort {
                let (left, right) = (interactions.timestamps[$0], interactions.timestamps[$1])
                return left == right ? $0 < $1 : left < right
            }
        }
        return (offsets, order)
    }

    /// From columns that fit together.
    init(
        offsets: [Int], items: [UInt32], timestamps: [Int64], eventTypes: [UInt16], eventValues: [Float]
    ) {
        self.offsets = offsets
        self.items = items
        self.timestamps = timestamps
        self.eventTypes = eventTypes
        self.eventValues = eventValues
    }

    /// From stored columns; nil when they do not fit together.
    init?(
        offsets: [Int], items: [UInt32], timestamps: [Int64], eventTypes: [UInt16], eventValues: [Float], itemCount: Int
    ) {
        guard offsets.first == 0, offsets.last == items.count, timestamps.count == items.count,
            eventTypes.isEmpty || eventTypes.count == items.count,
            eventValues.isEmpty || eventValues.count == items.count,
            zip(offsets, offsets.dropFirst()).allSatisfy({ $0 <= $1 }),
            items.allSatisfy({ Int($0) < itemCount })
        else { return nil }
        self.offsets = offsets
        self.items = items
        self.timestamps = timestamps
        self.eventTypes = eventTypes
        self.eventValues = eventValues
    }

    /// One user's events, oldest first.
    ///
    /// - Precondition: `user` is in `0..<count`.
    public subscript(user: Int) -> History {
        let range = offsets[user]..<offsets[user + 1]
        return History(
            items: Array(items[range]), timestamps: Array(timestamps[range]),
            eventTypes: eventTypes.isEmpty
                ? [UInt16](repeating: .max, count: range.count) : Array(eventTypes[range]),
            eventValues: eventValues.isEmpty
                ? [Float](repeating: .nan, count: range.count) : Array(eventValues[range]))
    }
}
