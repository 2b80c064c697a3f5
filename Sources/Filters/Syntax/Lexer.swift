/// Cuts a filter expression into tokens. O(bytes); any text ends in tokens or in a mistake.
struct Lexer {
    private let text: String
    private let bytes: [UInt8]
    private var at = 0

    init(_ text: String) {
        self.text = text
        bytes = Array(text.utf8)
    }

    static func tokens(of text: String) throws(FilterMistake) -> [Token] {
        var lexer = Lexer(text)
        var tokens: [Token] = []
        repeat { tokens.append(try lexer.next()) } while tokens.last?.kind != .end
        return tokens
    }

    private var current: UInt8? { at < bytes.count ? bytes[at] : nil }

    private func mistake(_ message: String, at offset: Int) -> FilterMistake {
        FilterMistake(message, at: offset, in: text)
    }

    mutating func next() throws(FilterMistake) -> Token {
        while let byte = current, Self.isSpace(byte) { at += 1 }
        let start = at
        guard let byte = current else { return Token(kind: .end, offset: start) }
        switch byte {
        case UInt8(ascii: "\""): return Token(kind: .string(try string()), offset: start)
        case UInt8(ascii: "$"):
            at += 1
            let name = word()
            guard !name.isEmpty else { throw mistake("A parameter needs a name after the $.", at: start) }
            guard name.utf8.count <= FilterLimits.parameterNameLength else {
                throw mistake(
                    "A parameter's name has at most \(FilterLimits.parameterNameLength) characters.", at: start)
            }
            return Token(kind: .parameter(name), offset: start)
        case _ where Self.isDigit(byte) || byte == UInt8(ascii: "-") || byte == UInt8(ascii: "+"):
            return Token(kind: .number(try number()), offset: start)
        case _ where Self.isWord(byte): return Token(kind: .word(word()), offset: start)
        default: return Token(kind: .symbol(try symbol()), offset: start)
        }
    }

    private mutating func word() -> String {
        let start = at
        while let byte = current, Self.isWord(byte) || Self.isDigit(byte) { at += 1 }
        return String(decoding: bytes[start..<at], as: UTF8.self)
    }

    private mutating func string() throws(FilterMistake) -> String {
        let start = at
        var content: [UInt8] = []
        at += 1
        while let byte = current {
            at += 1
            switch byte {
            case UInt8(ascii: "\""): return String(decoding: content, as: UTF8.self)
            case UInt8(ascii: "\\"):
                guard let escaped = current, escaped == UInt8(ascii: "\"") || escaped == UInt8(ascii: "\\") else {
                    throw mistake("After a backslash only a quote or a backslash can follow.", at: at - 1)
                }
                at += 1
                content.append(escaped)
            default: content.append(byte)
            }
        }
        throw mistake("The text that begins here has no closing quote.", at: start)
    }

    private mutating func number() throws(FilterMistake) -> FilterNumber {
        let start = at
        at += 1
        while let byte = current {
            let isSign = byte == UInt8(ascii: "-") || byte == UInt8(ascii: "+")
            let isSignOfExponent = isSign && (bytes[at - 1] == UInt8(ascii: "e") || bytes[at - 1] == UInt8(ascii: "E"))
            guard Self.isDigit(byte) || Self.isWord(byte) || byte == UInt8(ascii: ".") || isSignOfExponent else {
                break
            }
            at += 1
        }
        let digits = String(decoding: bytes[start..<at], as: UTF8.self)
        guard let number = FilterNumber(digits) else {
            throw mistake("\"\(digits.abbreviated)\" is not a number that can be used.", at: start)
        }
        return number
    }

    private mutating func symbol() throws(FilterMistake) -> Token.Symbol {
        for length in [2, 1] where at + length <= bytes.count {
            if let symbol = Token.Symbol(rawValue: String(decoding: bytes[at..<(at + length)], as: UTF8.self)) {
                at += length
                return symbol
            }
        }
        let scalar = String(String(decoding: bytes[at...].prefix(16), as: UTF8.self).prefix(1))
        let hint =
            scalar == "'" || scalar == "\u{201C}" || scalar == "\u{201D}"
            ? " Text is written in straight double quotes." : ""
        throw mistake("\"\(scalar.abbreviated)\" has no meaning here.\(hint)", at: at)
    }

    private static func isSpace(_ byte: UInt8) -> Bool { byte == 0x20 || (0x09...0x0D).contains(byte) }

    private static func isDigit(_ byte: UInt8) -> Bool { (UInt8(ascii: "0")...UInt8(ascii: "9")).contains(byte) }

    private static func isWord(_ byte: UInt8) -> Bool {
        byte == UInt8(ascii: "_") || (UInt8(ascii: "a")...UInt8(ascii: "z")).contains(byte | 0x20)
    }
}
