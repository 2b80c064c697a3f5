/// Where a field's bytes lie in its block.
struct FieldRange: Sendable {
    private let first: UInt32
    private let last: UInt32

    var start: Int { Int(first) }
    var end: Int { Int(last) }
    var isEmpty: Bool { first == last }

    /// Blocks are smaller than 4 GiB, see ``CSVReader``.
    @inline(__always)
    init(start: Int, end: Int) {
        first = UInt32(truncatingIfNeeded: start)
        last = UInt32(truncatingIfNeeded: end)
    }
}

/// Records with the bytes of their fields, which change hands without being copied.
struct RecordBlock: Sendable {
    struct Record {
        /// After its last field, among the fields of all records.
        var fieldEnd: Int
        /// The line of the file on which it starts, 1-based.
        var line: Int
    }

    /// How many records there are, and their fields.
    struct Used {
        var records = 0
        var fields = 0
    }

    /// Where a scanner writes.
    struct Room {
        let bytes: UnsafeMutablePointer<UInt8>
        let fields: UnsafeMutablePointer<FieldRange>
        let fieldCapacity: Int
        let records: UnsafeMutablePointer<Record>
        let recordCapacity: Int
    }

    /// What a reader sees.
    struct Contents {
        let base: UnsafePointer<UInt8>
        let fields: UnsafePointer<FieldRange>
        let records: UnsafeBufferPointer<Record>
    }

    /// What the fields' ranges count from.
    var bytes: [UInt8] = []
    private var fields: [FieldRange] = []
    private var records: [Record] = []
    private var used = Used()

    private static let leastRoom = 64

    var count: Int { used.records }

    /// The memory that it takes.
    var byteCount: Int {
        bytes.count + fields.count * MemoryLayout<FieldRange>.stride + records.count * MemoryLayout<Record>.stride
    }

    /// - Returns: Nil without bytes or room.
    @inline(__always)
    mutating func withRoom<Result>(_ body: (Room, inout Used) -> Result) -> Result? {
        bytes.withUnsafeMutableBufferPointer { bytes in
            fields.withUnsafeMutableBufferPointer { fields in
                records.withUnsafeMutableBufferPointer { records in
                    guard let bytes = bytes.baseAddress, let fieldBase = fields.baseAddress,
                        let recordBase = records.baseAddress
                    else { return nil }
                    let room = Room(
                        bytes: bytes, fields: fieldBase, fieldCapacity: fields.count, records: recordBase,
                        recordCapacity: records.count)
                    return body(room, &used)
                }
            }
        }
    }

    /// Makes room for twice as many fields and records as before.
    mutating func makeRoom() {
        fields += repeatElement(FieldRange(start: 0, end: 0), count: max(fields.count, Self.leastRoom))
        records += repeatElement(Record(fieldEnd: 0, line: 0), count: max(records.count, Self.leastRoom))
    }

    /// Hands out the records, valid for the length of the call; nothing without any.
    @inline(__always)
    func withRecords(_ body: (Contents) throws -> Void) rethrows {
        guard used.records > 0 else { return }
        try bytes.withUnsafeBufferPointer { bytes in
            try fields.withUnsafeBufferPointer { fields in
                try records.withUnsafeBufferPointer { records in
                    guard let base = bytes.baseAddress, let fieldBase = fields.baseAddress else { return }
                    try body(
                        Contents(
                            base: base, fields: fieldBase,
                            records: UnsafeBufferPointer(rebasing: records[..<used.records])))
                }
            }
        }
    }

    /// Calls `body` for each record.
    func forEach(_ body: (CSVRecord) throws -> Void) rethrows {
        try withRecords { contents in
            var start = 0
            for record in contents.records {
                try body(
                    CSVRecord(
                        base: contents.base,
                        ranges: UnsafeBufferPointer(start: contents.fields + start, count: record.fieldEnd - start),
                        line: record.line))
                start = record.fieldEnd
            }
        }
    }

    /// Makes room for so many bytes.
    mutating func reserve(_ count: Int, least: Int) {
        guard count > bytes.count else { return }
        bytes.append(contentsOf: repeatElement(0, count: max(count, 2 * bytes.count, least) - bytes.count))
    }

    /// Begins with some bytes of another block.
    mutating func take(_ range: Range<Int>, of other: RecordBlock, least: Int, padding: Int) {
        reserve(range.count + padding, least: least)
        bytes.withUnsafeMutableBytes { target in
            other.bytes.withUnsafeBytes { source in
                target.copyMemory(from: UnsafeRawBufferPointer(rebasing: source[range]))
            }
        }
    }

    /// Forgets the records. The bytes stay, to be written over.
    mutating func removeAll() { used = Used() }
}
