package import Foundation

extension DatasetDirectory {
    /// The distinct event types that were imported into `directory`, from their dictionary alone; empty when the column
    /// is not there.
    package static func eventTypes(of directory: URL) throws(SegmentError) -> Set<String> {
        let source = try SegmentDirectory(directory)
        guard let field = source.fields.first(where: { $0.name == "EVENT_TYPE" }),
            ColumnKind(field, in: source.type) == .eventType
        else { return [] }
        return Set(try source.texts(field, bytes: "names"))
    }
}

/// Numeric columns of what is known of each item, user or action.
package struct NumericColumns: Sendable {
    private let identifiers: Vocabulary
    private let columns: [String: MetadataColumn]

    /// - Parameter table: Its other columns are not kept.
    package init(_ table: MetadataTable) {
        identifiers = table.identifiers
        columns = Dictionary(
            table.columns.filter(\.field.type.isNumeric).map { ($0.name, $0) }, uniquingKeysWith: { first, _ in first })
    }

    package func row(of identifier: String) -> Int? { identifiers.index(of: identifier) }

    /// - Parameter row: What ``row(of:)`` gave.
    /// - Returns: Nil for a null, and for a column that is not there.
    package func value(row: Int, column name: String) -> Double? {
        guard let column = columns[name], row < column.count else { return nil }
        switch column.values {
        case .integers(let integers): return integers[row] == MetadataColumn.nullInteger ? nil : Double(integers[row])
        case .numbers(let numbers): return numbers[row].isNaN ? nil : numbers[row]
        case .categorical, .text, .booleans: return nil
        }
    }
}
