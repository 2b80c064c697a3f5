/// What is wrong with a filter expression or with a value for one of its parameters, and where.
public struct FilterMistake: Error, Sendable, Hashable, CustomStringConvertible {
    public let message: String
    /// From 1.
    public let line: Int
    /// From 1, in characters.
    public let column: Int

    /// - Parameter offset: In UTF-8 bytes of `text`.
    init(_ message: String, at offset: Int, in text: String) {
        self.message = message
        let before = text.utf8.prefix(max(offset, 0))
        let lineStart = before.lastIndex(of: UInt8(ascii: "\n")).map(before.index(after:)) ?? before.startIndex
        line = before.count { $0 == UInt8(ascii: "\n") } + 1
        column = String(decoding: before[lineStart...], as: UTF8.self).count + 1
    }

    public var description: String { "line \(line), column \(column): \(message)" }
}

extension String {
    /// At most 64 characters of text from outside, fit for a message.
    var abbreviated: String {
        let scalars = unicodeScalars.prefix(64).map { $0.value < 0x20 || $0.value == 0x7F ? "\u{FFFD}" : $0 }
        var text = String(String.UnicodeScalarView(scalars))
        if unicodeScalars.dropFirst(64).first != nil { text += "…" }
        return text
    }
}
