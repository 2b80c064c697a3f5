/// The cells of one column in some records of a block.
struct ColumnCells {
    let base: UnsafePointer<UInt8>
    /// The first record's; nil when the file has no such column, and every cell is empty.
    let first: UnsafePointer<FieldRange>?
    /// Fields from one record to the next.
    let stride: Int
    let count: Int

    /// - Precondition: `row` is in `0..<count`.
    @inline(__always)
    subscript(row: Int) -> UnsafeBufferPointer<UInt8> {
        guard let first else { return UnsafeBufferPointer(start: nil, count: 0) }
        let range = first[row * stride]
        return UnsafeBufferPointer(start: base + range.start, count: range.end - range.start)
    }
}
