package import Datasets

/// A history cut in two by time.
package enum HeldOutEvents {
    /// The oldest events, and the distinct items of the newest tenth (at least one event).
    ///
    /// The input is empty when there are fewer than two events.
    package static func newestTenth(of history: History) -> (input: History, targets: Set<UInt32>) {
        let kept = history.count - max(1, (history.count + 5) / 10)
        guard kept > 0 else { return (History(), Set(history.items)) }
        var input = history
        input.items.removeLast(history.count - kept)
        input.timestamps.removeLast(max(input.timestamps.count - kept, 0))
        input.eventTypes.removeLast(max(input.eventTypes.count - kept, 0))
        input.eventValues.removeLast(max(input.eventValues.count - kept, 0))
        return (input, Set(history.items[kept...]))
    }
}
