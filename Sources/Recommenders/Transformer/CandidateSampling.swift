package import Datasets
import Foundation

/// Items that stand for the whole catalogue in the softmax of a step: the step's targets and a uniform sample.
///
/// The partition function Z = Σⱼ e^{zⱼ} is estimated by e^{z_target} + Σ_c e^{z_c} / π_c over the other candidates c, with π_c the
/// chance that c becomes one: adding -log π_c to their logits makes the estimate unbiased. X. Yi et al.,
/// "Sampling-Bias-Corrected Neural Modeling for Large Corpus Item Recommendations" (RecSys 2019); sampled softmax as in
/// "eSASRec: Enhancing Transformer-based Recommendations in a Modular Fashion" (RecSys 2025).
package struct CandidateSampling: Sendable {
    let itemCount: Int
    /// Items drawn uniformly beside the targets.
    let negatives: Int
    /// Per item, its share of all targets.
    let shares: [Float]

    package struct Sample {
        /// The candidates.
        package var items: [UInt32] = []
        /// Per candidate, -log π.
        package var corrections: [Float] = []
        /// Per row, a number of a candidate.
        var targets: [UInt32] = []
        /// Per row, a range of ``excluded``.
        var met: [Range<Int>] = []
        /// Candidates that a row's user had met.
        var excluded: [UInt32] = []
    }

    package init(itemCount: Int, negatives: Int, shares: [Float]) {
        self.itemCount = itemCount
        self.negatives = negatives
        self.shares = shares
    }

    /// Candidates at most.
    func capacity(rows: Int) -> Int { min(itemCount, negatives + rows) }

    package func sample(for batch: TrainingBatch, met: [UInt32], generator: inout SeededGenerator) -> Sample {
        var sample = Sample()
        var places = [Int32](repeating: -1, count: itemCount)
        func place(of item: UInt32) -> UInt32 {
            if places[Int(item)] < 0 {
                places[Int(item)] = Int32(sample.items.count)
                sample.items.append(item)
            }
            return UInt32(places[Int(item)])
        }
        var targets = 0
        sample.targets = zip(batch.targets, batch.weights).map { target, weight in
            guard weight > 0 else { return 0 }
            targets += 1
            return place(of: target)
        }
        for _ in 0..<negatives { _ = place(of: UInt32(generator.index(below: itemCount))) }
        let unseen = Float(negatives) * log1pf(-1 / Float(max(itemCount, 2)))
        sample.corrections = sample.items.map { item in
            let missed = unseen + Float(targets) * log1pf(-min(shares[Int(item)], 0.999))
            return -logf(max(-expm1f(missed), 1e-6))
        }
        for range in batch.met {
            let start = sample.excluded.count
            for item in met[range] where places[Int(item)] >= 0 { sample.excluded.append(UInt32(places[Int(item)])) }
            sample.met.append(start..<sample.excluded.count)
        }
        return sample
    }
}
