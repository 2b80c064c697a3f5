package import Datasets
import Foundation
import LinearAlgebra

/// How fast a transformer trains, and what it learns: everybody's last item is held out, and ranked among all items that the
/// user had not met.
package struct TransformerBenchmark {
    package struct Epoch: Sendable, Encodable {
        package let epoch: Int
        package let loss: Double
        package let standardNDCGAt10: Double
        package let trainingSeconds: Double
        package let positionsPerSecond: Double
    }

    let sequences: TransformerSequences
    let cases: TransformerCases
    package var seed: UInt64 = 0
    package var dimension = 64
    package var layers = 2
    package var length = 200
    package var epochs = 25
    package var learningRate = 0.004
    package var dropout = 0.2
    package var batchRows = 8_192
    package var fullSoftmaxItems = 4_096
    package var negatives = 1_024
    package var weightDecay = 0.01

    package init(_ interactions: Interactions) {
        let histories = UserHistories(interactions)
        let selection = ItemSelection(
            items: (0..<UInt32(interactions.items.count)).map { $0 }, itemCount: interactions.items.count)
        var sequences = TransformerSequences(itemCount: interactions.items.count)
        var cases: [TransformerCases.Case] = []
        for user in 0..<histories.count {
            var items = histories[user].items.compactMap { selection.position(of: $0) }
            if items.count >= 3, let last = items.popLast() {
                cases.append(.init(history: items, targets: [last]))
            }
            sequences.append(items.map { ($0, 1) })
        }
        self.sequences = sequences
        self.cases = TransformerCases(cases: cases)
    }

    /// - Returns: Seconds to score one history, on one thread.
    package func run(threads: Int, report: (Epoch) -> Void) throws -> Double {
        var settings = TransformerTrainer.Settings(
            epochs: epochs, learningRate: Float(learningRate), dropout: Float(dropout), batchRows: batchRows)
        settings.fullSoftmaxItems = fullSoftmaxItems
        settings.negatives = negatives
        settings.weightDecay = Float(weightDecay)
        let trainer = TransformerTrainer(
            sequences,
            shape: TransformerShape(
                itemCount: sequences.itemCount, dimension: dimension, layers: layers, length: length),
            settings: settings, seed: seed, threads: threads)
        var seconds = 0.0
        for epoch in 1...max(epochs, 1) {
            let clock = ContinuousClock()
            var loss = 0.0
            let elapsed = try clock.measure { loss = try trainer.trainEpoch() }
            seconds += elapsed / .seconds(1)
            report(
                Epoch(
                    epoch: epoch, loss: loss, standardNDCGAt10: cases.gain(of: trainer, threads: threads),
                    trainingSeconds: seconds, positionsPerSecond: Double(trainer.trainedRows) / seconds))
        }
        let scoring = TransformerScoring(layout: trainer.layout, parameters: trainer.parameters)
        let asked = cases.cases.prefix(500)
        let clock = ContinuousClock()
        let answering = clock.measure { for one in asked { _ = scoring.logits(after: one.history) } }
        return answering / .seconds(1) / Double(max(asked.count, 1))
    }
}
