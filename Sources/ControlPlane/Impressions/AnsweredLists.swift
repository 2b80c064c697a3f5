import Synchronization

/// The newest lists that campaigns and recommenders gave, by their recommendationId.
///
/// An event that names a list is thereby told what was shown (developer guide, "Impressions data"). What falls out of
/// memory, or was given before the start, is not known: such an event has no implicit impression. When there are too many,
/// each new list takes the place of the oldest.
package final class AnsweredLists: Sendable {
    /// Of a longer list the beginning is kept: as many items as an event may name (API reference, "Event").
    package static let itemsPerList = 25

    private struct List {
        let key: Int
        let datasetGroupArn: String
        let items: [String]
    }

    private struct State {
        /// In a ring once it is full.
        var lists: [List] = []
        var oldest = 0
        var places: [Int: Int] = [:]
    }

    private let capacity: Int
    private let state: Mutex<State>

    /// - Parameter capacity: Lists that are kept at most.
    package init(capacity: Int = 100_000) {
        self.capacity = max(1, capacity)
        // No request waits for either to grow.
        var state = State()
        state.lists.reserveCapacity(self.capacity)
        state.places.reserveCapacity(self.capacity)
        self.state = Mutex(state)
    }

    package func keep(_ items: [String], as recommendation: String, ofDatasetGroup group: String) {
        let list = List(
            key: recommendation.hashValue, datasetGroupArn: group, items: Array(items.prefix(Self.itemsPerList)))
        let dropped = state.withLock { state -> List? in
            guard state.lists.count == capacity else {
                state.places[list.key] = state.lists.count
                state.lists.append(list)
                return nil
            }
            let (place, dropped) = (state.oldest, state.lists[state.oldest])
            if state.places[dropped.key] == place { state.places[dropped.key] = nil }
            state.places[list.key] = place
            state.lists[place] = list
            state.oldest = (place + 1) % capacity
            return dropped
        }
        // Released outside the lock.
        withExtendedLifetime(dropped) {}
    }

    /// - Returns: Nil when the list is not known, or was given in another dataset group.
    package func items(of recommendation: String, inDatasetGroup group: String) -> [String]? {
        let key = recommendation.hashValue
        let list = state.withLock { state in state.places[key].map { state.lists[$0] } }
        guard let list, list.datasetGroupArn == group, !list.items.isEmpty else { return nil }
        return list.items
    }
}
