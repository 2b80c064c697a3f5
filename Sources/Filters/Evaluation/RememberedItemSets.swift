import Synchronization

/// The items that a filter let pass for values that came before, where nothing but the values decides.
final class RememberedItemSets: Sendable {
    /// Bytes of the sets of one filter, at most, and of the values of one set.
    private static let budget = 4 << 20
    private static let longestValues = 256
    private static let mostSets = 4_096

    private let capacity: Int
    private let sets = Mutex<[[String: String]: ItemSet]>([:])

    init(universe: Int) {
        capacity = min(max(Self.budget / max(universe / 8, 1), 1), Self.mostSets)
    }

    func items(for values: [String: String]) -> ItemSet? {
        sets.withLock { $0[values] }
    }

    func keep(_ items: ItemSet, for values: [String: String]) {
        guard values.reduce(0, { $0 + $1.key.utf8.count + $1.value.utf8.count }) <= Self.longestValues else { return }
        // What is dropped is released outside the lock.
        let dropped = sets.withLock { sets -> [[String: String]: ItemSet] in
            let full = sets.count >= capacity ? sets : [:]
            if !full.isEmpty { sets = [:] }
            sets[values] = items
            return full
        }
        withExtendedLifetime(dropped) {}
    }
}
