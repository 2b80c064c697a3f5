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
    /// What is read but not yet handed on, at the beginning of its bytes.
    private var block: RecordBlock
    private var spare = RecordBlock()
    private var filled = 0
    /// Parsing is tried again when this many bytes are there: twice what was not enough.
    private var retryAt = 0
    private var line = 1
    private var isAtStart = true
    private var skipsLineFeed = false

    private static let pieceBytes = 64 << 10
    /// The scanner reads eight bytes at a time and may look this far past the last byte.
    private static let padding = 8
    /// Places in a block have 32 bits.
    private static let mostRecordBytes = 1 << 30

    package init(maximumRecordBytes: Int = 16 << 20) {
        self.maximumRecordBytes = min(maximumRecordBytes, Self.mostRecordBytes)
        block = RecordBlock()
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

    /// Takes the next bytes and hands blocks of the records that are complete to `sink`.
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
        let filled = filled
        block.reserve(filled + bytes.count + Self.padding, least: Self.pieceBytes + Self.padding)
        block.bytes.withUnsafeMutableBytes { buffer in
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
            if filled >= 3, block.bytes[0] == 0xEF, block.bytes[1] == 0xBB, block.bytes[2] == 0xBF { position = 3 }
            isAtStart = false
        }
        if skipsLineFeed, position < filled {
            if block.bytes[position] == UInt8(ascii: "\n") { position += 1 }
            skipsLineFeed = false
        }

        var scanner = RecordScanner(position: position, end: filled, line: line, isFinal: isFinal)
        let failure = scanner.scan(&block)
        line = scanner.line
        skipsLineFeed = scanner.endedAtCarriageReturn

        let rest = scanner.position..<filled
        filled = rest.count
        retryAt = 2 * rest.count
        if block.count > 0 {
            spare.take(rest, of: block, least: Self.pieceBytes + Self.padding, padding: Self.padding)
            swap(&block, &spare)
            var full = RecordBlock()
            swap(&full, &spare)
            spare = try sink.take(full)
        } else if !rest.isEmpty, rest.lowerBound > 0 {
            block.bytes.withUnsafeMutableBytes { bytes in
                bytes.copyMemory(from: UnsafeRawBufferPointer(rebasing: UnsafeRawBufferPointer(bytes)[rest]))
            }
        }
        if let failure { throw failure }
        guard rest.count <= maximumRecordBytes else { throw Failure.recordTooLong(line: line) }
    }
}

/// What takes the records of a CSV file.
protocol CSVRecordSink {
    /// Takes records, and hands back a block without any.
    mutating func take(_ block: consuming RecordBlock) throws -> RecordBlock
}

private struct ClosureSink: CSVRecordSink {
    let body: (CSVRecord) throws -> Void

    func take(_ block: consuming RecordBlock) throws -> RecordBlock {
        try block.forEach(body)
        block.removeAll()
        return block
    }
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
