import ControlPlane
import Datasets

/// A user's events as one campaign reads them: those of its training, and those that came since.
struct UserPast: Sendable {
    /// What recommenders read: the events that count for the campaign, oldest first, with item numbers of its
    /// assortments.
    let history: History
    /// What filters look at: the same, and those that came since and do not count for the campaign.
    let all: History
    /// Those of the model, then others that came since.
    let eventTypes: Vocabulary
    private let recent: [RecentEvent]

    /// O(events of both): both are in the order of time.
    ///
    /// - Parameters:
    ///   - trained: The events of the training, oldest first.
    ///   - recent: Oldest first. Those that the training knew, and those on items that are not in `items`, are left out.
    ///   - types: Of the training's events.
    init(
        _ trained: History = History(), since recent: [RecentEvent] = [], eventTypes types: Vocabulary,
        items: Vocabulary = Vocabulary(), counting selection: EventSelection = .all
    ) {
        self.recent = recent
        guard !recent.isEmpty else {
            (history, all, eventTypes) = (trained, trained, types)
            return
        }
        var types = types
        var merge = HistoryMerge(trained)
        var counted = HistoryMerge(trained)
        for event in recent {
            guard let item = items.index(of: event.item).flatMap({ UInt32(exactly: $0) }),
                let type = event.eventType.map({ UInt16(exactly: types.insert($0)) }) ?? .max
            else { continue }
            merge.add(event, item: item, type: type)
            if !selection.isAll, selection.counts(eventType: event.eventType, value: event.value) {
                counted.add(event, item: item, type: type)
            }
        }
        all = merge.finish()
        history = selection.isAll ? all : counted.finish()
        eventTypes = types
    }

    /// The events that came since on some items, by their numbers there.
    func recent(on items: Vocabulary) -> History {
        var history = History()
        for event in recent {
            guard let item = items.index(of: event.item).flatMap({ UInt32(exactly: $0) }) else { continue }
            let type = event.eventType.flatMap { eventTypes.index(of: $0) }.flatMap { UInt16(exactly: $0) }
            history.append(item: item, timestamp: event.time, eventType: type ?? .max, eventValue: event.value)
        }
        return history
    }
}

/// Merges events into a history, both in the order of time.
private struct HistoryMerge {
    private let trained: History
    private var next = 0
    private var merged = History()

    init(_ trained: History) { self.trained = trained }

    /// Adds the event, unless the history has it.
    mutating func add(_ event: RecentEvent, item: UInt32, type: UInt16) {
        while next < trained.count, trained.timestamps[next] <= event.time { takeNext() }
        var same = next
        while same > 0, trained.timestamps[same - 1] == event.time {
            same -= 1
            if trained.items[same] == item, trained.type(same) == type { return }
        }
        merged.append(item: item, timestamp: event.time, eventType: type, eventValue: event.value)
    }

    mutating func finish() -> History {
        while next < trained.count { takeNext() }
        return merged
    }

    private mutating func takeNext() {
        merged.append(
            item: trained.items[next], timestamp: trained.timestamps[next], eventType: trained.type(next),
            eventValue: next < trained.eventValues.count ? trained.eventValues[next] : .nan)
        next += 1
    }
}

extension History {
    fileprivate func type(_ index: Int) -> UInt16 { index < eventTypes.count ? eventTypes[index] : .max }
}
