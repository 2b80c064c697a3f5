/// What is wrong with a file that should be imported, and where.
public struct ImportError: Error, Sendable, Hashable {
    public enum Reason: Sendable, Hashable {
        case unreadableFile
        case missingHeader
        case duplicateColumn
        case missingColumn
        /// A record has more or fewer fields than the header.
        case fieldCount
        case unterminatedQuote
        case recordTooLong
        case invalidCell
        case tooFewRows
        case tooManyEventTypes
        case tooManyDistinctValues
        /// A call that the state of the import does not allow, such as data before a file was begun.
        case wrongCall
    }

    public let reason: Reason
    public let file: String?
    /// 1-based; the line on which the record starts.
    public let line: Int?
    /// 1-based number of the field in the record.
    public let column: Int?
    public let columnName: String?
    /// The offending text, shortened.
    public let text: String?
    /// What is wrong, without the place.
    public let message: String

    public init(
        _ reason: Reason, file: String? = nil, line: Int? = nil, column: Int? = nil, columnName: String? = nil,
        text: String? = nil, _ message: String
    ) {
        self.reason = reason
        self.file = file
        self.line = line
        self.column = column
        self.columnName = columnName
        self.text = text
        self.message = message
    }
}

extension ImportError: CustomStringConvertible {
    /// One line: `ratings.csv, line 3, column 4 (TIMESTAMP): "x1" is not a whole number`.
    public var description: String {
        var place: [String] = []
        if let file { place.append(file) }
        if let line { place.append("line \(line)") }
        if let column { place.append("column \(column)" + (columnName.map { " (\($0))" } ?? "")) }
        let what = (text.map { "\"\($0)\" " } ?? "") + message
        return place.isEmpty ? what : place.joined(separator: ", ") + ": " + what
    }
}
