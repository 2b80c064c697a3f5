package import Datasets

/// What a metric of a metric attribution adds up.
///
/// ```
/// expression = "SAMPLECOUNT" "(" ")" | "SUM" "(" dataset "." column ")"
/// dataset    = "Items" | "Interactions"
/// ```
///
/// Functions and datasets are read in any case, columns as the schema has them; spaces may stand between the parts.
///
/// Source: developer guide, "Creating an Amazon Personalize metric attribution"; API reference, "MetricAttribute".
package struct MetricExpression: Sendable, Hashable {
    package enum Function: Sendable, Hashable {
        /// 1 for each event.
        case sampleCount
        /// The event's value in a column, or the value of the event's item; nothing for a null.
        case sum(DatasetType, column: String)

        /// How reports name the function.
        package var name: String {
            switch self {
            case .sampleCount: "samplecount"
            case .sum: "sum"
            }
        }
    }

    package let function: Function
    /// Where the dataset and the column stand, in bytes from 0.
    private let datasetOffset: Int
    private let columnOffset: Int

    package init(parsing text: String) throws(MetricExpressionMistake) {
        var parser = Parser(bytes: Array(text.utf8))
        (function, datasetOffset, columnOffset) = try parser.expression()
    }

    /// Checks that the column is there and is a number.
    ///
    /// - Parameter schemas: Those of the datasets of the group.
    package func check(against schemas: [DatasetType: DatasetSchema]) throws(MetricExpressionMistake) {
        guard case .sum(let type, let column) = function else { return }
        guard let schema = schemas[type] else {
            throw MetricExpressionMistake("The dataset group has no \(type.recordName) dataset.", at: datasetOffset)
        }
        guard let field = schema[field: column] else {
            throw MetricExpressionMistake(
                "The schema of the \(type.recordName) dataset has no field \(column).", at: columnOffset)
        }
        guard field.type.isNumeric else {
            throw MetricExpressionMistake(
                "The field \(column) is of the type \(field.type.rawValue); only numbers can be summed.",
                at: columnOffset)
        }
    }
}

/// What is wrong with a metric's expression, and where.
package struct MetricExpressionMistake: Error, Sendable, Hashable, CustomStringConvertible {
    package let message: String
    /// In bytes from 1, which are characters wherever the expression can be right.
    package let column: Int

    init(_ message: String, at offset: Int) {
        self.message = message
        column = offset + 1
    }

    package var description: String { "column \(column): \(message)" }
}

/// Reads an expression. O(bytes); any text ends in an expression or in a mistake.
private struct Parser {
    let bytes: [UInt8]
    var at = 0

    mutating func expression() throws(MetricExpressionMistake) -> (MetricExpression.Function, Int, Int) {
        let (function, start) = try word("a function: SAMPLECOUNT() or SUM(DatasetType.COLUMN_NAME)")
        let result: (MetricExpression.Function, Int, Int)
        switch function.uppercased() {
        case "SAMPLECOUNT":
            try symbol("(", after: "SAMPLECOUNT")
            result = (.sampleCount, 0, 0)
        case "SUM":
            try symbol("(", after: "SUM")
            let (dataset, datasetOffset) = try word("the dataset type: Items or Interactions")
            let type: DatasetType
            switch dataset.lowercased() {
            case "items": type = .items
            case "interactions": type = .interactions
            default:
                throw MetricExpressionMistake(
                    "There is no dataset type \(dataset.prefix(64)) to sum over; there are Items and Interactions.",
                    at: datasetOffset)
            }
            try symbol(".", after: "the dataset type")
            let (column, columnOffset) = try word("the name of a column")
            result = (.sum(type, column: column), datasetOffset, columnOffset)
        default:
            throw MetricExpressionMistake(
                "There is no function \(function.prefix(64)); there are SAMPLECOUNT() and SUM(DatasetType.COLUMN_NAME).",
                at: start)
        }
        try symbol(")", after: "what \(function.uppercased()) takes")
        skipSpaces()
        guard at == bytes.count else {
            throw MetricExpressionMistake("The expression goes on after its closing parenthesis.", at: at)
        }
        return result
    }

    private mutating func skipSpaces() {
        while at < bytes.count, bytes[at] == 0x20 || (0x09...0x0D).contains(bytes[at]) { at += 1 }
    }

    private mutating func word(_ expected: String) throws(MetricExpressionMistake) -> (String, offset: Int) {
        skipSpaces()
        let start = at
        while at < bytes.count, Self.isWord(bytes[at], first: at == start) { at += 1 }
        guard at > start else { throw MetricExpressionMistake("Here must be \(expected).", at: start) }
        return (String(decoding: bytes[start..<at], as: UTF8.self), start)
    }

    private mutating func symbol(_ symbol: Character, after place: String) throws(MetricExpressionMistake) {
        skipSpaces()
        guard at < bytes.count, bytes[at] == symbol.asciiValue else {
            throw MetricExpressionMistake("After \(place) must be \"\(symbol)\".", at: at)
        }
        at += 1
    }

    private static func isWord(_ byte: UInt8, first: Bool) -> Bool {
        byte == UInt8(ascii: "_") || (UInt8(ascii: "a")...UInt8(ascii: "z")).contains(byte | 0x20)
            || !first && (UInt8(ascii: "0")...UInt8(ascii: "9")).contains(byte)
    }
}
