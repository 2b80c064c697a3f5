extension Interactions {
    /// The events for which `isIncluded` holds, in their order and with the same vocabularies.
    ///
    /// - Parameter isIncluded: Is given the place of an event in the columns.
    public func filtered(_ isIncluded: (_ event: Int) -> Bool) -> Interactions {
        let kept = userIndices.indices.filter(isIncluded)
        var filtered = self
        filtered.userIndices = kept.map { userIndices[$0] }
        filtered.itemIndices = kept.map { itemIndices[$0] }
        filtered.timestamps = kept.map { timestamps[$0] }
        filtered.eventTypeIndices = eventTypeIndices.map { column in kept.map { column[$0] } }
        filtered.eventValues = eventValues.map { column in kept.map { column[$0] } }
        filtered.contextColumns = contextColumns.map { $0.gathering(kept) }
        return filtered
    }
}
