import COpenBLAS

/// A matrix in memory that somebody else owns, for code that keeps many matrices in one buffer.
///
/// The view is good as long as the memory is. Rows are `stride` floats apart.
package struct MatrixView: @unchecked Sendable {
    package let base: UnsafeMutablePointer<Float>
    package let rows: Int
    package let columns: Int
    package let stride: Int

    package init(_ base: UnsafeMutablePointer<Float>, rows: Int, columns: Int, stride: Int? = nil) {
        self.base = base
        self.rows = rows
        self.columns = columns
        self.stride = stride ?? columns
    }

    package subscript(row: Int) -> UnsafeMutablePointer<Float> { base + row * stride }

    /// - Precondition: the ranges are inside the matrix.
    package func part(rows rowRange: Range<Int>? = nil, columns columnRange: Range<Int>? = nil) -> MatrixView {
        let (r, c) = (rowRange ?? 0..<rows, columnRange ?? 0..<columns)
        precondition(r.lowerBound >= 0 && r.upperBound <= rows && c.lowerBound >= 0 && c.upperBound <= columns)
        return MatrixView(base + r.lowerBound * stride + c.lowerBound, rows: r.count, columns: c.count, stride: stride)
    }

    package func fill(with value: Float) {
        if stride == columns {
            base.update(repeating: value, count: rows * columns)
        } else {
            for row in 0..<rows { self[row].update(repeating: value, count: columns) }
        }
    }

    /// Becomes left · right, each transposed if it is said so; with `adding`, that is added to what is there.
    ///
    /// Runs on the calling thread.
    ///
    /// - Precondition: the sizes agree.
    package func setToProduct(
        _ left: MatrixView, _ right: MatrixView, leftTransposed: Bool = false, rightTransposed: Bool = false,
        adding: Bool = false
    ) {
        let inner = leftTransposed ? left.rows : left.columns
        precondition(rows == (leftTransposed ? left.columns : left.rows), "rows of a product differ")
        precondition(columns == (rightTransposed ? right.rows : right.columns), "columns of a product differ")
        precondition(inner == (rightTransposed ? right.columns : right.rows), "inner sizes of a product differ")
        guard rows > 0, columns > 0 else { return }
        BLAS.prepare()
        cblas_sgemm(
            CblasRowMajor, leftTransposed ? CblasTrans : CblasNoTrans, rightTransposed ? CblasTrans : CblasNoTrans,
            blasInteger(rows), blasInteger(columns), blasInteger(inner), 1, left.base, blasInteger(left.stride),
            right.base, blasInteger(right.stride), adding ? 1 : 0, base, blasInteger(stride))
    }

    /// The product of every row with `vector`. Runs on the calling thread.
    ///
    /// - Precondition: there are `columns` numbers to read and `rows` to write.
    package func multiply(_ vector: UnsafePointer<Float>, into target: UnsafeMutablePointer<Float>) {
        guard rows > 0, columns > 0 else { return }
        BLAS.prepare()
        cblas_sgemv(
            CblasRowMajor, CblasNoTrans, blasInteger(rows), blasInteger(columns), 1, base, blasInteger(stride), vector,
            1,
            0, target, 1)
    }
}
