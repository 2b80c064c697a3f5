import Synchronization

/// The newest lists that campaigns and recommenders gave, by their recommendationId.
///
/// An event that names a list is thereby told what was shown (developer guide, "Impressions data"). What falls out of
/// memory, or was given before the start, is not known: such an event has no implicit impression. The oldest lists are
/// dropped when there are too many, by two generations.
package final class AnsweredLists: Sendable {
    /// Of a longer list the beginning is kept: as many items as an event may name (API reference, "Event").
    package static let itemsPerList = 25

    private struct List {
        let datasetGroupArn: String
        let items: [String]
    }

    private struct State {
        var young: [Int: List] = [:]
        var old: [Int: List] = [:]
    }

    private let capacity: Int
    private let state = Mutex(State())

    /// - Parameter capacity: Lists that are kept at most.
    package init(capacity: Int = 100_000) { self.capacity = max(1, capacity / 2) }

    package func keep(_ items: some Collection<String>, as recommendation: String, ofDatasetGroup group: String) {
        let list = List(datasetGroupArn: group, items: Array(items.prefix(Self.itemsPerList)))
        let key = recommendation.hashValue
        let dropped = state.withLock { state -> [Int: List] in
            state.young[key] = list
            guard state.young.count > capacity else { return [:] }
            let dropped = state.old
            state.old = state.young
            state.young = [:]
            return dropped
        }
        // Released outside the lock.
        withExtendedLifetime(dropped) {}
    }

    /// - Returns: Nil when the list is not known, or was given in another dataset group.
    package func items(of recommendation: String, inDatasetGroup group: String) -> [String]? {
        let key = recommendation.hashValue
        let list = state.withLock { $0.young[key] ?? $0.old[key] }
        guard let list, list.datasetGroupArn == group, !list.items.isEmpty else { return nil }
        return list.items
    }
}
