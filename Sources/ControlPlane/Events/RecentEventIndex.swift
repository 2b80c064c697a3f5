import Synchronization

/// The newest streamed events of the users that were asked about of late.
///
/// What the store holds is the truth: a user who is not here is read from it, and each acknowledged event is added to
/// those who are. Users about whom nobody asked for longest are dropped when there are too many events; what was asked
/// since the last time stays (two generations, an approximation of least recently used).
package final class RecentEventIndex: Sendable {
    package static let eventsPerUser = 500

    fileprivate struct Key: Hashable {
        let stream: String
        let user: String
    }

    /// A power of two, so that users spread evenly.
    private static let shardCount = 16
    private let shards: [Shard]
    private let streams = Mutex<[String: StreamState]>([:])

    private struct StreamState {
        /// Nil while the store was not asked.
        var isEmpty: Bool?
        /// How often something was added.
        var additions = 0
    }

    /// - Parameter capacity: Events that are kept at most, each user counting as four more.
    package init(capacity: Int = 1_000_000) {
        shards = (0..<Self.shardCount).map { _ in Shard(capacity: max(1, capacity / Self.shardCount / 2)) }
    }

    /// A user's newest events, oldest first.
    ///
    /// - Parameter read: Gives the past of a user who is not here.
    package func events(
        in stream: String, ofUser user: String, read: () async throws -> RecentPast
    ) async throws -> [RecentEvent] {
        let key = Key(stream: stream, user: user)
        let shard = shard(of: key)
        switch shard.find(key) {
        case .events(let events): return events
        case .missing(let load):
            let past = try await read()
            var events: [RecentEvent] = []
            for stored in past.records.prefix(Self.eventsPerUser).reversed() {
                RecentEvent(stored.record)?.insert(into: &events)
            }
            shard.keep(events, through: past.through, key, load)
            return events
        }
    }

    /// Whether a stream has no records: then no user has any.
    ///
    /// - Parameter lastPosition: Asks the store for the place of the newest record, 0 for none; only called once as a rule.
    package func isEmpty(_ stream: String, lastPosition: () async throws -> Int64) async throws -> Bool {
        let known = streams.withLock { $0[stream] ?? StreamState() }
        if let isEmpty = known.isEmpty { return isEmpty }
        let isEmpty = try await lastPosition() == 0
        streams.withLock { streams in
            // What was added meanwhile may not be in the answer.
            if streams[stream]?.additions ?? 0 == known.additions {
                streams[stream, default: StreamState()].isEmpty = isEmpty
            }
        }
        return isEmpty
    }

    /// A user's newest events, oldest first; nil for a user who must be read from the store.
    package func known(in stream: String, ofUser user: String) -> [RecentEvent]? {
        if streams.withLock({ $0[stream]?.isEmpty ?? false }) { return [] }
        let key = Key(stream: stream, user: user)
        return shard(of: key).known(key)
    }

    /// Takes in what a store has made durable, before it is acknowledged.
    package func add(_ records: [StreamedRecord], _ appended: AppendedRecords, to stream: String) {
        streams.withLock { streams in
            streams[stream, default: StreamState()].isEmpty = false
            streams[stream, default: StreamState()].additions += 1
        }
        for (record, position) in zip(records, appended.positions) {
            guard let user = record.user ?? record.session, let event = RecentEvent(record) else { continue }
            let key = Key(stream: stream, user: user)
            shard(of: key).add(event, at: position, key)
        }
        // Their events have become another user's.
        for (session, user) in appended.named { forget([session, user], in: stream) }
    }

    /// Drops what is known of users whose events have changed in the store.
    package func forget(_ users: some Sequence<String>, in stream: String) {
        for user in users {
            let key = Key(stream: stream, user: user)
            shard(of: key).forget(key)
        }
    }

    private func shard(of key: Key) -> Shard { shards[key.user.hashValue & (Self.shardCount - 1)] }
}

