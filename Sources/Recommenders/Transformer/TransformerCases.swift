import Datasets
import Foundation
import LinearAlgebra

/// Histories and what came after them, by positions in an ``ItemSelection``, to see whether a transformer finds it.
struct TransformerCases: Sendable {
    struct Case: Sendable {
        /// Oldest first.
        let history: [UInt32]
        let met: Set<UInt32>
        /// New items only.
        let targets: Set<UInt32>

        init(history: [UInt32], targets: Set<UInt32>) {
            self.history = history
            met = Set(history)
            self.targets = targets
        }
    }

    let cases: [Case]

    /// The mean standard normalised discounted cumulative gain of the ten best new items.
    func gain(of trainer: TransformerTrainer, threads: Int) -> Double {
        let states = trainer.lastStates(of: cases.map { $0.history[...] })
        let scoring = TransformerScoring(layout: trainer.layout, parameters: trainer.parameters)
        let gains = Parallel.map(cases.count, threads: threads) { index in
            var scores = scoring.logits(of: states.row(index))
            for item in cases[index].met { scores[Int(item)] = -.infinity }
            return StandardGain.atTen(scores, targets: cases[index].targets)
        }
        return gains.reduce(0, +) / Double(max(cases.count, 1))
    }
}

/// The textbook form of the normalised discounted cumulative gain.
enum StandardGain {
    static func atTen(_ scores: [Float], targets: Set<UInt32>) -> Double {
        var sum = 0.0
        for (rank, item) in topIndices(of: scores, count: 10).enumerated() where targets.contains(UInt32(item)) {
            sum += 1 / log2(Double(rank + 2))
        }
        let ideal = (0..<min(targets.count, 10)).reduce(0.0) { $0 + 1 / log2(Double($1 + 2)) }
        return ideal > 0 ? sum / ideal : 0
    }
}
