import Datasets

/// A history seen from its end: each item once, the most recent first.
struct RecentItems: Sendable {
    struct Entry: Sendable {
        let item: UInt32
        /// When the item last occurred.
        let timestamp: Int64
        let lastEventType: UInt16
        fileprivate(set) var occurrences: Int
        /// Bit t is set when the item occurred with event type t, for types below 64.
        fileprivate(set) var eventTypes: UInt64
        fileprivate var valueSum: Float = 0
        fileprivate var valueCount: Float = 0

        /// The mean value of its events that have one.
        var value: Float? { valueCount > 0 ? valueSum / valueCount : nil }

        fileprivate mutating func add(value: Float) {
            guard value.isFinite else { return }
            valueSum += value
            valueCount += 1
        }
    }

    let entries: [Entry]
    /// The items of ``entries``, in the same order.
    let items: [UInt32]

    /// Reads a history whose columns may differ in length; events without an item of the catalogue are skipped.
    init(_ history: History, itemCount: Int) {
        var entries: [Entry] = []
        var places: [UInt32: Int] = [:]
        for index in history.items.indices.reversed() where Int(history.items[index]) < itemCount {
            let item = history.items[index]
            let value = index < history.eventValues.count ? history.eventValues[index] : .nan
            let type = index < history.eventTypes.count ? history.eventTypes[index] : .max
            let typeBit: UInt64 = type < 64 ? 1 << UInt64(type) : 0
            if let place = places[item] {
                entries[place].occurrences += 1
                entries[place].eventTypes |= typeBit
                entries[place].add(value: value)
            } else {
                places[item] = entries.count
                entries.append(
                    Entry(
                        item: item, timestamp: index < history.timestamps.count ? history.timestamps[index] : 0,
                        lastEventType: type, occurrences: 1, eventTypes: typeBit))
                entries[entries.count - 1].add(value: value)
            }
        }
        self.entries = entries
        items = entries.map(\.item)
    }
}
