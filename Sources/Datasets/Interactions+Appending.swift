extension Interactions {
    /// These events, then those of `newer`, with one numbering of users, items and event types.
    ///
    /// O(events of both).
    package func followed(by newer: Interactions) -> Interactions {
        guard newer.count > 0 else { return self }
        var all = self
        let users = newer.users.identifiers.map { UInt32(truncatingIfNeeded: all.users.insert($0)) }
        let items = newer.items.identifiers.map { UInt32(truncatingIfNeeded: all.items.insert($0)) }
        let types = newer.eventTypes.identifiers.map { UInt16(clamping: all.eventTypes.insert($0)) }
        all.userIndices += newer.userIndices.map { users[Int($0)] }
        all.itemIndices += newer.itemIndices.map { items[Int($0)] }
        all.timestamps += newer.timestamps
        if eventTypeIndices != nil || newer.eventTypeIndices != nil {
            let added = newer.eventTypeIndices?.map { $0 == .max ? $0 : types[Int($0)] }
            all.eventTypeIndices =
                (eventTypeIndices ?? Array(repeating: .max, count: count))
                + (added ?? Array(repeating: .max, count: newer.count))
        }
        if eventValues != nil || newer.eventValues != nil {
            all.eventValues =
                (eventValues ?? Array(repeating: .nan, count: count))
                + (newer.eventValues ?? Array(repeating: .nan, count: newer.count))
        }
        all.contextColumns = MetadataColumn.joined(
            contextColumns, count: count, newer.contextColumns, count: newer.count)
        return all
    }

    private struct Moment: Hashable {
        let user, item: UInt32
        let timestamp: Int64
    }

    /// The events that are not, value for value, among those of `others`, nor a repetition of one before them.
    ///
    /// Source: "Importing training data into Amazon Personalize datasets": of events with the same timestamp and
    /// properties one is kept. O(events of both), with memory for these events only.
    package func withoutThose(of others: Interactions) -> Interactions {
        var places: [Moment: [Int]] = [:]
        for event in 0..<count {
            let moment = Moment(user: userIndices[event], item: itemIndices[event], timestamp: timestamps[event])
            places[moment, default: []].append(event)
        }
        var repeated = Array(repeating: false, count: count)
        let users = others.users.identifiers.map { self.users.index(of: $0).map { UInt32($0) } }
        let items = others.items.identifiers.map { self.items.index(of: $0).map { UInt32($0) } }
        for event in 0..<others.count {
            guard let user = users[Int(others.userIndices[event])], let item = items[Int(others.itemIndices[event])],
                let same = places[Moment(user: user, item: item, timestamp: others.timestamps[event])]
            else { continue }
            let values = others.remainingValues(of: event)
            for place in same where remainingValues(of: place) == values { repeated[place] = true }
        }
        for same in places.values where same.count > 1 {
            var seen: Set<[String: String]> = []
            for place in same where !seen.insert(remainingValues(of: place)).inserted { repeated[place] = true }
        }
        return repeated.contains(true) ? filtered { !repeated[$0] } : self
    }

    /// What an event has beside its user, item and time; nulls are left out.
    private func remainingValues(of event: Int) -> [String: String] {
        var values: [String: String] = [:]
        if let type = eventTypeIndices?[event], type != .max { values["EVENT_TYPE"] = eventTypes[Int(type)] }
        if let value = eventValues?[event], !value.isNaN { values["EVENT_VALUE"] = "\(value)" }
        for column in contextColumns {
            let text = column.text(ofRow: event)
            if !text.isEmpty { values[column.name] = text }
        }
        return values
    }
}
