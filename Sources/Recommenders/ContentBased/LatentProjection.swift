import Datasets
import LinearAlgebra

/// Latent semantic analysis: rows of a sparse matrix by their coordinates along its largest singular vectors.
///
/// S. Deerwester and others, "Indexing by Latent Semantic Analysis" (JASIS 1990): texts that share no word are alike when
/// their words occur in the same other texts. The singular vectors are found by subspace iteration from a random start,
/// N. Halko, P. Martinsson, J. Tropp, "Finding Structure with Randomness" (SIAM Review 2011), algorithm 4.4, with blocks
/// made orthonormal by the eigenvectors of their Gram matrix (A. Stathopoulos, K. Wu, "A Block Orthogonalization
/// Procedure with Constant Synchronization Requirements", SISC 2002).
///
/// For e entries and l = dimension + 8: 2 · (2 · iterations + 1) · e · l operations and 4 · (rows + columns) · l bytes,
/// twice.
enum LatentProjection {
    private static let iterations = 4
    static let oversampling = 8

    /// Coordinates U·Σ of each row, `rows × dimension` or narrower when the matrix has a lower rank; nil when nothing
    /// was found.
    static func coordinates(of matrix: SparseRows, dimension: Int, seed: UInt64, threads: Int) -> Matrix? {
        let width = min(dimension + oversampling, matrix.rowCount, matrix.columnCount)
        guard dimension > 0, width > 0 else { return nil }
        var generator = SeededGenerator(seed: seed)
        var start = Matrix(rows: matrix.columnCount, columns: width)
        start.withUnsafeMutableElements { elements in
            for index in elements.indices { elements[index] = Float(generator.normal()) }
        }
        let transposed = matrix.transposed()
        guard var basis = orthonormal(start, threads: threads) else { return nil }
        for _ in 0..<iterations {
            let image = matrix.multiplied(by: basis, threads: threads)
            guard let next = orthonormal(transposed.multiplied(by: image, threads: threads), threads: threads) else {
                return nil
            }
            basis = next
        }
        let image = matrix.multiplied(by: basis, threads: threads)
        guard let eigen = gramEigen(image, threads: threads) else { return nil }
        let largest = max(eigen.values[0], 0)
        let rank = eigen.values.prefix(dimension).prefix { $0 > 1e-9 * largest && $0 > 0 }.count
        guard rank > 0 else { return nil }
        return image.multiplied(by: vectors(eigen, count: rank) { _ in 1 }, transposed: true, threads: threads)
    }

    /// Columns that span the same space; nil for a matrix of zeros.
    private static func orthonormal(_ block: Matrix, threads: Int) -> Matrix? {
        guard let eigen = gramEigen(block, threads: threads), let largest = eigen.values.first, largest > 0 else {
            return nil
        }
        let rank = eigen.values.prefix { $0 > 1e-9 * largest }.count
        let scaled = vectors(eigen, count: rank) { 1 / eigen.values[$0].squareRoot() }
        return block.multiplied(by: scaled, transposed: true, threads: threads)
    }

    private static func gramEigen(_ block: Matrix, threads: Int) -> (values: [Double], vectors: [Double])? {
        let transposed = block.transposed()
        let gram = transposed.multiplied(by: transposed, transposed: true, threads: threads)
        return symmetricEigen(gram.withUnsafeElements { $0.map(Double.init) }, order: gram.rows)
    }

    /// The first eigenvectors as rows, each times a factor.
    private static func vectors(
        _ eigen: (values: [Double], vectors: [Double]), count: Int, factor: (Int) -> Double
    ) -> Matrix {
        let order = eigen.values.count
        var rows = Matrix(rows: count, columns: order)
        for row in 0..<count {
            for column in 0..<order {
                rows[row, column] = Float(eigen.vectors[row * order + column] * factor(row))
            }
        }
        return rows
    }
}
