extension MetadataTable {
    /// This table with the rows of `newer` added, or in place of those with the same identifier.
    package func replaced(by newer: MetadataTable) -> MetadataTable {
        var identifiers = identifiers
        var rows = Array(0..<count)
        for (row, identifier) in newer.identifiers.identifiers.enumerated() {
            let place = identifiers.insert(identifier)
            if place < rows.count { rows[place] = count + row } else { rows.append(count + row) }
        }
        let joined = MetadataColumn.joined(columns, count: count, newer.columns, count: newer.count)
        return MetadataTable(type: type, identifiers: identifiers, columns: joined.map { $0.gathering(rows) })
    }

    /// The rows whose identifier `isIncluded`.
    package func filtered(_ isIncluded: (_ identifier: String) -> Bool) -> MetadataTable {
        let rows = (0..<count).filter { isIncluded(identifiers[$0]) }
        guard rows.count < count else { return self }
        return MetadataTable(
            type: type, identifiers: Vocabulary(rows.map { identifiers[$0] }),
            columns: columns.map { $0.gathering(rows) })
    }

    /// The rows of `wanted`, in that order; identifiers of which nothing is known have none.
    package func selecting(_ wanted: [String]) -> MetadataTable {
        let known = Vocabulary(wanted.filter { row(of: $0) != nil })
        let rows = known.identifiers.compactMap { row(of: $0) }
        return MetadataTable(type: type, identifiers: known, columns: columns.map { $0.gathering(rows) })
    }
}
