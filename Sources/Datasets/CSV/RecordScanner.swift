/// Finds the records in a stretch of bytes.
///
/// Eight bytes are tested at a time for those that are at most `,` (0x2C): the comma, the line ends and the quote are, and
/// digits and letters are not.
struct RecordScanner {
    /// Where the next record starts; everything before it is done.
    private(set) var position: Int
    private let end: Int
    private let isFinal: Bool
    /// The line on which the next record starts.
    private(set) var line: Int
    /// The last record ended in a carriage return that was the last byte: a line feed may follow.
    private(set) var endedAtCarriageReturn = false

    init(position: Int, end: Int, line: Int, isFinal: Bool) {
        self.position = position
        self.end = end
        self.line = line
        self.isFinal = isFinal
    }

    private static let quote = UInt8(ascii: "\"")
    private static let comma = UInt8(ascii: ",")
    private static let lineFeed = UInt8(ascii: "\n")
    private static let carriageReturn = UInt8(ascii: "\r")

    /// Finds all complete records that are not empty. Quoted fields are resolved in place.
    ///
    /// The block's bytes must go on for ``CSVReader/padding`` bytes after the end.
    ///
    /// - Returns: What is wrong with the record after them, if anything is.
    mutating func scan(_ block: inout RecordBlock) -> CSVReader.Failure? {
        while position < end {
            switch block.withRoom({ scan($0, &$1) }) {
            case .enough(let failure): return failure
            case .tooLittle, nil: block.makeRoom()
            }
        }
        return nil
    }

    private enum Room {
        case enough(CSVReader.Failure?)
        /// For the fields of the record at ``position``.
        case tooLittle
    }

    /// The record that is being scanned.
    private struct Unfinished {
        var fieldStart: Int
        /// After its last complete field, among the fields of all records.
        var fieldEnd: Int
        /// After the closing quote of a quoted field, where the field ends; else -1.
        var quotedEnd = -1
        var isQuoted = false
        var newlines = 0
        /// Fields that are to be resolved.
        var rawFields: [Int] = []

        /// Ends a field before the delimiter at `index`; false when there is no room for it.
        @inline(__always)
        mutating func endField(_ index: Int, _ room: RecordBlock.Room) -> Bool {
            guard fieldEnd < room.fieldCapacity else { return false }
            room.fields[fieldEnd] = FieldRange(start: fieldStart, end: quotedEnd >= 0 ? quotedEnd : index)
            fieldEnd += 1
            quotedEnd = -1
            return true
        }
    }

    private mutating func scan(_ room: RecordBlock.Room, _ used: inout RecordBlock.Used) -> Room {
        let base = room.bytes
        var record = Unfinished(fieldStart: position, fieldEnd: used.fields)
        var at = position
        words: while at < end {
            let word = UInt64(littleEndian: UnsafeRawPointer(base).loadUnaligned(fromByteOffset: at, as: UInt64.self))
            var candidates = (word &- 0x2D2D_2D2D_2D2D_2D2D) & ~word & 0x8080_8080_8080_8080
            while candidates != 0 {
                let index = at &+ candidates.trailingZeroBitCount >> 3
                candidates &= candidates &- 1
                guard index < end else { break words }
                let byte = base[index]
                if byte == Self.comma {
                    guard record.endField(index, room) else { return .tooLittle }
                    record.fieldStart = index + 1
                } else if byte == Self.lineFeed || byte == Self.carriageReturn {
                    // The line feed of a pair is done.
                    if index < record.fieldStart { continue }
                    guard record.endField(index, room) else { return .tooLittle }
                    var next = index + 1
                    if byte == Self.carriageReturn {
                        endedAtCarriageReturn = next == end
                        if next < end, base[next] == Self.lineFeed { next += 1 }
                    }
                    guard end(&record, next: next, room, &used) else { return .tooLittle }
                } else if byte == Self.quote, index == record.fieldStart, record.quotedEnd < 0 {
                    guard let quoted = scanQuoted(base, from: index) else {
                        return .enough(isFinal ? .unterminatedQuote(line: line) : nil)
                    }
                    record.isQuoted = true
                    record.newlines += quoted.newlines
                    if quoted.isRaw { record.rawFields.append(record.fieldEnd) }
                    record.fieldStart = index + 1
                    record.quotedEnd = quoted.end
                    at = quoted.next
                    continue words
                }
            }
            at += 8
        }
        if isFinal, position < end {
            guard record.endField(end, room), end(&record, next: end, room, &used) else { return .tooLittle }
        }
        return .enough(nil)
    }

    /// Ends a record, unless it is empty, and begins the next; false when there is no room for it.
    @inline(__always)
    private mutating func end(
        _ record: inout Unfinished, next: Int, _ room: RecordBlock.Room, _ used: inout RecordBlock.Used
    ) -> Bool {
        if record.fieldEnd == used.fields + 1, room.fields[used.fields].isEmpty, !record.isQuoted {
            record.fieldEnd = used.fields
        } else {
            guard used.records < room.recordCapacity else { return false }
            for field in record.rawFields { room.fields[field] = Self.resolve(room.fields[field], room.bytes) }
            room.records[used.records] = RecordBlock.Record(fieldEnd: record.fieldEnd, line: line)
            used.records += 1
            used.fields = record.fieldEnd
        }
        line += record.newlines + 1
        if record.isQuoted {
            record = Unfinished(fieldStart: next, fieldEnd: used.fields)
        } else {
            record.fieldStart = next
        }
        position = next
        return true
    }

    /// The first comma or line end at or after `start`, or `end`.
    private func firstDelimiter(_ base: UnsafeMutablePointer<UInt8>, from start: Int) -> Int {
        var at = start
        while at < end, base[at] != Self.comma, base[at] != Self.lineFeed, base[at] != Self.carriageReturn { at += 1 }
        return at
    }

    /// Where a field that starts with a quote ends, and the delimiter after it; nil when it has no closing quote yet.
    ///
    /// It is raw when it has doubled quotes or text after its closing quote, which are to be resolved.
    private func scanQuoted(
        _ base: UnsafeMutablePointer<UInt8>, from start: Int
    ) -> (end: Int, next: Int, newlines: Int, isRaw: Bool)? {
        var at = start + 1
        var newlines = 0
        var isRaw = false
        while true {
            while at < end, base[at] != Self.quote {
                if base[at] == Self.lineFeed { newlines += 1 }
                at += 1
            }
            guard at < end else { return nil }
            if at + 1 == end {
                guard isFinal else { return nil }
            } else if base[at + 1] == Self.quote {
                isRaw = true
                at += 2
                continue
            }
            break
        }
        let closing = at
        let next = firstDelimiter(base, from: closing + 1)
        return next == closing + 1 ? (closing, next, newlines, isRaw) : (next, next, newlines, true)
    }

    /// Takes doubled quotes and the inner closing quote out of a field.
    private static func resolve(_ range: FieldRange, _ base: UnsafeMutablePointer<UInt8>) -> FieldRange {
        var write = range.start
        var read = range.start
        var isInside = true
        while read < range.end {
            let byte = base[read]
            read += 1
            if isInside, byte == Self.quote {
                if read < range.end, base[read] == Self.quote {
                    read += 1
                } else {
                    isInside = false
                    continue
                }
            }
            base[write] = byte
            write += 1
        }
        return FieldRange(start: range.start, end: write)
    }
}
