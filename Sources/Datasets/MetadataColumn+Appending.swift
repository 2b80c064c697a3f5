extension MetadataColumn {
    /// The rows of this column, then those of `newer`.
    ///
    /// Rows that are stored in another way than this column's, which those of one field never are, become null.
    func followed(by newer: MetadataColumn) -> MetadataColumn {
        let joined: Values
        switch (values, newer.values) {
        case (.categorical(let old), .categorical(let new)): joined = .categorical(old.followed(by: new))
        case (.text(let old), .text(let new)): joined = .text(old + new)
        case (.integers(let old), .integers(let new)): joined = .integers(old + new)
        case (.numbers(let old), .numbers(let new)): joined = .numbers(old + new)
        case (.booleans(let old), .booleans(let new)): joined = .booleans(old + new)
        default: return followed(by: nulls(newer.count))
        }
        return MetadataColumn(field: field, values: joined)
    }

    /// A column of the same field with nothing but nulls.
    func nulls(_ count: Int) -> MetadataColumn {
        let values: Values =
            switch values {
            case .categorical:
                .categorical(
                    CategoricalColumn(
                        cells: Vocabulary(), codes: Array(repeating: CategoricalColumn.nullCode, count: count)))
            case .text: .text(Array(repeating: "", count: count))
            case .integers: .integers(Array(repeating: Self.nullInteger, count: count))
            case .numbers: .numbers(Array(repeating: .nan, count: count))
            case .booleans: .booleans(Array(repeating: nil, count: count))
            }
        return MetadataColumn(field: field, values: values)
    }

    /// Columns of two tables by name: the rows of `older`, then those of `newer`; null where a table lacks a column.
    static func joined(
        _ older: [MetadataColumn], count olderCount: Int, _ newer: [MetadataColumn], count newerCount: Int
    ) -> [MetadataColumn] {
        let kept = older.map { old in
            old.followed(by: newer.first { $0.name == old.name } ?? old.nulls(newerCount))
        }
        let added = newer.filter { new in !older.contains { $0.name == new.name } }
            .map { $0.nulls(olderCount).followed(by: $0) }
        return kept + added
    }

    /// What two rows have in common when they are the same: the value as text, empty for a null.
    ///
    /// - Precondition: `row` is in `0..<count`.
    package func text(ofRow row: Int) -> String {
        switch values {
        case .categorical(let column): column.text(ofRow: row) ?? ""
        case .text(let texts): texts[row]
        case .integers(let integers): integers[row] == Self.nullInteger ? "" : "\(integers[row])"
        case .numbers(let numbers): numbers[row].isNaN ? "" : "\(numbers[row])"
        case .booleans(let booleans): booleans[row].map { "\($0)" } ?? ""
        }
    }
}

extension CategoricalColumn {
    func followed(by newer: CategoricalColumn) -> CategoricalColumn {
        var cells = cells
        let renumbered = newer.cells.identifiers.map { UInt32(truncatingIfNeeded: cells.insert($0)) }
        let added = newer.codes.map { $0 == Self.nullCode ? $0 : renumbered[Int($0)] }
        return CategoricalColumn(cells: cells, codes: codes + added)
    }
}
