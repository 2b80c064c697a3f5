import CVectorKernels
import Foundation
import LinearAlgebra

/// Cross-entropy of the next item over candidates: all items, or some of them that stand for all.
///
/// The logits of a few rows at a time are made, turned into their own gradient and used up, so that memory does not grow with
/// rows · items. Items that the user had met take no part: they are not to be recommended, and the model need not learn to
/// tell them apart.
struct SoftmaxLoss {
    /// Candidates × d.
    let vectors: MatrixView
    /// Per candidate.
    let biases: UnsafeMutablePointer<Float>
    /// Candidates × d, added to.
    let vectorGradient: MatrixView
    /// Per candidate, added to.
    let biasGradient: UnsafeMutablePointer<Float>
    /// Chunk × candidates.
    let logits: MatrixView
    /// Chunk × d, twice.
    let states: MatrixView
    let stateGradients: MatrixView

    /// What each row is to be compared with, by numbers of candidates.
    struct Rows {
        var targets: [UInt32] = []
        /// 0 where nothing is to be predicted.
        var weights: [Float] = []
        /// Per row, which of the excluded candidates the user had met.
        var met: [Range<Int>] = []
        /// Candidates that users had met, if they are not those of all items.
        var excluded: [UInt32] = []
        /// Per candidate, what the biases hold beside the model's; a target is compared without. Empty when nothing.
        var targetCorrections: [Float] = []
    }

    /// Rows of logits that are made at once for a number of candidates: about 2 MB.
    static func chunk(candidates: Int) -> Int { min(max(524_288 / max(candidates, 1), 32), 256) }

    /// The sum of the weighted losses; `gradient` becomes that of `hidden`, row by row, times `scale`.
    func evaluate(
        _ rows: Rows, excluded: [UInt32], hidden: MatrixView, scale: Float, gradient: MatrixView
    ) -> Double {
        let dimension = vectors.columns
        let counted = rows.weights.indices.filter { rows.weights[$0] > 0 }
        gradient.fill(with: 0)
        var loss = 0.0
        excluded.withUnsafeBufferPointer { excluded in
            for chunk in Parallel.ranges(of: counted.count, size: logits.rows) {
                let part = 0..<chunk.count
                let (logits, states) = (self.logits.part(rows: part), self.states.part(rows: part))
                for (place, index) in chunk.enumerated() {
                    states[place].update(from: hidden[counted[index]], count: dimension)
                }
                logits.setToProduct(states, vectors, rightTransposed: true)
                for (place, index) in chunk.enumerated() {
                    let row = counted[index]
                    let target = Int(rows.targets[row])
                    if !rows.targetCorrections.isEmpty { logits[place][target] -= rows.targetCorrections[target] }
                    let met = rows.met[row]
                    let lost = palate_softmax_cross_entropy(
                        logits[place], vectors.rows, biases, target, rows.weights[row] * scale,
                        excluded.baseAddress.map { $0 + met.lowerBound }, met.count, biasGradient)
                    loss += Double(lost)
                }
                let stateGradients = self.stateGradients.part(rows: part)
                stateGradients.setToProduct(logits, vectors)
                vectorGradient.setToProduct(logits, states, leftTransposed: true, adding: true)
                for (place, index) in chunk.enumerated() {
                    gradient[counted[index]].update(from: stateGradients[place], count: dimension)
                }
            }
        }
        return loss
    }
}
