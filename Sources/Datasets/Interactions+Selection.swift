extension Interactions {
    /// The events at `rows` of the columns, in that order and with the same vocabularies.
    ///
    /// - Precondition: Every row is in `0..<count`.
    public func selecting(rows: [Int]) -> Interactions {
        Interactions(
            users: users, items: items, eventTypes: eventTypes, userIndices: rows.map { userIndices[$0] },
            itemIndices: rows.map { itemIndices[$0] }, timestamps: rows.map { timestamps[$0] },
            eventTypeIndices: eventTypeIndices.map { column in rows.map { column[$0] } },
            eventValues: eventValues.map { column in rows.map { column[$0] } },
            contextColumns: contextColumns.map { $0.gathering(rows) })
    }

    /// The events for which `isIncluded` holds, in their order and with the same vocabularies.
    ///
    /// - Parameter isIncluded: Is given the row of an event in the columns.
    public func filtered(_ isIncluded: (_ row: Int) -> Bool) -> Interactions {
        selecting(rows: userIndices.indices.filter(isIncluded))
    }
}
