import Foundation
import PersonalizeAPI

/// What a line of a batch job's input asks for (developer guide, "Batch inference job input and output JSON examples" and
/// "Batch segment job input and output JSON examples").
package struct BatchLine: Sendable, Decodable {
    package var userId: String?
    package var itemId: String?
    package var itemList: [String]?
    package var itemAttributes: String?
    package var context: [String: String]?
    /// Values of the filter's parameters, by their names without `$`.
    package var filterValues: [String: String]?

    /// Reads a line.
    ///
    /// - Throws: ``BatchLineError`` that says what is wrong with it.
    package init(parsing line: InputLine) throws(BatchLineError) {
        guard !line.isTooLong else {
            throw BatchLineError("Line \(line.number) is longer than \(LineSplitter.longestLine) bytes.")
        }
        do {
            self = try JSONDecoder().decode(BatchLine.self, from: Data(line.bytes))
        } catch DecodingError.typeMismatch(_, let context) {
            throw BatchLineError("\(Self.name(of: context)) \(Self.expectation(of: context)).")
        } catch DecodingError.valueNotFound(_, let context) {
            throw BatchLineError("\(Self.name(of: context)) is null.")
        } catch {
            throw BatchLineError("Line \(line.number) is not valid JSON.")
        }
    }

    private static func name(of context: DecodingError.Context) -> String {
        var name = ""
        for key in context.codingPath {
            if let index = key.intValue {
                name += "[\(index)]"
            } else {
                name += name.isEmpty ? key.stringValue : ".\(key.stringValue)"
            }
        }
        return name.isEmpty ? "The line" : name
    }

    private static func expectation(of context: DecodingError.Context) -> String {
        guard let first = context.codingPath.first?.stringValue else { return "must be a JSON object" }
        switch (first, context.codingPath.count) {
        case ("itemList", 1): return "must be a list of strings"
        case ("context", 1), ("filterValues", 1): return "must be an object of strings"
        default: return "must be a string"
        }
    }
}

/// Why one line has no result. The other lines of the job have theirs.
package struct BatchLineError: Error, Sendable, Hashable {
    package let message: String

    package init(_ message: String) { self.message = message }
}

/// The records of a batch job's output, one for each line of its input, each ending in a newline.
enum BatchRecord {
    /// - Parameter output: Writes the members of `output`.
    static func result(of line: InputLine, _ output: (inout JSONWriter) -> Void) -> [UInt8] {
        var json = JSONWriter()
        json.beginObject()
        json.member("input", json: trimmed(line.bytes))
        json.key("output")
        json.beginObject()
        output(&json)
        json.endObject()
        json.member("error", json: "null".utf8)
        json.endObject()
        return json.bytes + [UInt8(ascii: "\n")]
    }

    static func failure(of line: InputLine, _ error: BatchLineError) -> [UInt8] {
        var json = JSONWriter()
        json.beginObject()
        if !line.isTooLong,
            (try? JSONSerialization.jsonObject(with: Data(line.bytes), options: .fragmentsAllowed)) != nil
        {
            json.member("input", json: trimmed(line.bytes))
        } else {
            json.member("input", String(decoding: line.bytes.prefix(1024), as: UTF8.self))
        }
        json.member("error", error.message)
        json.endObject()
        return json.bytes + [UInt8(ascii: "\n")]
    }

    private static func trimmed(_ bytes: [UInt8]) -> ArraySlice<UInt8> {
        func isSpace(_ byte: UInt8) -> Bool { byte == 0x20 || (0x09...0x0D).contains(byte) }
        let start = bytes.firstIndex { !isSpace($0) } ?? bytes.endIndex
        let end = bytes.lastIndex { !isSpace($0) }.map { $0 + 1 } ?? start
        return bytes[start..<end]
    }
}
