/// Reads a whole document without ever expanding an entity of its own making: a document type declaration is refused.
///
/// Nesting is limited, and time and memory are proportional to the input, whose size the caller limits.
package struct XMLReader {
    private static let deepest = 32

    private let bytes: [UInt8]
    private var position = 0

    package static func read(_ bytes: some Sequence<UInt8>) throws(XMLSyntaxError) -> XMLElement {
        var reader = XMLReader(bytes: Array(bytes))
        return try reader.document()
    }

    private init(bytes: [UInt8]) {
        self.bytes = bytes
        if bytes.starts(with: [0xEF, 0xBB, 0xBF]) { position = 3 }
    }

    private mutating func document() throws(XMLSyntaxError) -> XMLElement {
        guard String(validating: bytes, as: UTF8.self) != nil else { throw XMLSyntaxError(reason: "not UTF-8") }
        try skipMisc()
        guard peek == UInt8(ascii: "<") else { throw XMLSyntaxError(reason: "no element") }
        let root = try element(depth: 0)
        try skipMisc()
        guard position == bytes.count else { throw XMLSyntaxError(reason: "text behind the document") }
        return root
    }

    private var peek: UInt8? { position < bytes.count ? bytes[position] : nil }

    private func isAhead(_ text: StaticString) -> Bool {
        let count = text.utf8CodeUnitCount
        guard bytes.count - position >= count else { return false }
        return text.withUTF8Buffer { bytes[position..<(position + count)].elementsEqual($0) }
    }

    private mutating func skip(through text: StaticString) throws(XMLSyntaxError) {
        while position < bytes.count {
            if isAhead(text) {
                position += text.utf8CodeUnitCount
                return
            }
            position += 1
        }
        throw XMLSyntaxError(reason: "unexpected end")
    }

    private static func isSpace(_ byte: UInt8) -> Bool { byte == 0x20 || byte == 0x09 || byte == 0x0A || byte == 0x0D }

    private mutating func skipSpace() {
        while let byte = peek, Self.isSpace(byte) { position += 1 }
    }

    private mutating func skipMisc() throws(XMLSyntaxError) {
        while true {
            skipSpace()
            if isAhead("<?") {
                try skip(through: "?>")
            } else if isAhead("<!--") {
                try skip(through: "-->")
            } else {
                return
            }
        }
    }

    private mutating func name() throws(XMLSyntaxError) -> String {
        let start = position
        while let byte = peek, !Self.isSpace(byte), !"/>=<\"'&".utf8.contains(byte) { position += 1 }
        guard position > start else { throw XMLSyntaxError(reason: "a name is missing") }
        return String(decoding: bytes[start..<position], as: UTF8.self)
    }

    private static func local(_ name: String) -> String {
        name.split(separator: ":", omittingEmptySubsequences: false).last.map(String.init) ?? name
    }

    private mutating func element(depth: Int) throws(XMLSyntaxError) -> XMLElement {
        guard depth < Self.deepest else { throw XMLSyntaxError(reason: "nested too deeply") }
        position += 1
        let tag = try name()
        var element = XMLElement(name: Self.local(tag))
        while true {
            skipSpace()
            if isAhead("/>") {
                position += 2
                return element
            }
            if peek == UInt8(ascii: ">") {
                position += 1
                break
            }
            let attribute = try attribute()
            guard element.attributes.updateValue(attribute.value, forKey: attribute.name) == nil else {
                throw XMLSyntaxError(reason: "an attribute stands twice")
            }
        }
        try content(of: &element, tag: tag, depth: depth)
        return element
    }

    private mutating func attribute() throws(XMLSyntaxError) -> (name: String, value: String) {
        let name = try name()
        skipSpace()
        guard peek == UInt8(ascii: "=") else { throw XMLSyntaxError(reason: "an attribute has no value") }
        position += 1
        skipSpace()
        guard let quote = peek, quote == UInt8(ascii: "\"") || quote == UInt8(ascii: "'") else {
            throw XMLSyntaxError(reason: "an attribute's value is not quoted")
        }
        position += 1
        let start = position
        while let byte = peek, byte != quote {
            guard byte != UInt8(ascii: "<") else { throw XMLSyntaxError(reason: "< in an attribute") }
            position += 1
        }
        guard peek == quote else { throw XMLSyntaxError(reason: "unexpected end") }
        let value = try Self.unescape(bytes[start..<position])
        position += 1
        return (name, String(decoding: value, as: UTF8.self))
    }

    private mutating func content(of element: inout XMLElement, tag: String, depth: Int) throws(XMLSyntaxError) {
        var text: [UInt8] = []
        while let byte = peek {
            guard byte == UInt8(ascii: "<") else {
                let start = position
                while let byte = peek, byte != UInt8(ascii: "<") { position += 1 }
                text += try Self.unescape(bytes[start..<position])
                continue
            }
            if isAhead("</") {
                position += 2
                guard try name() == tag else { throw XMLSyntaxError(reason: "the end tag of \(tag) is missing") }
                skipSpace()
                guard peek == UInt8(ascii: ">") else { throw XMLSyntaxError(reason: "unexpected end") }
                position += 1
                element.text = String(decoding: text, as: UTF8.self)
                return
            } else if isAhead("<!--") {
                try skip(through: "-->")
            } else if isAhead("<![CDATA[") {
                position += 9
                let start = position
                try skip(through: "]]>")
                text += bytes[start..<(position - 3)]
            } else if isAhead("<?") {
                try skip(through: "?>")
            } else if isAhead("<!") {
                throw XMLSyntaxError(reason: "declarations are not accepted")
            } else {
                element.children.append(try self.element(depth: depth + 1))
            }
        }
        throw XMLSyntaxError(reason: "unexpected end")
    }

    /// Replaces the five named entities and character references; any other is an error.
    private static func unescape(_ raw: ArraySlice<UInt8>) throws(XMLSyntaxError) -> [UInt8] {
        guard raw.contains(UInt8(ascii: "&")) || raw.contains(0x0D) else { return Array(raw) }
        var output: [UInt8] = []
        var rest = raw
        while let byte = rest.popFirst() {
            if byte == 0x0D {
                output.append(0x0A)
                if rest.first == 0x0A { rest.removeFirst() }
                continue
            }
            guard byte == UInt8(ascii: "&") else {
                output.append(byte)
                continue
            }
            guard let end = rest.prefix(12).firstIndex(of: UInt8(ascii: ";")) else {
                throw XMLSyntaxError(reason: "an entity has no end")
            }
            output += try entity(String(decoding: rest[..<end], as: UTF8.self)).utf8
            rest = rest[(end + 1)...]
        }
        return output
    }

    private static func entity(_ name: String) throws(XMLSyntaxError) -> String {
        switch name {
        case "amp": return "&"
        case "lt": return "<"
        case "gt": return ">"
        case "quot": return "\""
        case "apos": return "'"
        default:
            guard name.first == "#" else { throw XMLSyntaxError(reason: "unknown entity") }
            let digits = name.dropFirst()
            let isHexadecimal = digits.first == "x"
            let number = isHexadecimal ? UInt32(digits.dropFirst(), radix: 16) : UInt32(digits)
            guard let number, number != 0, let scalar = Unicode.Scalar(number) else {
                throw XMLSyntaxError(reason: "not a character")
            }
            return String(Character(scalar))
        }
    }
}
