/// A dense matrix of single-precision numbers, row by row, with value semantics.
///
/// Memory is `4 · rows · columns` bytes, zeroed when made. A matrix read from a model file is a view of the mapped file
/// until it is changed.
public struct Matrix: Sendable {
    public let rows: Int
    public let columns: Int
    private var buffer: FloatBuffer

    /// A matrix of zeros. Negative sizes are taken as 0.
    public init(rows: Int, columns: Int) {
        self.rows = max(rows, 0)
        self.columns = max(columns, 0)
        buffer = FloatBuffer(zeroed: self.rows * self.columns)
    }

    /// A matrix from rows of one length; nil when lengths differ.
    public init?(_ elements: [[Float]]) {
        let columns = elements.first?.count ?? 0
        guard elements.allSatisfy({ $0.count == columns }) else { return nil }
        self.init(rows: elements.count, columns: columns)
        withUnsafeMutableElements { target in
            for (row, values) in elements.enumerated() {
                for (column, value) in values.enumerated() { target[row * columns + column] = value }
            }
        }
    }

    /// A read-only view of `rows · columns` floats that stay valid as long as `owner` lives.
    package init(rows: Int, columns: Int, mapped pointer: UnsafePointer<Float>, owner: AnyObject) {
        self.rows = rows
        self.columns = columns
        buffer = FloatBuffer(mapped: pointer, count: rows * columns, owner: owner)
    }

    /// - Precondition: `row` and `column` are inside the matrix.
    public subscript(row: Int, column: Int) -> Float {
        get {
            precondition(row >= 0 && row < rows && column >= 0 && column < columns)
            return buffer.pointer[row * columns + column]
        }
        set {
            precondition(row >= 0 && row < rows && column >= 0 && column < columns)
            makeUnique()
            buffer.pointer[row * columns + column] = newValue
        }
    }

    /// A copy of one row.
    ///
    /// - Precondition: `index` is in `0..<rows`.
    public func row(_ index: Int) -> [Float] {
        precondition(index >= 0 && index < rows)
        return Array(UnsafeBufferPointer(start: buffer.pointer + index * columns, count: columns))
    }

    /// The elements, row by row, for the length of the closure.
    package func withUnsafeElements<Result, Failure>(
        _ body: (UnsafeBufferPointer<Float>) throws(Failure) -> Result
    ) throws(Failure) -> Result {
        try body(UnsafeBufferPointer(start: buffer.pointer, count: rows * columns))
    }

    package mutating func withUnsafeMutableElements<Result, Failure>(
        _ body: (UnsafeMutableBufferPointer<Float>) throws(Failure) -> Result
    ) throws(Failure) -> Result {
        makeUnique()
        return try body(UnsafeMutableBufferPointer(start: buffer.pointer, count: rows * columns))
    }

    private mutating func makeUnique() {
        if buffer.isMapped || !isKnownUniquelyReferenced(&buffer) { buffer = FloatBuffer(copying: buffer) }
    }
}

extension Matrix: Equatable {
    public static func == (lhs: Matrix, rhs: Matrix) -> Bool {
        guard lhs.rows == rhs.rows, lhs.columns == rhs.columns else { return false }
        return lhs.withUnsafeElements { left in rhs.withUnsafeElements { left.elementsEqual($0) } }
    }
}
