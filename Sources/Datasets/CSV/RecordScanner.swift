/// Finds the records in a stretch of bytes.
///
/// Eight bytes are tested at a time for one that is at most `,` (0x2C): the comma, the line ends and the quote are, and
/// digits and letters are not.
struct RecordScanner {
    /// Where the next record starts; everything before it is done.
    private(set) var position: Int
    private let end: Int
    private let isFinal: Bool
    /// The line on which the next record starts.
    private(set) var line: Int
    /// The line on which the record just found starts.
    private(set) var recordLine: Int
    /// The fields of the record just found are the first `count`.
    private(set) var ranges: [FieldRange]
    private(set) var count = 0
    /// The last record ended in a carriage return that was the last byte: a line feed may follow.
    private(set) var endedAtCarriageReturn = false

    init(position: Int, end: Int, line: Int, isFinal: Bool, ranges: [FieldRange]) {
        self.position = position
        self.end = end
        self.line = line
        recordLine = line
        self.isFinal = isFinal
        self.ranges = ranges
    }

    private static let quote = UInt8(ascii: "\"")
    private static let comma = UInt8(ascii: ",")
    private static let lineFeed = UInt8(ascii: "\n")
    private static let carriageReturn = UInt8(ascii: "\r")

    /// Finds the next record that is not empty; false when no complete one is left.
    ///
    /// `base` must have 8 readable bytes after `end`. Quoted fields are resolved in place.
    mutating func next(in base: UnsafeMutablePointer<UInt8>) throws(CSVReader.Failure) -> Bool {
        while position < end {
            guard try scan(base) else { return false }
            if count == 1, ranges[0].start == ranges[0].end, !isQuoted { continue }
            if needsResolving { resolve(base) }
            return true
        }
        return false
    }

    private var needsResolving = false
    private var isQuoted = false

    /// Finds one record, empty or not.
    @inline(__always)
    private mutating func scan(_ base: UnsafeMutablePointer<UInt8>) throws(CSVReader.Failure) -> Bool {
        var at = position
        var fields = 0
        var newlines = 0
        needsResolving = false
        isQuoted = false
        while true {
            let start = at
            var range: FieldRange
            if at < end, base[at] == Self.quote {
                isQuoted = true
                guard let quoted = try scanQuoted(base, from: at) else { return false }
                range = quoted.range
                at = quoted.next
                newlines += quoted.newlines
                if range.isRaw { needsResolving = true }
            } else {
                at = Self.firstDelimiter(base, from: at, end: end)
                range = FieldRange(start: start, end: at, isRaw: false)
            }
            if at >= end, !isFinal { return false }
            if fields < ranges.count {
                ranges[fields] = range
            } else {
                ranges.append(range)
            }
            fields += 1
            if at < end, base[at] == Self.comma {
                at += 1
                continue
            }
            break
        }
        count = fields
        recordLine = line
        line += newlines + 1
        if at < end {
            if base[at] == Self.carriageReturn {
                if at + 1 < end {
                    if base[at + 1] == Self.lineFeed { at += 1 }
                } else {
                    endedAtCarriageReturn = true
                }
            }
            at += 1
        }
        position = at
        return true
    }

    /// The first comma or line end at or after `start`, or `end`.
    @inline(__always)
    private static func firstDelimiter(_ base: UnsafeMutablePointer<UInt8>, from start: Int, end: Int) -> Int {
        let raw = UnsafeRawPointer(base)
        var at = start
        while at < end {
            let word = UInt64(littleEndian: raw.loadUnaligned(fromByteOffset: at, as: UInt64.self))
            let candidates = (word &- 0x2D2D_2D2D_2D2D_2D2D) & ~word & 0x8080_8080_8080_8080
            if candidates == 0 {
                at += 8
                continue
            }
            at += candidates.trailingZeroBitCount >> 3
            guard at < end else { return end }
            let byte = base[at]
            if byte == comma || byte == lineFeed || byte == carriageReturn { return at }
            at += 1
        }
        return end
    }

    private func scanQuoted(
        _ base: UnsafeMutablePointer<UInt8>, from start: Int
    ) throws(CSVReader.Failure) -> (range: FieldRange, next: Int, newlines: Int)? {
        var at = start + 1
        var newlines = 0
        var isRaw = false
        while true {
            while at < end, base[at] != Self.quote {
                if base[at] == Self.lineFeed { newlines += 1 }
                at += 1
            }
            guard at < end else {
                if isFinal { throw .unterminatedQuote(line: line) }
                return nil
            }
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
        at += 1
        if at < end, base[at] != Self.comma, base[at] != Self.lineFeed, base[at] != Self.carriageReturn {
            at = Self.firstDelimiter(base, from: at, end: end)
            return (FieldRange(start: start + 1, end: at, isRaw: true), at, newlines)
        }
        return (FieldRange(start: start + 1, end: closing, isRaw: isRaw), at, newlines)
    }

    /// Takes doubled quotes and inner closing quotes out of the fields that have them.
    private mutating func resolve(_ base: UnsafeMutablePointer<UInt8>) {
        for index in 0..<count where ranges[index].isRaw {
            let range = ranges[index]
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
            ranges[index] = FieldRange(start: range.start, end: write, isRaw: false)
        }
    }
}
