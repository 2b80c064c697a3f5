/// A push parser of CSV (RFC 4180) over bytes.
///
/// Chunks of any size go in, whole records come out, as views into a buffer that the reader owns: nothing is allocated
/// for a record or a field. Records end at LF, CR LF or CR; a byte order mark and empty lines are skipped; a field may be
/// quoted, with quotes doubled inside and line ends kept. A quote inside an unquoted field, and text after a closing
/// quote, are taken literally, as Python's `csv` module takes them. A quote that is never closed is an error.
///
/// Time is linear in the bytes for any chunking; memory is the longest record, which `maximumRecordBytes` bounds.
package struct CSVReader: Sendable {
    package enum Failure: Error, Sendable, Hashable {
        /// A quoted field that starts in the record at `line` has no closing quote.
        case unterminatedQuote(line: Int)
        case recordTooLong(line: Int)
    }

    private let maximumRecordBytes: Int
    private var buffer: [UInt8]
    private var filled = 0
    /// Parsing is tried again when this many bytes are there: twice what was not enough.
    private var retryAt = 0
    private var ranges: [FieldRange] = []
    private var line = 1
    private var isAtStart = true
    private var skipsLineFeed = false

    private static let pieceBytes = 64 << 10
    /// The scanner reads eight bytes at a time and may look this far past the last byte.
    private static let padding = 8

    package init(maximumRecordBytes: Int = 16 << 20) {
        self.init(maximumRecordBytes: maximumRecordBytes, bufferBytes: Self.pieceBytes)
    }

    /// - Parameter bufferBytes: what the buffer holds before it must grow.
    init(maximumRecordBytes: Int, bufferBytes: Int) {
        self.maximumRecordBytes = maximumRecordBytes
        buffer = Array(repeating: 0, count: bufferBytes + Self.padding)
    }

    /// Takes the next bytes and calls `body` for each record that is complete.
    package mutating func consume(
        _ bytes: UnsafeRawBufferPointer, _ body: (CSVRecord) throws -> Void
    ) throws {
        try withoutActuallyEscaping(body) { body in
            var sink = ClosureSink(body: body)
            try consume(bytes, into: &sink)
        }
    }

    /// Takes the next bytes and hands each record that is complete to `sink`.
    mutating func consume(_ bytes: UnsafeRawBufferPointer, into sink: inout some CSVRecordSink) throws {
        var offset = 0
        while offset < bytes.count {
            let piece = UnsafeRawBufferPointer(rebasing: bytes[offset..<min(bytes.count, offset + Self.pieceBytes)])
            append(piece)
            offset += piece.count
            if filled >= retryAt { try drain(isFinal: false, &sink) }
        }
    }

    /// Ends the input: a last record without a line end is complete now. The reader is then ready for another input.
    package mutating func finish(_ body: (CSVRecord) throws -> Void) throws {
        try withoutActuallyEscaping(body) { body in
            var sink = ClosureSink(body: body)
            try finish(into: &sink)
        }
    }

    mutating func finish(into sink: inout some CSVRecordSink) throws {
        try drain(isFinal: true, &sink)
        filled = 0
        retryAt = 0
        line = 1
        isAtStart = true
        skipsLineFeed = false
    }

    private mutating func append(_ bytes: UnsafeRawBufferPointer) {
        let needed = filled + bytes.count + Self.padding
        if needed > buffer.count {
            buffer.append(contentsOf: repeatElement(0, count: max(needed, buffer.count * 2) - buffer.count))
        }
        let filled = filled
        buffer.withUnsafeMutableBytes { buffer in
            UnsafeMutableRawBufferPointer(rebasing: buffer[filled...]).copyMemory(from: bytes)
        }
        self.filled += bytes.count
    }

    private mutating func drain(isFinal: Bool, _ sink: inout some CSVRecordSink) throws {
        var position = 0
        if isAtStart {
            if filled < 3, !isFinal {
                retryAt = 3
                return
            }
            if filled >= 3, buffer[0] == 0xEF, buffer[1] == 0xBB, buffer[2] == 0xBF { position = 3 }
            isAtStart = false
        }
        if skipsLineFeed, position < filled {
            if buffer[position] == UInt8(ascii: "\n") { position += 1 }
            skipsLineFeed = false
        }

        let end = filled
        var scanner = RecordScanner(position: position, end: end, line: line, isFinal: isFinal, ranges: ranges)
        ranges = []
        defer { ranges = scanner.ranges }
        try buffer.withUnsafeMutableBufferPointer { buffer in
            guard let base = buffer.baseAddress else { return }
            do {
                while try scanner.next(in: base) {
                    let count = scanner.count
                    let line = scanner.recordLine
                    try scanner.ranges.withUnsafeBufferPointer { ranges in
                        try sink.take(
                            CSVRecord(
                                base: UnsafePointer(base), ranges: UnsafeBufferPointer(rebasing: ranges[..<count]),
                                line: line))
                    }
                }
            } catch {
                try sink.endBatch()
                throw error
            }
            try sink.endBatch()
        }
        line = scanner.line
        skipsLineFeed = scanner.endedAtCarriageReturn

        let remaining = end - scanner.position
        guard remaining <= maximumRecordBytes else { throw Failure.recordTooLong(line: line) }
        if remaining > 0, scanner.position > 0 {
            buffer.withUnsafeMutableBytes { buffer in
                let rest = UnsafeRawBufferPointer(rebasing: UnsafeRawBufferPointer(buffer)[scanner.position..<end])
                buffer.copyMemory(from: rest)
            }
        }
        filled = remaining
        retryAt = remaining * 2
    }
}

/// What takes the records of a CSV file.
protocol CSVRecordSink {
    /// Takes one record. Its bytes stay where they are until `endBatch()` returns.
    mutating func take(_ record: CSVRecord) throws
    /// Ends the validity of the bytes of all records taken so far. May come more than once.
    mutating func endBatch() throws
}

private struct ClosureSink: CSVRecordSink {
    let body: (CSVRecord) throws -> Void

    func take(_ record: CSVRecord) throws { try body(record) }
    func endBatch() {}
}

/// Where a field's bytes lie in the reader's buffer.
struct FieldRange: Sendable {
    var start: Int
    var end: Int
    /// The field has doubled quotes, or text after its closing quote, that are not yet resolved.
    var isRaw: Bool
}

/// One record: fields as bytes, valid only inside the call that hands it out.
package struct CSVRecord {
    let base: UnsafePointer<UInt8>
    let ranges: UnsafeBufferPointer<FieldRange>
    /// The line of the file on which the record starts, 1-based.
    package let line: Int

    init(base: UnsafePointer<UInt8>, ranges: UnsafeBufferPointer<FieldRange>, line: Int) {
        self.base = base
        self.ranges = ranges
        self.line = line
    }

    package var count: Int { ranges.count }

    /// The bytes of field `index`, without its quotes.
    ///
    /// - Precondition: `index` is in `0..<count`.
    package subscript(index: Int) -> UnsafeBufferPointer<UInt8> {
        let range = ranges[index]
        return UnsafeBufferPointer(start: base + range.start, count: range.end - range.start)
    }

    /// The text of field `index`, with anything that is not UTF-8 replaced.
    package func text(_ index: Int) -> String { String(decoding: self[index], as: UTF8.self) }
}
