import Foundation
package import LinearAlgebra

/// Ridge regression from what is remembered of a history to the next items.
///
/// A history is remembered several times, each memory m fading with its own γ: there is one row
/// hₜ = (h¹ₜ, h²ₜ, …) per event, with hᵐₜ = Σ_{s≤t} γₘ^{t-s} e_{iₛ}, and the target is
/// yₜ = e_{iₜ₊₁} + μ Σ_{j≥1} δ^{j-1} e_{iₜ₊ⱼ}, the next item and a little of those after it. The weights are
/// B = (HᵀH + Λ)⁻¹ HᵀY. Fitted together, a short memory says what the last few items change of what a long one tells.
///
/// Neither H nor Y is built: both products are sums over pairs of events of one user. A pair at lag L, the older event
/// in memory m and the newer in m', adds γₘ^L Σ_{k ≤ W-L} (γₘγₘ')^k to HᵀH for a window of W, whatever its place (the end
/// of the history is taken as far away), and γₘ^{L-1} + μ Σ_{j≤L} γₘ^{L-j} δ^{j-1} to HᵀY. So training costs
/// events · window · memories² additions and one Cholesky factorisation with as many right sides as items: for M memories
/// (M³/3 + 2M²)n³ operations and 4(M² + 2M)n² bytes.
///
/// With rewards, every entry of Y is multiplied by the reward of its event: the regression then predicts rewards.
///
/// The closed form of an item-to-item model is that of H. Steck, "Embarrassingly Shallow Autoencoders for Sparse Data"
/// (WWW 2019), equation 8 without the constraint on the diagonal; the directed, decayed pairs in place of plain
/// co-occurrence follow from the regression above.
package enum SequentialRidge {
    package struct Parameters: Sendable, Equatable {
        /// Of each memory, the steps after which an event's weight has fallen to 1/e; the shortest first.
        package var decays: [Float]
        /// Λ of an item with the average number of users, relative to the diagonal weight Σ γₘ^{2k} of one user.
        package var regularization: Float
        /// Pairs further apart than this are not counted.
        package var window: Int
        /// μ: how much the items after the next one count.
        package var futureWeight: Float

        /// Steps after which an item of the future has fallen to 1/e: δ = e^(-1/horizon).
        package var horizon: Float

        package init(
            decays: [Float], regularization: Float, window: Int, futureWeight: Float = 0, horizon: Float = 10
        ) {
            self.decays = decays
            self.regularization = regularization
            self.window = window
            self.futureWeight = futureWeight
            self.horizon = horizon
        }
    }

    /// B, memories · items by items: row m·items + a holds what an event with item a says, by memory m, about each next item.
    package static func fit(
        _ occurrences: ItemOccurrences, userCounts: [Float], parameters: Parameters, threads: Int
    ) throws -> Matrix {
        let count = occurrences.sequences.itemCount
        let weights = PairWeights(parameters)
        let memories = parameters.decays.count
        let ridges = (0..<memories).map {
            Regularization(strength: parameters.regularization * weights.diagonal[$0], userCounts: userCounts)
        }
        var gram = Matrix(rows: memories * count, columns: memories * count)
        var targets = Matrix(rows: memories * count, columns: count)
        gram.updateRows(threads: threads) { index, row in
            let (memory, item) = index.quotientAndRemainder(dividingBy: count)
            // The factorisation reads what is below the diagonal.
            for other in 0...memory {
                let block = UnsafeMutableBufferPointer(rebasing: row[(other * count)..<((other + 1) * count)])
                occurrences.add(weights.gram[memory][other], around: item, to: block)
            }
            row[index] += ridges[memory][item]
        }
        targets.updateRows(threads: threads) { index, row in
            let (memory, item) = index.quotientAndRemainder(dividingBy: count)
            occurrences.add(weights.targets[memory], around: item, rewarded: true, to: row)
        }
        try Task.checkCancellation()
        return try CholeskyFactor(consume gram, threads: threads).solve(consume targets)
    }

    /// What a pair of events adds, by its lag.
    private struct PairWeights {
        /// By the memory of the event at hand, that of its neighbour, and the neighbour's lag.
        let gram: [[LagWeights]]
        /// Of each memory, what an event adds to its own item.
        let diagonal: [Float]
        /// By the memory and the lag.
        let targets: [LagWeights]

        init(_ parameters: Parameters) {
            let window = max(parameters.window, 1)
            let gammas = parameters.decays.map { expf(-1 / $0) }
            let delta = expf(-1 / parameters.horizon)
            func together(_ one: Float, _ other: Float, steps: Int) -> Float {
                (0...(window - steps)).reduce(Float(0)) { $0 + powf(one * other, Float($1)) }
            }
            gram = gammas.map { own in
                gammas.map { other in
                    // The older event fades for as many steps more.
                    LagWeights(-window...window) {
                        together(own, other, steps: abs($0)) * powf($0 > 0 ? own : other, Float(abs($0)))
                    }
                }
            }
            diagonal = gammas.map { together($0, $0, steps: 0) }
            targets = gammas.map { gamma in
                LagWeights(1...window) { lag in
                    let future = (1...lag).reduce(Float(0)) {
                        $0 + powf(gamma, Float(lag - $1)) * powf(delta, Float($1 - 1))
                    }
                    return powf(gamma, Float(lag - 1)) + parameters.futureWeight * future
                }
            }
        }
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
