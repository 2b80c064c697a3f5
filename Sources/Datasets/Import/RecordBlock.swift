/// Records with the bytes of their fields, to be built into columns later.
struct RecordBlock: Sendable {
    private var bytes: [UInt8] = []
    /// Where ``bytes`` begin in what ``ranges`` count from.
    private var origin = 0
    /// All records' fields, one after the other.
    private var ranges: [FieldRange] = []
    private var records: [(fieldCount: Int, line: Int)] = []

    var isEmpty: Bool { records.isEmpty }

    /// The memory that the records take.
    var byteCount: Int {
        bytes.count + ranges.count * MemoryLayout<FieldRange>.stride
            + records.count * MemoryLayout<(fieldCount: Int, line: Int)>.stride
    }

    /// The record's bytes must stay where they are until ``close(over:)``.
    @inline(__always)
    mutating func append(_ record: CSVRecord) {
        ranges.append(contentsOf: record.ranges)
        records.append((record.count, record.line))
    }

    /// Copies the bytes of all records.
    ///
    /// - Parameter source: What the records' ranges count from.
    mutating func close(over source: UnsafePointer<UInt8>) {
        guard let first = ranges.first, let last = ranges.last else { return }
        origin = first.start
        bytes.append(contentsOf: UnsafeBufferPointer(start: source + origin, count: last.end - origin))
    }

    /// Hands the records on, and ends the batch: nothing outlives the call.
    func build(into rows: inout RowBuilder) throws {
        try bytes.withUnsafeBufferPointer { bytes in
            try ranges.withUnsafeBufferPointer { ranges in
                // Fields without a single byte are never looked at, so any address serves.
                guard let start = bytes.baseAddress ?? UnsafePointer(bitPattern: 1) else { return }
                let base = start - origin
                var at = 0
                for (fieldCount, line) in records {
                    let next = at + fieldCount
                    try rows.take(
                        CSVRecord(base: base, ranges: UnsafeBufferPointer(rebasing: ranges[at..<next]), line: line))
                    at = next
                }
                try rows.endBatch()
            }
        }
    }

    mutating func removeAll() {
        bytes.removeAll(keepingCapacity: true)
        ranges.removeAll(keepingCapacity: true)
        records.removeAll(keepingCapacity: true)
    }
}
