import CVectorKernels
import Datasets
import Foundation
package import LinearAlgebra

/// Trains a transformer by AdamW, a batch cut into a fixed number of shards at a time.
///
/// I. Loshchilov, F. Hutter, "Decoupled Weight Decay Regularization" (ICLR 2019). The learning rate grows over the first steps
/// and falls to nearly 0 along half a cosine. Shards are computed by as many threads as there are, and their gradients are added
/// in one order, so the result does not depend on the number of threads.
package final class TransformerTrainer {
    package struct Settings: Sendable {
        var epochs: Int
        var learningRate: Float
        var dropout: Float
        var weightDecay: Float = 0.01
        /// Rows of a batch.
        var batchRows: Int
        /// Whether the biases of distances are learned; without, they stay 0.
        package var learnsDistances = true
        /// Items that a softmax goes over at most; with more, some stand for all.
        package var fullSoftmaxItems = 4_096
        package var negatives = 1_024

        package init(epochs: Int, learningRate: Float, dropout: Float, batchRows: Int) {
            self.epochs = epochs
            self.learningRate = learningRate
            self.dropout = dropout
            self.batchRows = batchRows
        }
    }

    static let shardCount = 8
    private static let segment = 65_536

    package let layout: TransformerLayout
    let settings: Settings
    package private(set) var parameters: Matrix
    private let sequences: TransformerSequences
    private var gradient: Matrix
    private var firstMoment: Matrix
    private var secondMoment: Matrix
    private let shards: [TransformerShard]
    private let seed: UInt64
    private let threads: Int
    private var generator: SeededGenerator
    private var step = 0
    private let expectedSteps: Int
    /// Rows that were computed.
    private(set) var trainedRows = 0

    static func shardCapacity(_ settings: Settings, length: Int) -> Int { settings.batchRows / shardCount + length }

    static func sampling(_ settings: Settings, targetCounts: [Float]) -> CandidateSampling? {
        guard targetCounts.count > settings.fullSoftmaxItems else { return nil }
        let total = max(targetCounts.reduce(0, +), 1)
        return CandidateSampling(
            itemCount: targetCounts.count, negatives: settings.negatives, shares: targetCounts.map { $0 / total })
    }

    /// Bytes that a training takes beside the sequences.
    static func bytes(of shape: TransformerShape, settings: Settings) -> Int {
        let sampling = sampling(settings, targetCounts: [Float](repeating: 1, count: shape.itemCount))
        let shard = TransformerShard.bytes(
            of: shape, capacity: shardCapacity(settings, length: shape.length), sampling: sampling)
        return 4 * 5 * TransformerLayout(shape).count + shardCount * shard
    }

    package init(
        _ sequences: TransformerSequences, shape: TransformerShape, settings: Settings, seed: UInt64, threads: Int
    ) {
        layout = TransformerLayout(shape)
        self.settings = settings
        self.sequences = sequences
        self.seed = seed
        self.threads = threads
        generator = SeededGenerator(seed: seed)
        let counts = sequences.targetCounts()
        parameters = Self.start(layout, targetCounts: counts, generator: &generator)
        gradient = Matrix(rows: 1, columns: layout.count)
        firstMoment = Matrix(rows: 1, columns: layout.count)
        secondMoment = Matrix(rows: 1, columns: layout.count)
        let sampling = Self.sampling(settings, targetCounts: counts)
        shards = (0..<Self.shardCount).map { _ in
            TransformerShard(
                shape, capacity: Self.shardCapacity(settings, length: shape.length), sampling: sampling)
        }
        expectedSteps = max(settings.epochs * sequences.readable / max(settings.batchRows, 1), 1)
    }

    /// Random matrices, gains of 1, and biases that are the logarithm of how often an item is met.
    private static func start(
        _ layout: TransformerLayout, targetCounts: [Float], generator: inout SeededGenerator
    ) -> Matrix {
        var parameters = Matrix(rows: 1, columns: layout.count)
        let shape = layout.shape
        let mean = targetCounts.reduce(0, +) / Float(max(targetCounts.count, 1))
        parameters.withUnsafeMutableElements { elements in
            for range in layout.decaying {
                let deviation = range == layout.itemVectors ? 0.05 : (1 / Double(shape.dimension)).squareRoot() * 0.5
                for place in range { elements[place] = Float(generator.normal() * deviation) }
            }
            for range in layout.gains { for place in range { elements[place] = 1 } }
            for (item, place) in layout.itemBiases.enumerated() {
                elements[place] = logf((targetCounts[item] + 0.5) / (mean + 0.5))
            }
        }
        return parameters
    }

    /// Goes once over all sequences.
    ///
    /// - Parameter progress: Called after each step with the share of the epoch that is done.
    /// - Returns: The mean loss of a target.
    package func trainEpoch(progress: (Double) throws -> Void = { _ in }) throws -> Double {
        let windows = sequences.windows(length: layout.shape.length, generator: &generator)
        let order = generator.permutation(of: windows.count)
        var loss = 0.0
        var weight = 0.0
        var next = 0
        while next < order.count {
            var parts = [[TransformerSequences.Window]](repeating: [], count: Self.shardCount)
            var rows = [Int](repeating: 0, count: Self.shardCount)
            while next < order.count, let smallest = rows.indices.min(by: { rows[$0] < rows[$1] }),
                rows[smallest] < settings.batchRows / Self.shardCount
            {
                let window = windows[order[next]]
                parts[smallest].append(window)
                rows[smallest] += window.entries.count
                next += 1
            }
            let result = train(parts)
            loss += result.loss * result.weight
            weight += result.weight
            try progress(Double(next) / Double(order.count))
        }
        return weight > 0 ? loss / weight : 0
    }

    /// One step: the mean loss of its targets before it, and their weight.
    private func train(_ parts: [[TransformerSequences.Window]]) -> (loss: Double, weight: Double) {
        step += 1
        let (step, seed, sequences) = (step, seed, sequences)
        let dropoutRate = settings.dropout
        let (layout, shards, threads) = (layout, shards, threads)
        var total = 0.0
        var loss = 0.0
        parameters.withUnsafeMutableElements { elements in
            guard let base = elements.baseAddress else { return }
            let tensors = TransformerTensors(layout: layout, base: base)
            Parallel.forEach(Self.shardCount, threads: threads) { index in
                let shardSeed = seed &+ UInt64(step * Self.shardCount + index) &* 0x9E37_79B9_7F4A_7C15
                shards[index].prepare(parts[index], of: sequences, parameters: tensors, seed: shardSeed)
            }
            total = shards.reduce(0) { $0 + $1.batch.weights.reduce(0) { $0 + Double($1) } }
            guard total > 0 else { return }
            let scale = Float(1 / total)
            loss = Parallel.map(Self.shardCount, threads: threads) { index in
                let dropout = Dropout(
                    rate: dropoutRate,
                    seed: UInt32(truncatingIfNeeded: (seed &+ UInt64(step * Self.shardCount + index)) &* 0x2545_F491))
                return shards[index].run(
                    parameters: tensors, met: sequences.met, dropout: dropout, scale: scale)
            }.reduce(0, +)
        }
        guard total > 0 else { return (0, 0) }
        trainedRows += shards.reduce(0) { $0 + $1.batch.rows }
        collectGradient()
        update()
        return (loss, total)
    }

    /// The sum of the shards' gradients, in their order.
    private func collectGradient() {
        let (layout, shards, threads) = (layout, shards, threads)
        let learnsDistances = settings.learnsDistances
        let isSampled = shards.contains { !$0.candidates.isEmpty }
        let sharedCount = isSampled ? layout.networkCount : layout.count
        let segments = Parallel.ranges(of: sharedCount, size: Self.segment)
        gradient.withUnsafeMutableElements { elements in
            guard let base = elements.baseAddress else { return }
            let tensors = TransformerTensors(layout: layout, base: base)
            Parallel.forEach(segments.count, threads: threads) { index in
                let range = segments[index]
                let target = tensors.base + range.lowerBound
                target.update(from: shards[0].gradient.base + range.lowerBound, count: range.count)
                for shard in shards.dropFirst() {
                    palate_add(target, shard.gradient.base + range.lowerBound, range.count)
                }
            }
            if isSampled {
                (base + sharedCount).update(repeating: 0, count: layout.count - sharedCount)
                for shard in shards {
                    for (place, item) in shard.candidates.enumerated() {
                        tensors.itemBiases[Int(item)] += shard.gradient.itemBiases[place]
                    }
                }
            }
            for shard in shards { shard.addSparseItemGradient(to: tensors.itemVectors) }
            if !learnsDistances {
                for layer in 0..<layout.shape.layers { tensors.layer(layer).distanceBias.fill(with: 0) }
            }
        }
    }

    private func update() {
        let rate = learningRate
        let decay = settings.weightDecay
        let corrections = (1 / (1 - powf(0.9, Float(step))), 1 / (1 - powf(0.98, Float(step))))
        let decaying = layout.decaying
        let boundaries = ([0, layout.count] + decaying.flatMap { [$0.lowerBound, $0.upperBound] }).sorted()
        let segments = zip(boundaries, boundaries.dropFirst()).flatMap { start, end in
            Parallel.ranges(of: end - start, size: Self.segment).map {
                $0.lowerBound + start..<$0.upperBound + start
            }
        }
        let threads = threads
        parameters.withUnsafeMutableElements { parameters in
            gradient.withUnsafeMutableElements { gradient in
                firstMoment.withUnsafeMutableElements { first in
                    secondMoment.withUnsafeMutableElements { second in
                        guard let p = parameters.baseAddress, let g = gradient.baseAddress,
                            let m = first.baseAddress, let v = second.baseAddress
                        else { return }
                        let buffers = AdamBuffers(parameters: p, gradient: g, first: m, second: v)
                        Parallel.forEach(segments.count, threads: threads) { index in
                            let range = segments[index]
                            let decays = decaying.contains { $0.contains(range.lowerBound) }
                            let start = range.lowerBound
                            palate_adamw(
                                buffers.parameters + start, buffers.gradient + start, buffers.first + start,
                                buffers.second + start, range.count, rate, 0.9, 0.98, decays ? decay : 0,
                                corrections.0, corrections.1)
                        }
                    }
                }
            }
        }
    }

    private struct AdamBuffers: @unchecked Sendable {
        let parameters, gradient, first, second: UnsafeMutablePointer<Float>
    }

    private var learningRate: Float {
        let warmUp = Float(min(200, max(expectedSteps / 10, 1)))
        let done = min(Float(step) / Float(expectedSteps), 1)
        let decay = 0.02 + 0.98 * 0.5 * (1 + cosf(.pi * done))
        return settings.learningRate * min(Float(step) / warmUp, 1) * decay
    }

    /// The states after the last item of each history.
    package func lastStates(of histories: [ArraySlice<UInt32>]) -> Matrix {
        let dimension = layout.shape.dimension
        var states = Matrix(rows: histories.count, columns: dimension)
        let (layout, shards, threads) = (layout, shards, threads)
        let perShard = (histories.count + Self.shardCount - 1) / Self.shardCount
        let parts = Parallel.ranges(of: histories.count, size: max(perShard, 1))
        parameters.withUnsafeMutableElements { elements in
            states.withUnsafeMutableElements { target in
                guard let base = elements.baseAddress, let targetBase = target.baseAddress else { return }
                let transformer = Transformer(tensors: TransformerTensors(layout: layout, base: base))
                let output = MatrixView(targetBase, rows: histories.count, columns: dimension)
                Parallel.forEach(parts.count, threads: threads) { index in
                    let workspace = shards[index].workspace
                    var next = parts[index].lowerBound
                    while next < parts[index].upperBound {
                        var pack = PackedSequences()
                        let first = next
                        while next < parts[index].upperBound {
                            let items = histories[next].suffix(layout.shape.length)
                            if pack.rows + items.count > workspace.capacity { break }
                            pack.append(items)
                            next += 1
                        }
                        transformer.forward(pack, in: workspace)
                        for sequence in 0..<pack.count {
                            guard let last = pack[sequence].last else { continue }
                            output[first + sequence].update(from: workspace.hidden[last], count: dimension)
                        }
                    }
                }
            }
        }
        return states
    }
}
