import Foundation
import LinearAlgebra

/// The network of ``NeuralClassifier`` on a batch: scores, loss and gradients.
///
/// With x the input of an example and v of a candidate,
///
///     u = W₀x + W₂ relu(W₁x)      s = u·v + b + Σₕ wₕ relu(aₕ·(u, 1) + cₕ·(v, b)) + repeats
///
/// and the loss of a target t is log Σᵢ nᵢ exp(sᵢ) - sₜ, where nᵢ is how many items a sampled candidate stands for (Y. Bengio,
/// J.-S. Senécal, "Adaptive Importance Sampling to Accelerate Training of a Neural Probabilistic Language Model", IEEE
/// Transactions on Neural Networks 2008), and t stands for itself. What was shown beside t adds the loss of the same
/// choice among what was shown. The loss of a batch is the mean by the targets' weights.
package struct ClassifierNetwork: Sendable {
    package var parameters: ClassifierParameters
    let features: CatalogueFeatures
    let threads: Int

    package init(parameters: ClassifierParameters, features: CatalogueFeatures, threads: Int) {
        self.parameters = parameters
        self.features = features
        self.threads = threads
    }

    var shape: ClassifierParameters.Shape { parameters.shape }

    /// What the backward pass needs of the forward one.
    struct Activations {
        /// Items of the histories, `items × d`.
        let inputItems: Matrix
        let inputFeatures: SparseRows
        /// `examples × input width`.
        let inputs: Matrix
        let tower: UserTower.Activations
        /// `candidates × (d + 1)`.
        let candidates: Matrix
        let candidateFeatures: SparseRows
        /// `examples × interactions`, before rectification.
        let userUnits: Matrix
        /// `interactions × candidates`.
        let itemUnits: Matrix
        /// `examples × candidates`.
        let scores: Matrix
    }

    func activations(of batch: ClassifierBatch) -> Activations {
        let inputFeatures = features.gathered(batch.inputItems, isCold: batch.inputIsCold)
        var inputItems = inputFeatures.multiplied(by: parameters.inputFeatures, threads: threads)
        inputItems.add(rows: batch.inputItems, of: parameters.inputs, where: batch.inputIsCold.map { !$0 })
        let inputs = inputs(of: batch, items: inputItems)
        let tower = UserTower.forward(
            inputs, layer: parameters.userLayer, output: parameters.userOutput, mask: batch.mask, threads: threads)
        let candidateFeatures = features.gathered(batch.candidates, isCold: batch.candidateIsCold)
        var candidates = candidateFeatures.multiplied(by: parameters.outputFeatures, threads: threads)
        candidates.add(rows: batch.candidates, of: parameters.outputs, where: batch.candidateIsCold.map { !$0 })
        let userUnits = tower.users.multiplied(by: parameters.interactionUsers, transposed: true, threads: threads)
        let itemUnits = parameters.interactionItems.multiplied(by: candidates, transposed: true, threads: threads)
        var scores = tower.users.multiplied(by: candidates, transposed: true, threads: threads)
        scores.addRectified(
            users: userUnits, items: itemUnits, weights: parameters.interactionWeights.row(0), threads: threads)
        let repeats = parameters.repeats.row(0)
        for (example, candidates) in batch.repeats.enumerated() {
            for candidate in candidates {
                scores[example, candidate.column] += zip(repeats, candidate.inputs).reduce(0) { $0 + $1.0 * $1.1 }
            }
        }
        return Activations(
            inputItems: inputItems, inputFeatures: inputFeatures, inputs: inputs, tower: tower, candidates: candidates,
            candidateFeatures: candidateFeatures, userUnits: userUnits, itemUnits: itemUnits, scores: scores)
    }

    private func inputs(of batch: ClassifierBatch, items: Matrix) -> Matrix {
        let gates = parameters.kinds.row(0)
        let rows = Parallel.map(batch.examples.count, threads: threads) { index in
            let example = batch.examples[index]
            return UserTower.input(
                rows: batch.positions[index], of: items, gates: example.kinds.map { gates[$0] },
                attributes: example.attributes, of: parameters.attributes)
        }
        return Matrix(rows) ?? Matrix(rows: 0, columns: shape.inputWidth)
    }

    /// The loss, and its derivatives by the scores.
    func loss(of batch: ClassifierBatch, scores: Matrix) -> (loss: Double, derivatives: Matrix) {
        let total = batch.targets.reduce(0.0) { $0 + $1.reduce(0.0) { $0 + Double($1.weight) } }
        let rows = Parallel.map(batch.examples.count, threads: threads) { example in
            Self.loss(
                scores: scores.row(example), logWeights: batch.logWeights, targets: batch.targets[example],
                shown: batch.shown[example], scale: total > 0 ? Float(1 / total) : 0)
        }
        var loss = 0.0
        for row in rows { loss += row.loss }
        return (
            total > 0 ? loss / total : 0,
            Matrix(rows.map(\.derivatives)) ?? Matrix(rows: 0, columns: batch.candidates.count)
        )
    }

    private static func loss(
        scores: [Float], logWeights: [Float], targets: [(column: Int, weight: Float)],
        shown: [(target: Int, others: [Int])], scale: Float
    ) -> (loss: Double, derivatives: [Float]) {
        var terms = scores
        for column in terms.indices { terms[column] += logWeights[column] }
        for (column, _) in targets { terms[column] = scores[column] }
        let greatest = terms.max() ?? 0
        var sum: Float = 0
        for column in terms.indices {
            terms[column] = terms[column] == -.infinity ? 0 : expf(terms[column] - greatest)
            sum += terms[column]
        }
        let logSum = greatest + logf(sum)
        let weight = targets.reduce(Float(0)) { $0 + $1.weight }
        let factor = scale * weight / sum
        for column in terms.indices { terms[column] *= factor }
        var loss = 0.0
        for (column, weight) in targets {
            loss += Double(weight) * Double(logSum - scores[column])
            terms[column] -= scale * weight
        }
        for (target, others) in shown {
            guard let weight = targets.first(where: { $0.column == target })?.weight, !others.isEmpty else { continue }
            let choices = [target] + others
            let greatest = choices.reduce(-Float.infinity) { max($0, scores[$1]) }
            let odds = choices.map { expf(scores[$0] - greatest) }
            let sum = odds.reduce(0, +)
            loss += Double(weight) * Double(greatest + logf(sum) - scores[target])
            for (choice, odds) in zip(choices, odds) { terms[choice] += scale * weight * odds / sum }
            terms[target] -= scale * weight
        }
        return (loss, terms)
    }
}
