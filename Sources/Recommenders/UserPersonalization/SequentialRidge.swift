import Foundation
package import LinearAlgebra

/// Ridge regression from an exponentially decayed history to the next items.
///
/// With one row hₜ = Σ_{s≤t} γ^{t-s} e_{iₛ} per event and the target yₜ = e_{iₜ₊₁} + μ Σ_{j≥1} δ^{j-1} e_{iₜ₊ⱼ},
/// the next item and a little of those after it, the weights are
/// B = (HᵀH + Λ)⁻¹ HᵀY. Neither H nor Y is built: both products are sums over pairs of events of one user. A pair at lag
/// L adds Σ_{k ≤ W-L} γ^{2k+L} to HᵀH for a window of W, whatever its place (the end of the history is taken as far
/// away), and γ^{L-1} + μ Σ_{j≤L} γ^{L-j} δ^{j-1} to HᵀY. So training costs events · window additions and one Cholesky
/// factorisation with as many right sides as items:
/// 7n³/3 operations, 8n² bytes.
///
/// With rewards, every entry of Y is multiplied by the reward of its event: the regression then predicts rewards.
///
/// The closed form of an item-to-item model is that of H. Steck, "Embarrassingly Shallow Autoencoders for Sparse Data"
/// (WWW 2019), equation 8 without the constraint on the diagonal; the directed, decayed pairs in place of plain
/// co-occurrence follow from the regression above.
package enum SequentialRidge {
    package struct Parameters: Sendable, Equatable {
        /// Steps after which an event's weight has fallen to 1/e.
        package var decay: Float
        /// Λ of an item with the average number of users, relative to the diagonal weight Σ γ^{2k} of one user.
        package var regularization: Float
        /// Pairs further apart than this are not counted.
        package var window: Int
        /// μ: how much the items after the next one count.
        package var futureWeight: Float

        /// Steps after which an item of the future has fallen to 1/e: δ = e^(-1/horizon).
        static let horizon: Float = 10

        package init(decay: Float, regularization: Float, window: Int, futureWeight: Float = 0) {
            self.decay = decay
            self.regularization = regularization
            self.window = window
            self.futureWeight = futureWeight
        }
    }

    /// B, items by items: row a holds what a recent event with item a says about each next item.
    package static func fit(
        _ occurrences: ItemOccurrences, userCounts: [Float], parameters: Parameters, threads: Int
    ) throws -> Matrix {
        let count = occurrences.sequences.itemCount
        let gamma = expf(-1 / parameters.decay)
        let window = max(parameters.window, 1)
        let lags = 0...window
        let gramWeights = lags.map { lag in
            (0...(window - lag)).reduce(Float(0)) { $0 + powf(gamma, Float(2 * $1 + lag)) }
        }
        let diagonal = gramWeights[0]
        let delta = expf(-1 / Parameters.horizon)
        let targetWeights = lags.map { lag -> Float in
            guard lag > 0 else { return 0 }
            let future = (1...lag).reduce(Float(0)) { $0 + powf(gamma, Float(lag - $1)) * powf(delta, Float($1 - 1)) }
            return powf(gamma, Float(lag - 1)) + parameters.futureWeight * future
        }

        var gram = Matrix(rows: count, columns: count)
        var targets = Matrix(rows: count, columns: count)
        gram.updateRows(threads: threads) { item, row in
            occurrences.forEachNeighbour(of: item, window: parameters.window) { neighbour, lag, _, _ in
                row[neighbour] += gramWeights[abs(lag)]
            }
        }
        targets.updateRows(threads: threads) { item, row in
            occurrences.forEachNeighbour(of: item, window: parameters.window) { neighbour, lag, reward, _ in
                if lag > 0 { row[neighbour] += targetWeights[lag] * reward }
            }
        }
        let ridge = Regularization(strength: parameters.regularization * diagonal, userCounts: userCounts)
        gram.addToDiagonal { userCounts[$0] * diagonal + ridge[$0] }
        try Task.checkCancellation()
        return try CholeskyFactor(gram, threads: threads).solve(targets)
    }
}

/// A ridge that grows with the square root of an item's users: popular items need more of it to be restrained, rare ones
/// less to be heard.
package struct Regularization {
    private let strength: Float
    private let userCounts: [Float]
    private let mean: Float

    package init(strength: Float, userCounts: [Float]) {
        self.strength = strength
        self.userCounts = userCounts
        mean = max(userCounts.reduce(0, +) / Float(max(userCounts.count, 1)), 1e-6)
    }

    package subscript(item: Int) -> Float { strength * max(userCounts[item] / mean, 0.01).squareRoot() }
}

extension Matrix {
    /// Hands every row to `body`, in parallel.
    mutating func updateRows(
        threads: Int, _ body: @Sendable (_ row: Int, _ elements: inout UnsafeMutableBufferPointer<Float>) -> Void
    ) {
        let columns = columns
        let rows = rows
        withUnsafeMutableElements { elements in
            let shared = SharedRows(elements: elements)
            let chunks = Parallel.ranges(of: rows, size: 16)
            Parallel.forEach(chunks.count, threads: threads) { chunk in
                for row in chunks[chunk] {
                    var slice = UnsafeMutableBufferPointer(
                        rebasing: shared.elements[(row * columns)..<((row + 1) * columns)])
                    body(row, &slice)
                }
            }
        }
    }

    mutating func addToDiagonal(_ value: (Int) -> Float) {
        let columns = columns
        withUnsafeMutableElements { elements in
            for index in 0..<columns { elements[index * columns + index] += value(index) }
        }
    }
}

/// Rows of one matrix, each written by one thread.
private struct SharedRows: @unchecked Sendable {
    let elements: UnsafeMutableBufferPointer<Float>
}
