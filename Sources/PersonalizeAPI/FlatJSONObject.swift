/// A JSON object of strings, whole numbers and objects of strings, as most requests for recommendations are.
///
/// A request that needs anything else, or is not JSON, is not read here but by `JSONDecoder`, which takes ten times as long
/// and says what is wrong. So this reader only has to be right about what it takes.
package struct FlatJSONObject {
    package enum Value: Equatable {
        case string(String)
        case integer(Int)
        case strings([String: String])
    }

    package private(set) var members: [(name: String, value: Value)] = []

    /// Nil for text that is anything but such an object with distinct names, without bytes beyond ASCII, and without escapes
    /// but those of quotation marks and slashes.
    package init?(_ text: UnsafeBufferPointer<UInt8>) {
        var reader = Reader(text: text)
        guard reader.take("{") else { return nil }
        if reader.take("}") {
            guard reader.isAtEnd else { return nil }
            return
        }
        repeat {
            guard let name = reader.string(), reader.take(":"), let value = reader.value(),
                !members.contains(where: { $0.name == name })
            else { return nil }
            members.append((name, value))
        } while reader.take(",")
        guard reader.take("}"), reader.isAtEnd else { return nil }
    }

    private struct Reader {
        let text: UnsafeBufferPointer<UInt8>
        var position = 0

        private mutating func skipSpace() {
            while position < text.count, Self.isSpace(text[position]) { position += 1 }
        }

        private static func isSpace(_ byte: UInt8) -> Bool {
            byte == 0x20 || byte == 0x0A || byte == 0x0D || byte == 0x09
        }

        var isAtEnd: Bool {
            mutating get {
                skipSpace()
                return position == text.count
            }
        }

        mutating func take(_ character: Unicode.Scalar) -> Bool {
            skipSpace()
            guard position < text.count, text[position] == UInt8(ascii: character) else { return false }
            position += 1
            return true
        }

        mutating func string() -> String? {
            guard take("\"") else { return nil }
            let start = position
            while position < text.count, text[position] != UInt8(ascii: "\"") {
                guard (0x20..<0x7F).contains(text[position]) else { return nil }
                if text[position] == UInt8(ascii: "\\") { return escaped(from: start) }
                position += 1
            }
            guard position < text.count else { return nil }
            defer { position += 1 }
            return String(decoding: text[start..<position], as: UTF8.self)
        }

        /// The string that begins at `start`, read up to its first escape.
        private mutating func escaped(from start: Int) -> String? {
            var bytes = Array(text[start..<position])
            while position < text.count, text[position] != UInt8(ascii: "\"") {
                if text[position] == UInt8(ascii: "\\") {
                    position += 1
                    guard position < text.count, "\"\\/".utf8.contains(text[position]) else { return nil }
                }
                guard (0x20..<0x7F).contains(text[position]) else { return nil }
                bytes.append(text[position])
                position += 1
            }
            guard position < text.count else { return nil }
            position += 1
            return String(decoding: bytes, as: UTF8.self)
        }

        private mutating func strings() -> [String: String]? {
            guard take("{") else { return nil }
            var strings: [String: String] = [:]
            if take("}") { return strings }
            repeat {
                guard let name = string(), take(":"), let value = string(),
                    strings.updateValue(value, forKey: name) == nil
                else { return nil }
            } while take(",")
            return take("}") ? strings : nil
        }

        mutating func value() -> Value? {
            skipSpace()
            guard position < text.count else { return nil }
            if text[position] == UInt8(ascii: "\"") { return string().map(Value.string) }
            if text[position] == UInt8(ascii: "{") { return strings().map(Value.strings) }
            let start = position
            var number = 0
            // More digits are left to the decoder that says what is too large.
            while position < text.count, position - start < 10, (0x30...0x39).contains(text[position]) {
                number = number * 10 + Int(text[position] - 0x30)
                position += 1
            }
            guard position > start, position - start == 1 || text[start] != 0x30, position < text.count,
                Self.isSpace(text[position]) || text[position] == UInt8(ascii: ",")
                    || text[position] == UInt8(ascii: "}")
            else { return nil }
            return .integer(number)
        }
    }
}

/// An input that can be read from a flat object.
package protocol FlatDecodable {
    /// Nil when a member is not one of those that the flat form has, or not of its type.
    init?(_ object: FlatJSONObject)
}

extension GetRecommendationsRequest: FlatDecodable {
    package init?(_ object: FlatJSONObject) {
        self.init()
        for (name, value) in object.members {
            switch (name, value) {
            case ("campaignArn", .string(let text)): campaignArn = text
            case ("recommenderArn", .string(let text)): recommenderArn = text
            case ("userId", .string(let text)): userId = text
            case ("itemId", .string(let text)): itemId = text
            case ("filterArn", .string(let text)): filterArn = text
            case ("numResults", .integer(let number)): numResults = number
            case ("filterValues", .strings(let values)): filterValues = values
            case ("context", .strings(let values)): context = values
            default: return nil
            }
        }
    }
}
