package import Datasets

/// A history cut in two by time.
package enum HeldOutEvents {
    /// The oldest events, and the distinct items of the newest tenth (at least one event).
    ///
    /// The input is empty when there are fewer than two events.
    package static func newestTenth(of history: History) -> (input: History, targets: Set<UInt32>) {
        let kept = keptCount(of: history)
        guard kept > 0 else { return (History(), Set(history.items)) }
        var input = history
        input.items.removeLast(history.count - kept)
        input.timestamps.removeLast(max(input.timestamps.count - kept, 0))
        input.eventTypes.removeLast(max(input.eventTypes.count - kept, 0))
        input.eventValues.removeLast(max(input.eventValues.count - kept, 0))
        return (input, Set(history.items[kept...]))
    }

    /// The greatest reward among a target's events, by target of ``newestTenth(of:)``; empty when all count alike.
    package static func rewards(of history: History, _ weights: NumberedEventWeights) -> [UInt32: Float] {
        guard !weights.areEqual else { return [:] }
        var rewards: [UInt32: Float] = [:]
        for event in keptCount(of: history)..<history.count {
            let type = event < history.eventTypes.count ? history.eventTypes[event] : .max
            rewards[history.items[event]] = max(rewards[history.items[event]] ?? 0, weights[type])
        }
        return rewards
    }

    private static func keptCount(of history: History) -> Int { keptCount(of: history.count) }

    /// Events that are left of so many without the newest tenth.
    static func keptCount(of events: Int) -> Int { max(events - max(1, (events + 5) / 10), 0) }
}
