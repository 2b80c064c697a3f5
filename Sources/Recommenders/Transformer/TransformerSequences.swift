package import Datasets
import LinearAlgebra

/// What a transformer learns from: everybody's items in order, runs of one item taken as one entry.
///
/// The target at an entry is the next one, if the user meets it for the first time: repeats are left to ``RepeatModel``.
package struct TransformerSequences: Sendable {
    /// User u's entries are at `offsets[u]..<offsets[u + 1]`.
    package private(set) var offsets: [Int] = [0]
    /// Positions in an ``ItemSelection``.
    package private(set) var items: [UInt32] = []
    /// Per entry, what it counts as a target: the greatest reward of the user's events with the item where it is first met,
    /// else 0.
    package private(set) var weights: [Float] = []
    /// Everybody's distinct items in the order in which they were met, one user after the other.
    package private(set) var met: [UInt32] = []
    /// User u's distinct items start here.
    private var metOffsets: [Int] = [0]
    /// Per entry, the distinct items that the user has met by then, this one included.
    private var metCounts: [UInt32] = []
    let itemCount: Int

    package var count: Int { offsets.count - 1 }
    /// Entries that can be read: all but everybody's last.
    package var readable: Int { items.count - (0..<count).count { offsets[$0] < offsets[$0 + 1] } }

    package init(itemCount: Int) { self.itemCount = itemCount }

    /// Adds a user.
    ///
    /// - Parameter entries: Items below `itemCount` with their rewards.
    package mutating func append(_ entries: [(item: UInt32, reward: Float)]) {
        let start = items.count
        var places: [UInt32: Int] = [:]
        for (item, reward) in entries {
            if let place = places[item] {
                weights[place] = max(weights[place], reward)
                if items[items.count - 1] == item { continue }
                weights.append(0)
            } else {
                places[item] = items.count
                met.append(item)
                weights.append(reward)
            }
            items.append(item)
            metCounts.append(UInt32(places.count))
        }
        if items.count == start { return }
        offsets.append(items.count)
        metOffsets.append(met.count)
    }

    /// The histories of some users, without events of items outside the selection.
    init(_ histories: UserHistories, users: some Sequence<Int>, selection: ItemSelection, weights: NumberedEventWeights)
    {
        self.init(itemCount: selection.items.count)
        for user in users {
            append(
                (histories.offsets[user]..<histories.offsets[user + 1]).compactMap { event in
                    selection.position(of: histories.items[event]).map { item in
                        let type = event < histories.eventTypes.count ? histories.eventTypes[event] : .max
                        return (item, weights[type])
                    }
                })
        }
    }

    /// A part of a user's entries that is read at once; the entry after it is the last target.
    package struct Window: Sendable {
        package let user: Int
        package let entries: Range<Int>
    }

    /// Every entry but everybody's last, once, in windows of at most `length`. Long histories are cut at a random place.
    package func windows(length: Int, generator: inout SeededGenerator) -> [Window] {
        var windows: [Window] = []
        for user in 0..<count {
            let end = offsets[user + 1] - 1
            var start = offsets[user]
            if end - start > length {
                let first = start + 1 + generator.index(below: length)
                windows.append(Window(user: user, entries: start..<first))
                start = first
            }
            while start < end {
                let next = min(start + length, end)
                windows.append(Window(user: user, entries: start..<next))
                start = next
            }
        }
        return windows
    }

    /// The windows as one batch.
    func batch(_ windows: [Window]) -> TrainingBatch {
        var batch = TrainingBatch()
        for window in windows {
            batch.sequences.append(items[window.entries])
            for entry in window.entries {
                batch.targets.append(items[entry + 1])
                batch.weights.append(weights[entry + 1])
                batch.met.append(metOffsets[window.user]..<(metOffsets[window.user] + Int(metCounts[entry])))
            }
        }
        return batch
    }

    /// Times each item is a target.
    func targetCounts() -> [Float] {
        var counts = [Float](repeating: 0, count: itemCount)
        for user in 0..<count {
            for entry in (offsets[user] + 1)..<max(offsets[user + 1], offsets[user] + 1) where weights[entry] > 0 {
                counts[Int(items[entry])] += weights[entry]
            }
        }
        return counts
    }
}
