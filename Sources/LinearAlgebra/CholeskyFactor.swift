import COpenBLAS

/// Why a factorisation is impossible.
public enum LinearAlgebraError: Error, Equatable, Sendable, CustomStringConvertible {
    case notSquare(rows: Int, columns: Int)
    /// The leading minor of this order is not positive, or a number is not finite.
    case notPositiveDefinite(order: Int)
    case sizesDiffer(expected: Int, found: Int)

    public var description: String {
        switch self {
        case .notSquare(let rows, let columns): "a matrix of \(rows) rows and \(columns) columns is not square"
        case .notPositiveDefinite(let order): "the matrix is not positive definite (leading minor of order \(order))"
        case .sizesDiffer(let expected, let found): "\(expected) rows are needed, \(found) were given"
        }
    }
}

/// The lower triangular L with A = L·Lᵀ, for a symmetric positive definite A.
///
/// A right-looking tiled factorisation: LAPACK's `spotrf` on the diagonal tiles, triangular solves below them and
/// products on the rest, tiles in parallel. n³/3 operations for the factor, 2n² per solved column.
public struct CholeskyFactor: Sendable {
    /// L in the lower triangle; what is above the diagonal is left over from A.
    private var factor: Matrix
    private let threads: Int

    public var order: Int { factor.rows }

    /// Factorises `matrix`, of which only the lower triangle is read.
    ///
    /// - Throws: ``LinearAlgebraError``, `CancellationError` soon after the task was cancelled.
    public init(_ matrix: consuming Matrix, threads: Int = Parallel.availableThreads) throws {
        guard matrix.rows == matrix.columns else {
            throw LinearAlgebraError.notSquare(rows: matrix.rows, columns: matrix.columns)
        }
        self.threads = threads
        factor = consume matrix
        BLAS.prepare()
        let order = factor.rows
        let panels = Parallel.ranges(of: order, size: BLAS.panel)
        let failedAt: Int? = factor.withUnsafeMutableElements { elements in
            guard let base = elements.baseAddress else { return nil }
            let a = TilePointer(address: base, stride: order)
            for (step, panel) in panels.enumerated() where !Task.isCancelled {
                guard let minor = Self.factorise(diagonal: panel, of: a) else {
                    Self.eliminate(below: panel, of: a, rest: Array(panels[(step + 1)...]), threads: threads)
                    continue
                }
                return panel.lowerBound + minor
            }
            return nil
        }
        try Task.checkCancellation()
        if let failedAt { throw LinearAlgebraError.notPositiveDefinite(order: failedAt) }
    }

    /// The order of the failing minor inside the tile, or nil when the tile was factorised.
    private static func factorise(diagonal panel: Range<Int>, of a: TilePointer) -> Int? {
        // Lower by rows is upper by columns, which is LAPACK's order.
        var uplo = CChar(UInt8(ascii: "U"))
        var order = blasInteger(panel.count)
        var stride = blasInteger(a.stride)
        var info: Int32 = 0
        spotrf_(&uplo, &order, a.at(panel.lowerBound, panel.lowerBound), &stride, &info)
        if info != 0 { return Int(info) }
        // A NaN passes through some versions of spotrf without an error.
        for index in panel where !a.at(index, index).pointee.isFinite { return index - panel.lowerBound + 1 }
        return nil
    }

    private static func eliminate(below panel: Range<Int>, of a: TilePointer, rest: [Range<Int>], threads: Int) {
        let stride = blasInteger(a.stride)
        Parallel.forEach(rest.count, threads: threads) { index in
            cblas_strsm(
                CblasRowMajor, CblasRight, CblasLower, CblasTrans, CblasNonUnit, blasInteger(rest[index].count),
                blasInteger(panel.count), 1, a.at(panel.lowerBound, panel.lowerBound), stride,
                a.at(rest[index].lowerBound, panel.lowerBound), stride)
        }
        let tiles = rest.indices.flatMap { row in (0...row).map { (row, $0) } }
        Parallel.forEach(tiles.count, threads: threads) { index in
            let (row, column) = (rest[tiles[index].0], rest[tiles[index].1])
            cblas_sgemm(
                CblasRowMajor, CblasNoTrans, CblasTrans, blasInteger(row.count), blasInteger(column.count),
                blasInteger(panel.count), -1, a.at(row.lowerBound, panel.lowerBound), stride,
                a.at(column.lowerBound, panel.lowerBound), stride, 1, a.at(row.lowerBound, column.lowerBound), stride)
        }
    }

    /// X with A·X = `rightSide`.
    ///
    /// - Throws: ``LinearAlgebraError``, `CancellationError` soon after the task was cancelled.
    public func solve(_ rightSide: consuming Matrix) throws -> Matrix {
        guard rightSide.rows == order else {
            throw LinearAlgebraError.sizesDiffer(expected: order, found: rightSide.rows)
        }
        var solution = consume rightSide
        let columns = solution.columns
        let panels = Parallel.ranges(of: columns, size: BLAS.panel)
        factor.withUnsafeElements { factor in
            solution.withUnsafeMutableElements { elements in
                guard let factorBase = factor.baseAddress, let base = elements.baseAddress else { return }
                let l = TilePointer(address: UnsafeMutablePointer(mutating: factorBase), stride: order)
                let x = TilePointer(address: base, stride: columns)
                // In batches, so that a cancelled training ends soon.
                for batch in Parallel.ranges(of: panels.count, size: 4 * max(threads, 1)) where !Task.isCancelled {
                    Parallel.forEach(batch.count, threads: threads) { index in
                        Self.substitute(l, order: order, into: x, columns: panels[batch.lowerBound + index])
                    }
                }
            }
        }
        try Task.checkCancellation()
        return solution
    }

    /// Solves in place for some columns of X.
    private static func substitute(_ l: TilePointer, order: Int, into x: TilePointer, columns: Range<Int>) {
        for transpose in [CblasNoTrans, CblasTrans] {
            cblas_strsm(
                CblasRowMajor, CblasLeft, CblasLower, transpose, CblasNonUnit, blasInteger(order),
                blasInteger(columns.count), 1, l.at(0, 0), blasInteger(l.stride), x.at(0, columns.lowerBound),
                blasInteger(x.stride))
        }
    }
}
