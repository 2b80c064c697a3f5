package import Foundation

/// The rows of a finished import as the text of their cells: what an export writes, and what an import that keeps rows
/// of the one before reads again.
///
/// Memory is that of the columns. A row that is written and imported again has the same values.
package struct DatasetRows: Sendable {
    package let type: DatasetType
    package let fields: [SchemaField]
    package let count: Int
    private let columns: [Column]

    private enum Column: Sendable {
        case codes([UInt32], Vocabulary)
        case eventTypes([UInt16], Vocabulary)
        case text([String])
        case integers([Int64])
        case numbers([Double])
        case eventValues([Float])
        case booleans([UInt8])
    }

    package init(contentsOf directory: URL) throws(SegmentError) { try self.init(SegmentDirectory(directory)) }

    init(_ source: some ColumnSource) throws(SegmentError) {
        type = source.type
        fields = source.fields
        count = source.rows
        var columns: [Column] = []
        for field in source.fields {
            switch ColumnKind(field, in: source.type) {
            case .identifier, .category:
                let values = try source.vocabulary(field)
                columns.append(.codes(try source.codes(field, below: values.count, as: UInt32.self), values))
            case .eventType:
                let values = try source.vocabulary(field)
                columns.append(.eventTypes(try source.codes(field, below: values.count, as: UInt16.self), values))
            case .text:
                let texts = try source.texts(field, bytes: "text")
                guard texts.count == source.rows else {
                    throw source.damaged(field, "has \(texts.count) values for \(source.rows) rows")
                }
                columns.append(.text(texts))
            case .timestamp, .integer:
                columns.append(.integers(try source.rowValues(field, "values", as: Int64.self)))
            case .number: columns.append(.numbers(try source.rowValues(field, "values", as: Double.self)))
            case .eventValue: columns.append(.eventValues(try source.rowValues(field, "values", as: Float.self)))
            case .boolean: columns.append(.booleans(try source.rowValues(field, "values", as: UInt8.self)))
            }
        }
        self.columns = columns
    }

    /// The place of a field in `fields`; nil when the import did not have it.
    package func column(named name: String) -> Int? { fields.firstIndex { $0.name == name } }

    /// The text of a cell; empty for a null.
    ///
    /// - Precondition: `row` is in `0..<count` and `column` in `fields.indices`.
    package func text(row: Int, column: Int) -> String {
        switch columns[column] {
        case .codes(let codes, let values): codes[row] == .max ? "" : values[Int(codes[row])]
        case .eventTypes(let codes, let values): codes[row] == .max ? "" : values[Int(codes[row])]
        case .text(let texts): texts[row]
        case .integers(let integers): integers[row] == MetadataColumn.nullInteger ? "" : String(integers[row])
        case .numbers(let numbers): numbers[row].isNaN ? "" : "\(numbers[row])"
        case .eventValues(let values): values[row].isNaN ? "" : "\(values[row])"
        case .booleans(let booleans): booleans[row] > 1 ? "" : booleans[row] == 1 ? "true" : "false"
        }
    }

    /// Of each identifier of `ITEMS`, `USERS` or `ACTIONS` the last row, in order; of interactions all rows.
    package var newestRows: [Int] {
        guard !type.isInteractions, let column = column(named: type.subjectField),
            case .codes(let codes, let values) = columns[column]
        else { return Array(0..<count) }
        var last = Array(repeating: -1, count: values.count)
        for (row, code) in codes.enumerated() where code != .max { last[Int(code)] = row }
        return last.filter { $0 >= 0 }.sorted()
    }
}
