package import LinearAlgebra

/// The weights of ``EASE`` from items to items, in one of two forms.
package enum EASEWeights: Sendable {
    /// From the item of a row to the item of a column, as a model file has them.
    case dense(Matrix)
    /// The weight from i to j is halfᵢⱼ · factors[j], with a diagonal of 0: what ``EASE`` leaves, in half the memory.
    case half(SymmetricMatrix, factors: [Float])

    package var itemCount: Int {
        switch self {
        case .dense(let matrix): matrix.rows
        case .half(let matrix, _): matrix.order
        }
    }

    /// - Precondition: both items are covered.
    subscript(from: Int, to: Int) -> Float {
        switch self {
        case .dense(let matrix): matrix[from, to]
        case .half(let matrix, let factors): matrix[from, to] * factors[to]
        }
    }

    /// The sum of the weights from some items to each item. From half a matrix it takes several times as long.
    ///
    /// - Precondition: the items are covered.
    package func scores(of items: [UInt32]) -> [Float] {
        var scores = [Float](repeating: 0, count: itemCount)
        let ones = [Float](repeating: 1, count: items.count)
        switch self {
        case .dense(let matrix): matrix.accumulate(rows: items, weights: ones, into: &scores)
        case .half(let matrix, let factors):
            matrix.accumulate(rows: items, weights: ones, into: &scores)
            for item in scores.indices { scores[item] *= factors[item] }
        }
        return scores
    }

    /// Row by row. From half a matrix that is a new matrix of 4n² bytes.
    package func dense(threads: Int) -> Matrix {
        switch self {
        case .dense(let matrix): return matrix
        case .half(let half, let factors):
            var matrix = half.dense(threads: threads)
            matrix.updateRows(threads: threads) { _, row in
                for item in row.indices { row[item] *= factors[item] }
            }
            return matrix
        }
    }

    /// The dense weights as a tensor of a model file, expanded while it is written.
    func tensor(_ name: String) -> SafetensorsWriter.Tensor {
        switch self {
        case .dense(let matrix): return .init(name, matrix)
        case .half(let half, let factors):
            return .init(name, rowBlocks: half.rowBlocks, columns: half.order) { rows, target in
                half.copyRows(rows, to: target)
                for start in stride(from: 0, to: target.count, by: half.order) {
                    for item in factors.indices { target[start + item] *= factors[item] }
                }
            }
        }
    }
}
