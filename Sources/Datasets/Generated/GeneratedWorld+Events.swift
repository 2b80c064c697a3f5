import HeapModule

extension GeneratedWorld {
    /// Calls `body` with each event, in the order of time, without keeping them.
    ///
    /// Sessions start at random times over the configured duration; their events are merged through a heap of the
    /// sessions that are under way, so memory does not depend on the number of events.
    public func forEachEvent<Failure: Error>(_ body: (Event) throws(Failure) -> Void) throws(Failure) {
        var random = SeededGenerator(seed: configuration.seed ^ 0x5E55_10E5)
        var sessions = Heap<Session>()
        let expected = max(1, Double(configuration.events) / max(1, configuration.meanSessionLength))
        let meanGap = Double(max(1, configuration.duration)) / expected
        var clock = Double(configuration.start)
        var started: UInt64 = 0
        var emitted = 0
        while emitted < configuration.events {
            while sessions.min.map({ Double($0.time) > clock }) ?? true {
                sessions.insert(session(at: Int64(clock), number: started, &random))
                started += 1
                clock += random.exponential(mean: meanGap)
            }
            guard var session = sessions.popMin() else { break }
            try body(step(&session, &random))
            emitted += 1
            if session.remaining > 0 { sessions.insert(session) }
        }
    }

    private struct Session: Comparable {
        var time: Int64
        let number: UInt64
        let user: Int
        let taste: Int
        var remaining: Int
        var last: Int?

        static func < (lhs: Session, rhs: Session) -> Bool { (lhs.time, lhs.number) < (rhs.time, rhs.number) }

        static func == (lhs: Session, rhs: Session) -> Bool { lhs.number == rhs.number && lhs.time == rhs.time }
    }

    private func session(at time: Int64, number: UInt64, _ random: inout SeededGenerator) -> Session {
        let user = drawUser(&random)
        let tastes = tastes(ofUser: user)
        let choice = random.unit()
        let length = 1 + Int(min(random.exponential(mean: max(0, configuration.meanSessionLength - 1)), 1_000))
        return Session(
            time: time, number: number, user: user,
            taste: choice < 0.7 ? tastes.0 : choice < 0.9 ? tastes.1 : tastes.2, remaining: length)
    }

    private func step(_ session: inout Session, _ random: inout SeededGenerator) -> Event {
        let choice = random.unit()
        let item: Int
        if let last = session.last, choice < configuration.seriesChance {
            item = successor(of: last)
        } else if choice > 1 - configuration.popularityChance {
            item = drawPopular(&random)
        } else {
            item = draw(taste: session.taste, &random)
        }
        let kind = random.unit()
        let event = Event(
            user: session.user, item: item, timestamp: session.time,
            type: kind < 0.8 ? .view : kind < 0.93 ? .addToCart : .purchase)
        session.last = item
        session.remaining -= 1
        session.time += 5 + Int64(min(random.exponential(mean: 90), 86_400))
        return event
    }

    /// All events in memory.
    public func interactions() -> Interactions {
        var users: [Int32] = Array(repeating: -1, count: configuration.users)
        var items: [Int32] = Array(repeating: -1, count: configuration.items)
        var interactions = Interactions(
            eventTypes: Vocabulary(EventType.allCases.map(\.rawValue)), eventTypeIndices: [])
        var types: [UInt16] = []
        forEachEvent { event in
            if users[event.user] < 0 {
                users[event.user] = Int32(interactions.users.insert(Self.userIdentifier(event.user)))
            }
            if items[event.item] < 0 {
                items[event.item] = Int32(interactions.items.insert(Self.itemIdentifier(event.item)))
            }
            interactions.userIndices.append(UInt32(users[event.user]))
            interactions.itemIndices.append(UInt32(items[event.item]))
            interactions.timestamps.append(event.timestamp)
            switch event.type {
            case .view: types.append(0)
            case .addToCart: types.append(1)
            case .purchase: types.append(2)
            }
        }
        interactions.eventTypeIndices = types
        return interactions
    }

    public static func userIdentifier(_ user: Int) -> String { "u\(user)" }
    public static func itemIdentifier(_ item: Int) -> String { "i\(item)" }
}