/// An event that came by itself, as far as recommendations and filters look at it.
package struct RecentEvent: Sendable, Equatable {
    package let item: String
    /// Nil for an event without a type.
    package let eventType: String?
    /// Seconds since 1970.
    package let time: Int64
    /// NaN for an event without a value.
    package let value: Float
    /// Of the event's identifier; nil for an event without one.
    private let identity: Int?

    package init(item: String, eventType: String?, time: Int64, value: Float = .nan, identifier: String? = nil) {
        self.item = item
        self.eventType = eventType
        self.time = time
        self.value = value
        identity = identifier?.hashValue
    }

    /// Nil for a record that is not about an item.
    init?(_ record: StreamedRecord) {
        guard let item = record.cells["ITEM_ID"] else { return nil }
        self.init(
            item: item, eventType: record.cells["EVENT_TYPE"], time: record.time,
            value: record.cells["EVENT_VALUE"].flatMap(Float.init) ?? .nan, identifier: record.eventIdentifier)
    }

    /// Adds the event where its time puts it, unless it repeats one before it, by its identifier or in all it has.
    func insert(into events: inout [RecentEvent]) {
        if let identity, events.contains(where: { $0.identity == identity }) { return }
        var place = events.count
        while place > 0, events[place - 1].time > time { place -= 1 }
        var same = place
        while same > 0, events[same - 1].time == time {
            if events[same - 1].hasValues(of: self) { return }
            same -= 1
        }
        events.insert(self, at: place)
        if events.count > RecentEventIndex.eventsPerUser { events.removeFirst() }
    }

    private func hasValues(of other: RecentEvent) -> Bool {
        item == other.item && time == other.time && eventType == other.eventType
            && (value == other.value || value.isNaN && other.value.isNaN)
    }
}

/// A part of the users.
private final class Shard: Sendable {
    typealias Key = RecentEventIndex.Key

    enum Found {
        case events([RecentEvent])
        /// The number is that of the reading that is to follow.
        case missing(UInt64)
    }

    private enum Entry {
        /// Being read. An event that comes meanwhile makes the reading one that is not kept.
        case loading(UInt64)
        /// With the place in the order of arrival up to which the store was read.
        case loaded([RecentEvent], through: Int64)

        var weight: Int {
            switch self {
            case .loading: 4
            case .loaded(let events, _): 4 + events.count
            }
        }
    }

    private struct State {
        var young: [Key: Entry] = [:]
        var old: [Key: Entry] = [:]
        /// Of the young.
        var weight = 0
        var loads: UInt64 = 0

        /// Makes an entry young; gives what is dropped for it, to be released outside the lock.
        mutating func set(_ entry: Entry, _ key: Key, capacity: Int) -> [Key: Entry] {
            young[key] = entry
            weight += entry.weight
            guard weight > capacity else { return [:] }
            let dropped = old
            old = young
            young = [:]
            weight = 0
            return dropped
        }
    }

    /// Of each generation.
    private let capacity: Int
    private let state = Mutex(State())

    init(capacity: Int) { self.capacity = capacity }

    func find(_ key: Key) -> Found {
        let (found, dropped) = state.withLock { state -> (Found, [Key: Entry]) in
            if case .loaded(let events, _)? = state.young[key] { return (.events(events), [:]) }
            if let entry = state.old.removeValue(forKey: key), case .loaded(let events, _) = entry {
                return (.events(events), state.set(entry, key, capacity: capacity))
            }
            state.loads += 1
            return (.missing(state.loads), state.set(.loading(state.loads), key, capacity: capacity))
        }
        withExtendedLifetime(dropped) {}
        return found
    }

    /// Leaves older users, who are about to be dropped, to ``find(_:)``.
    func known(_ key: Key) -> [RecentEvent]? {
        state.withLock { state in
            if case .loaded(let events, _)? = state.young[key] { events } else { nil }
        }
    }

    /// Keeps what was read, unless the user's events have changed since the reading began.
    func keep(_ events: [RecentEvent], through position: Int64, _ key: Key, _ load: UInt64) {
        let dropped = state.withLock { state -> [Key: Entry] in
            guard case .loading(load)? = state.young[key] ?? state.old[key] else { return [:] }
            state.old[key] = nil
            return state.set(.loaded(events, through: position), key, capacity: capacity)
        }
        withExtendedLifetime(dropped) {}
    }

    func add(_ event: RecentEvent, at position: Int64, _ key: Key) {
        state.withLock { state in
            if let entry = state.young.removeValue(forKey: key) {
                guard case .loaded(var events, let through) = consume entry else { return }
                let before = events.count
                if position > through { event.insert(into: &events) }
                state.weight += events.count - before
                state.young[key] = .loaded(events, through: through)
            } else if let entry = state.old.removeValue(forKey: key) {
                guard case .loaded(var events, let through) = consume entry else { return }
                if position > through { event.insert(into: &events) }
                state.old[key] = .loaded(events, through: through)
            }
        }
    }

    func forget(_ key: Key) {
        state.withLock { state in
            state.young[key] = nil
            state.old[key] = nil
        }
    }
}
