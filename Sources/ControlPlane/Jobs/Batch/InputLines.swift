import NIOCore
package import ObjectStorage

/// A line of a batch job's input.
package struct InputLine: Sendable, Equatable {
    /// From 1, blank lines counted.
    package let number: Int
    /// Without the line's end; of a line that is too long, what there is room for.
    package let bytes: [UInt8]
    package let isTooLong: Bool
}

/// Cuts bytes into lines and leaves out the blank ones. Holds one line, however long the input is.
package struct LineSplitter: Sendable {
    /// Longer lines are cut, and say so.
    package static let longestLine = 1 << 20

    private var partial: [UInt8] = []
    private var isTooLong = false
    private var number = 0
    private let limit: Int

    package init(longestLine limit: Int = longestLine) { self.limit = limit }

    /// The lines that end in `bytes`.
    package mutating func lines(in bytes: some Sequence<UInt8>) -> [InputLine] {
        var lines: [InputLine] = []
        for byte in bytes {
            if byte == UInt8(ascii: "\n") {
                if let line = end() { lines.append(line) }
            } else if partial.count < limit {
                partial.append(byte)
            } else {
                isTooLong = true
            }
        }
        return lines
    }

    /// What stands after the last line's end; nil when that is blank.
    package mutating func finish() -> InputLine? { end() }

    private mutating func end() -> InputLine? {
        defer {
            partial = []
            isTooLong = false
        }
        number += 1
        if number == 1, partial.starts(with: [0xEF, 0xBB, 0xBF]) { partial.removeFirst(3) }
        if partial.last == UInt8(ascii: "\r") { partial.removeLast() }
        guard partial.contains(where: { !Self.isSpace($0) }) else { return nil }
        return InputLine(number: number, bytes: partial, isTooLong: isTooLong)
    }

    private static func isSpace(_ byte: UInt8) -> Bool { byte == 0x20 || (0x09...0x0D).contains(byte) }
}

/// Reads an object in groups of lines; what is held is one group and the chunk it came in.
package struct InputLines {
    private var chunks: ObjectBody.Iterator
    private var splitter = LineSplitter()
    private var pending: ArraySlice<InputLine> = []
    private var isAtEnd = false
    /// Bytes read.
    package private(set) var bytesRead = 0

    package init(_ body: ObjectBody) { chunks = body.makeAsyncIterator() }

    /// The next `count` lines, fewer only at the end; empty after it.
    package mutating func next(_ count: Int) async throws -> [InputLine] {
        while pending.count < count, !isAtEnd {
            guard let chunk = try await chunks.next() else {
                isAtEnd = true
                if let last = splitter.finish() { pending.append(last) }
                break
            }
            bytesRead += chunk.readableBytes
            pending = pending + splitter.lines(in: chunk.readableBytesView)
        }
        let group = pending.prefix(count)
        pending = pending.dropFirst(count)
        return Array(group)
    }
}
