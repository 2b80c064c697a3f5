/// A symmetric matrix of single-precision numbers, of which half is kept, with value semantics.
///
/// Rows are cut into panels of ``panelSize``. A panel keeps its rows from the first column to the last that one of them has on
/// or below the diagonal, row by row, and one panel follows the other: the blocks of the lower triangle, those on the
/// diagonal whole. That is 2 · n · (n + ``panelSize``) bytes where a ``Matrix`` has 4 · n², and BLAS reads and writes the
/// blocks where they are.
package struct SymmetricMatrix: Sendable {
    package let order: Int
    private var buffer: FloatBuffer

    /// Rows of a panel; the last one may have fewer. Inverting reads and writes the whole matrix once a panel.
    package static let panelSize = 512

    /// A matrix of zeros. A negative order is taken as 0.
    package init(order: Int) {
        self.order = max(order, 0)
        buffer = FloatBuffer(zeroed: PanelPointer.count(order: self.order))
    }

    /// Bytes that a matrix takes.
    package static func bytes(order: Int) -> Int { 4 * PanelPointer.count(order: order) }

    /// The rows of each panel.
    package var panels: [Range<Int>] { Parallel.ranges(of: order, size: Self.panelSize) }

    /// - Precondition: `row` and `column` are inside the matrix.
    package subscript(row: Int, column: Int) -> Float {
        precondition(row >= 0 && row < order && column >= 0 && column < order)
        return withPanels { $0.at(max(row, column), min(row, column)).pointee }
    }

    /// Hands each row up to the diagonal to `body`, in parallel.
    package mutating func updateLowerRows(
        threads: Int, _ body: @Sendable (_ row: Int, _ elements: UnsafeMutableBufferPointer<Float>) -> Void
    ) {
        let chunks = Parallel.ranges(of: order, size: 16)
        withMutablePanels { panels in
            Parallel.forEach(chunks.count, threads: threads) { chunk in
                for row in chunks[chunk] {
                    body(row, UnsafeMutableBufferPointer(start: panels.at(row, 0), count: row + 1))
                }
            }
            panels.mirrorDiagonalBlocks(threads: threads)
        }
    }

    /// The diagonal, which becomes 0.
    package mutating func takeDiagonal() -> [Float] {
        withMutablePanels { panels in
            (0..<panels.order).map { index in
                defer { panels.at(index, index).pointee = 0 }
                return panels.at(index, index).pointee
            }
        }
    }

    func withPanels<Result>(_ body: (PanelPointer) -> Result) -> Result {
        body(PanelPointer(address: buffer.pointer, order: order))
    }

    mutating func withMutablePanels<Result>(_ body: (PanelPointer) -> Result) -> Result {
        if !isKnownUniquelyReferenced(&buffer) { buffer = FloatBuffer(copying: buffer) }
        return body(PanelPointer(address: buffer.pointer, order: order))
    }
}

/// The panels of a ``SymmetricMatrix``, shared by threads which write disjoint parts of them.
struct PanelPointer: @unchecked Sendable {
    let address: UnsafeMutablePointer<Float>
    let order: Int

    /// Floats from the beginning of one row of the panel that has `row` to the next.
    func stride(at row: Int) -> Int {
        min((row / SymmetricMatrix.panelSize + 1) * SymmetricMatrix.panelSize, order)
    }

    /// Where an element on or below the diagonal is, or one above it in the block on the diagonal.
    func at(_ row: Int, _ column: Int) -> UnsafeMutablePointer<Float> {
        let first = row - row % SymmetricMatrix.panelSize
        return address + Self.count(order: first) + (row - first) * stride(at: row) + column
    }

    /// What is above the diagonal in its blocks becomes what is below it.
    func mirrorDiagonalBlocks(threads: Int) {
        let panels = Parallel.ranges(of: order, size: SymmetricMatrix.panelSize)
        Parallel.forEach(panels.count, threads: threads) { index in
            for row in panels[index] {
                for column in panels[index].lowerBound..<row { at(column, row).pointee = at(row, column).pointee }
            }
        }
    }

    /// Floats that the panels of a matrix take.
    static func count(order: Int) -> Int {
        let size = SymmetricMatrix.panelSize
        let whole = order / size
        return size * size * whole * (whole + 1) / 2 + (order - whole * size) * order
    }
}
