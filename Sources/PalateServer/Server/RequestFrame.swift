/// Where the parts of one HTTP/1.1 request are in the bytes of a connection.
///
/// Only a strict part of the grammar is read (RFC 9112): the usual methods, a body has a `Content-Length`, the connection stays, names are
/// letters, digits and hyphens, values are printable ASCII on one line. All else is left to the server's decoder, so that
/// this has to be right about what it takes, and nothing more.
package struct RequestFrame: Equatable {
    package enum Reading: Equatable {
        /// A request is there from the first byte to the last, and perhaps others after it.
        case whole(RequestFrame)
        /// What is there may be the beginning of a request.
        case incomplete
        /// Not for this reader.
        case other
    }

    /// A header field.
    package struct Field: Equatable {
        package let name: Range<Int>
        package let value: Range<Int>
    }

    package let method: Range<Int>
    package let target: Range<Int>
    package fileprivate(set) var fields: [Field] = []
    package fileprivate(set) var body = 0..<0
    /// All its bytes.
    package var count: Int { body.upperBound }

    /// More bytes, and more fields, are not for this reader.
    package static let mostBytes = 16 << 10
    fileprivate static let mostFields = 64

    /// O(bytes of the head).
    package static func read(_ bytes: Span<UInt8>) -> Reading {
        var reader = FrameReader()
        let reading = reader.request(bytes)
        return reading == .incomplete && bytes.count >= mostBytes ? .other : reading
    }

    /// Whether a part is this text, byte by byte.
    package static func isText(_ text: [UInt8], _ part: Range<Int>, in bytes: Span<UInt8>) -> Bool {
        guard text.count == part.count else { return false }
        for place in text.indices where bytes[part.lowerBound + place] != text[place] { return false }
        return true
    }

    /// Whether a part is this word, whatever the case of its letters.
    ///
    /// - Parameter word: Lower-case letters, digits and hyphens.
    package static func isWord(_ word: [UInt8], _ part: Range<Int>, in bytes: Span<UInt8>) -> Bool {
        guard word.count == part.count else { return false }
        for place in word.indices where bytes[part.lowerBound + place] | 0x20 != word[place] { return false }
        return true
    }

    /// The value of the first field with a name.
    package func value(of name: [UInt8], in bytes: Span<UInt8>) -> Range<Int>? {
        for field in fields where Self.isWord(name, field.name, in: bytes) { return field.value }
        return nil
    }
}

private struct FrameReader {
    private var position = 0

    private static let methods = ["POST", "GET", "PUT", "DELETE", "HEAD", "PATCH", "OPTIONS"].map { Array($0.utf8) }
    private static let space = Array(" ".utf8)
    private static let version = Array(" HTTP/1.1\r\n".utf8)
    private static let lineEnd = Array("\r\n".utf8)
    private static let colon = Array(":".utf8)
    private static let contentLength = Array("content-length".utf8)
    private static let connection = Array("connection".utf8)
    private static let keepAlive = Array("keep-alive".utf8)
    /// Fields that change how the rest of a connection is read.
    private static let others = ["expect", "upgrade", "proxy-connection", "transfer-encoding"].map { Array($0.utf8) }

    /// The bytes from here that are of a kind; nil when none of another kind follows.
    @inline(__always)
    private mutating func run(_ bytes: Span<UInt8>, where isOfKind: (UInt8) -> Bool) -> Range<Int>? {
        let start = position
        while position < bytes.count {
            guard isOfKind(bytes[position]) else { return start..<position }
            position += 1
        }
        return nil
    }

    /// Steps over a text; false when another is there, nil when it ends too early to say.
    private mutating func take(_ text: [UInt8], _ bytes: Span<UInt8>) -> Bool? {
        for byte in text {
            guard position < bytes.count else { return nil }
            guard bytes[position] == byte else { return false }
            position += 1
        }
        return true
    }

    mutating func request(_ bytes: Span<UInt8>) -> RequestFrame.Reading {
        guard let method = run(bytes, where: { (0x41...0x5A).contains($0) }), let space = take(Self.space, bytes) else {
            return .incomplete
        }
        guard space, Self.isUsual(method, bytes) else { return .other }
        guard let target = run(bytes, where: { (0x21...0x7E).contains($0) }), let version = take(Self.version, bytes)
        else { return .incomplete }
        guard version, !target.isEmpty, bytes[target.lowerBound] == UInt8(ascii: "/") else { return .other }
        var request = RequestFrame(method: method, target: target)
        request.fields.reserveCapacity(16)
        var length: Int?
        while true {
            guard position < bytes.count else { return .incomplete }
            if bytes[position] == 0x0D {
                guard let isEnd = take(Self.lineEnd, bytes) else { return .incomplete }
                guard isEnd else { return .other }
                break
            }
            switch field(bytes) {
            case .field(let field):
                guard request.fields.count < RequestFrame.mostFields, Self.allows(field, &length, bytes) else {
                    return .other
                }
                request.fields.append(field)
            case .incomplete: return .incomplete
            case .other: return .other
            }
        }
        let end = position + (length ?? 0)
        guard end <= RequestFrame.mostBytes else { return .other }
        guard end <= bytes.count else { return .incomplete }
        request.body = position..<end
        return .whole(request)
    }

    private static func isUsual(_ method: Range<Int>, _ bytes: Span<UInt8>) -> Bool {
        for usual in methods where RequestFrame.isText(usual, method, in: bytes) { return true }
        return false
    }

    private enum Line {
        case field(RequestFrame.Field)
        case incomplete
        case other
    }

    private mutating func field(_ bytes: Span<UInt8>) -> Line {
        let name = run(bytes) { byte in
            (0x61...0x7A).contains(byte | 0x20) || (0x30...0x39).contains(byte) || byte == UInt8(ascii: "-")
        }
        guard let name, let colon = take(Self.colon, bytes) else { return .incomplete }
        guard colon, !name.isEmpty else { return .other }
        guard run(bytes, where: { $0 == 0x20 }) != nil, let value = run(bytes, where: { (0x20...0x7E).contains($0) }),
            let isEnd = take(Self.lineEnd, bytes)
        else { return .incomplete }
        guard isEnd else { return .other }
        var end = value.upperBound
        while end > value.lowerBound, bytes[end - 1] == 0x20 { end -= 1 }
        return .field(RequestFrame.Field(name: name, value: value.lowerBound..<end))
    }

    private static func allows(_ field: RequestFrame.Field, _ length: inout Int?, _ bytes: Span<UInt8>) -> Bool {
        if RequestFrame.isWord(connection, field.name, in: bytes) {
            return RequestFrame.isWord(keepAlive, field.value, in: bytes)
        }
        if RequestFrame.isWord(contentLength, field.name, in: bytes) {
            guard length == nil, (1...9).contains(field.value.count) else { return false }
            var number = 0
            for place in field.value {
                guard (0x30...0x39).contains(bytes[place]) else { return false }
                number = number * 10 + Int(bytes[place] - 0x30)
            }
            length = number
            return true
        }
        for word in others where RequestFrame.isWord(word, field.name, in: bytes) { return false }
        return true
    }
}
