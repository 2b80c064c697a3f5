import Datasets
import Foundation
import LinearAlgebra
import Recommenders
import Testing

@Suite struct TransformerTests {
    private static let shape = TransformerShape(itemCount: 19, dimension: 16, layers: 2, heads: 2, length: 6)
    /// The first is longer than the transformer can see at once; in the last an item comes again.
    private static let sequences: [[UInt32]] = [[3, 1, 4, 15, 9, 2, 6], [5, 3, 8], [18, 0], [7, 9, 7, 11, 12, 9]]

    private static func parameters(_ layout: TransformerLayout, seed: UInt64) -> [Double] {
        var generator = SeededGenerator(seed: seed)
        var parameters = (0..<layout.count).map { _ in Double(Float(generator.normal() * 0.3)) }
        for range in layout.gains { for place in range { parameters[place] += 1 } }
        return parameters
    }

    private static func trainingSequences() -> TransformerSequences {
        var result = TransformerSequences(itemCount: shape.itemCount)
        for sequence in sequences { result.append(sequence.map { ($0, 1) }) }
        return result
    }

    /// The loss and the gradient, as training computes them.
    private static func gradient(
        _ parameters: [Double], dropout: Dropout = .none, sampling: CandidateSampling? = nil
    ) -> (loss: Double, network: [Float], items: [[Float]]) {
        let sequences = trainingSequences()
        var generator = SeededGenerator(seed: 1)
        let windows = sequences.windows(length: shape.length, generator: &generator)
        let layout = TransformerLayout(shape)
        let shard = TransformerShard(shape, capacity: 40, sampling: sampling)
        var floats = parameters.map { Float($0) }
        return floats.withUnsafeMutableBufferPointer { buffer in
            guard let base = buffer.baseAddress else { return (0, [], []) }
            let tensors = TransformerTensors(layout: layout, base: base)
            shard.prepare(windows, of: sequences, parameters: tensors, seed: 3)
            let loss = shard.run(parameters: tensors, met: sequences.met, dropout: dropout, scale: 1)
            var vectors = [Float](repeating: 0, count: layout.itemVectors.count)
            vectors.withUnsafeMutableBufferPointer { vectors in
                guard let target = vectors.baseAddress else { return }
                shard.addItemGradient(
                    to: MatrixView(target, rows: shape.itemCount, columns: shape.dimension))
            }
            let network = Array(UnsafeBufferPointer(start: shard.gradient.base, count: layout.networkCount))
            return (
                loss, network,
                [
                    vectors,
                    Array(UnsafeBufferPointer(start: shard.gradient.itemBiases, count: shape.itemCount)),
                ]
            )
        }
    }

    @Test func theLossIsThatOfTheFormulas() {
        let layout = TransformerLayout(Self.shape)
        for seed in 1...3 as ClosedRange<UInt64> {
            let parameters = Self.parameters(layout, seed: seed)
            let expected = ReferenceTransformer(layout: layout, parameters: parameters).loss(of: Self.sequences)
            #expect(abs(Self.gradient(parameters).loss - expected) < 1e-4 * expected)
        }
    }

    /// Every parameter against the central difference of the loss that is written down in double precision.
    @Test func theGradientOfEveryParameterIsADifferenceOfLosses() {
        let layout = TransformerLayout(Self.shape)
        var reference = ReferenceTransformer(layout: layout, parameters: Self.parameters(layout, seed: 5))
        let found = Self.gradient(reference.parameters)
        let gradient = found.network + found.items[0]
        #expect(gradient.count == layout.itemVectors.upperBound)
        func check(_ place: Int, _ gradient: Float) {
            let value = reference.parameters[place]
            reference.parameters[place] = value + 1e-4
            let above = reference.loss(of: Self.sequences)
            reference.parameters[place] = value - 1e-4
            let below = reference.loss(of: Self.sequences)
            reference.parameters[place] = value
            let expected = (above - below) / 2e-4
            #expect(abs(Double(gradient) - expected) < 2e-3 + 2e-3 * abs(expected), "parameter \(place)")
        }
        // A prime step, so that every matrix is met in all its rows and columns.
        for place in stride(from: 0, to: gradient.count, by: 3) { check(place, gradient[place]) }
        for range in layout.gains { for place in range { check(place, gradient[place]) } }
        for layer in layout.layers {
            for place in layer.distanceBias..<(layer.distanceBias + Self.shape.heads * Self.shape.length) {
                check(place, gradient[place])
            }
        }
        for (item, place) in layout.itemBiases.enumerated() { check(place, found.items[1][item]) }
    }

    /// With values left out, the loss changes along the gradient as the gradient says.
    @Test func theGradientKnowsWhatWasLeftOut() {
        let layout = TransformerLayout(Self.shape)
        let parameters = Self.parameters(layout, seed: 8)
        let dropout = Dropout(rate: 0.3, seed: 77)
        let found = Self.gradient(parameters, dropout: dropout)
        #expect(abs(found.loss - Self.gradient(parameters).loss) > 1e-2)
        let slope = found.network.reduce(0.0) { $0 + Double($1) * Double($1) }
        let step = 1e-2 / slope.squareRoot()
        func loss(_ sign: Double) -> Double {
            var moved = parameters
            for (place, value) in found.network.enumerated() { moved[place] += sign * step * Double(value) }
            return Self.gradient(moved, dropout: dropout).loss
        }
        let measured = (loss(1) - loss(-1)) / (2 * step)
        #expect(abs(measured - slope) < 0.01 * slope)
    }

    /// Over all candidates, whose chance to be one is certain, a sampled softmax is the full one.
    @Test func aSampleOfEverythingIsTheFullSoftmax() {
        let layout = TransformerLayout(Self.shape)
        let parameters = Self.parameters(layout, seed: 6)
        let sampling = CandidateSampling(
            itemCount: Self.shape.itemCount, negatives: 2_000,
            shares: [Float](repeating: 1 / Float(Self.shape.itemCount), count: Self.shape.itemCount))
        let full = Self.gradient(parameters)
        let sampled = Self.gradient(parameters, sampling: sampling)
        #expect(abs(full.loss - sampled.loss) < 1e-4 * full.loss)
        for (left, right) in zip(full.network + full.items[0], sampled.network + sampled.items[0]) {
            #expect(abs(left - right) < 1e-3)
        }
    }

    /// The estimate of Σ e^z over samples is right on average.
    @Test func theSampledPartitionIsUnbiased() {
        var generator = SeededGenerator(seed: 9)
        let count = 500
        let logits = (0..<count).map { _ in generator.normal() }
        var shares = (0..<count).map { _ in Float(generator.exponential(mean: 1)) }
        let sum = shares.reduce(0, +)
        shares = shares.map { $0 / sum }
        let sampling = CandidateSampling(itemCount: count, negatives: 60, shares: shares)
        var mean = 0.0
        let rounds = 2_000
        for _ in 0..<rounds {
            var batch = TrainingBatch()
            for _ in 0..<40 {
                var place = Float(generator.unit())
                let item = shares.firstIndex { share in
                    place -= share
                    return place < 0
                }
                batch.append(item: 0, target: UInt32(item ?? 0), weight: 1, met: 0..<0)
            }
            let sample = sampling.sample(for: batch, met: [], generator: &generator)
            #expect(sample.items.count == sample.corrections.count && Set(sample.items).count == sample.items.count)
            for (item, correction) in zip(sample.items, sample.corrections) {
                mean += exp(logits[Int(item)] + Double(correction)) / Double(rounds)
            }
        }
        let expected = logits.reduce(0.0) { $0 + exp($1) }
        #expect(abs(mean - expected) < 0.02 * expected)
    }

    @Test func longHistoriesAreCutIntoWindowsThatCoverThem() {
        var sequences = TransformerSequences(itemCount: 50)
        for length in [1, 2, 7, 8, 30] { sequences.append((0..<length).map { (UInt32($0), 1) }) }
        var generator = SeededGenerator(seed: 4)
        for _ in 0..<20 {
            let windows = sequences.windows(length: 7, generator: &generator)
            #expect(windows.allSatisfy { (1...7).contains($0.entries.count) })
            let covered = windows.flatMap { Array($0.entries) }.sorted()
            let readable = (0..<sequences.count).flatMap { sequences.offsets[$0]..<(sequences.offsets[$0 + 1] - 1) }
            #expect(covered == readable && covered.count == sequences.readable)
        }
    }

    @Test func onlyTheFirstMeetingOfAnItemIsATarget() {
        var sequences = TransformerSequences(itemCount: 9)
        sequences.append([(4, 1), (4, 3), (2, 0.5), (4, 1), (2, 2), (2, 1), (7, 1)])
        #expect(sequences.items == [4, 2, 4, 2, 7])
        #expect(sequences.weights == [3, 2, 0, 0, 1])
        #expect(sequences.met == [4, 2, 7])
    }

    /// After each item only one can follow.
    private static func chain(_ count: Int, users: Int) -> TransformerSequences {
        var sequences = TransformerSequences(itemCount: count)
        for user in 0..<users {
            sequences.append((0..<12).map { (UInt32((user * 5 + $0 * 7) % count), 1) })
        }
        return sequences
    }

    @Test func aChainIsLearned() throws {
        let shape = TransformerShape(itemCount: 40, dimension: 32, layers: 1, heads: 1, length: 16)
        let trainer = TransformerTrainer(
            Self.chain(40, users: 200), shape: shape,
            settings: .init(epochs: 30, learningRate: 0.01, dropout: 0.1, batchRows: 256), seed: 1, threads: 2)
        var losses: [Double] = []
        for _ in 0..<30 { losses.append(try trainer.trainEpoch()) }
        #expect(losses[0] > 2 && losses[29] < 0.3)
        let scoring = TransformerScoring(layout: trainer.layout, parameters: trainer.parameters)
        #expect(topIndices(of: scoring.logits(after: [3, 10, 17]), count: 1) == [24])
    }

    /// Where two items follow equally often, the odds of one are its reward.
    @Test func rewardsWeightTheTargets() throws {
        var sequences = TransformerSequences(itemCount: 8)
        for user in 0..<400 { sequences.append([(0, 1), (1, 1), (2, 1), user % 2 == 0 ? (3, 9) : (4, 1)]) }
        let trainer = TransformerTrainer(
            sequences, shape: TransformerShape(itemCount: 8, dimension: 32, layers: 1, heads: 1, length: 8),
            settings: .init(epochs: 12, learningRate: 0.01, dropout: 0, batchRows: 256), seed: 1, threads: 2)
        for _ in 0..<12 { _ = try trainer.trainEpoch() }
        let scoring = TransformerScoring(layout: trainer.layout, parameters: trainer.parameters)
        var logits = scoring.logits(after: [0, 1, 2])
        #expect(abs(logits[3] - logits[4] - Float(log(9.0))) < 0.3)
        // Nothing is learned of items that were met.
        for item in 0...2 { logits[item] = -.infinity }
        #expect(topIndices(of: logits, count: 2) == [3, 4])
    }

    /// The state after the last item, of which a part of the last layer is enough, is that of the whole calculation.
    @Test func theStateThatIsServedIsThatOfTraining() throws {
        for layers in 1...3 {
            let shape = TransformerShape(itemCount: 40, dimension: 32, layers: layers, heads: 2, length: 9)
            let trainer = TransformerTrainer(
                Self.chain(40, users: 30), shape: shape,
                settings: .init(epochs: 1, learningRate: 0.01, dropout: 0, batchRows: 256), seed: 1, threads: 2)
            _ = try trainer.trainEpoch()
            let histories: [ArraySlice<UInt32>] = [[5], [1, 2], [3, 1, 4, 1, 5], (0..<30).map { UInt32($0) }[...]]
            let states = trainer.lastStates(of: histories)
            let scoring = TransformerScoring(layout: trainer.layout, parameters: trainer.parameters)
            let reference = ReferenceTransformer(
                layout: trainer.layout, parameters: trainer.parameters.row(0).map { Double($0) })
            for (index, history) in histories.enumerated() {
                let expected = try #require(reference.states(of: Array(history.suffix(9))).last)
                let expectedLogits = reference.logits(of: expected)
                for (left, right) in zip(states.row(index), expected) { #expect(abs(Double(left) - right) < 1e-4) }
                for (left, right) in zip(scoring.lastState(of: history.suffix(9)), expected) {
                    #expect(abs(Double(left) - right) < 1e-4)
                }
                for (left, right) in zip(scoring.logits(after: history), expectedLogits) {
                    #expect(abs(Double(left) - right) < 1e-3)
                }
            }
        }
    }

    @Test func trainingDoesNotDependOnTheNumberOfThreads() throws {
        for limit in [1_000, 10] {
            let parameters = try [1, 2, 3].map { threads in
                var settings = TransformerTrainer.Settings(
                    epochs: 2, learningRate: 0.01, dropout: 0.2, batchRows: 256)
                settings.fullSoftmaxItems = limit
                settings.negatives = 20
                let trainer = TransformerTrainer(
                    Self.chain(40, users: 100),
                    shape: TransformerShape(itemCount: 40, dimension: 32, layers: 1, heads: 1, length: 8),
                    settings: settings, seed: 7, threads: threads)
                for _ in 0..<2 { _ = try trainer.trainEpoch() }
                return trainer.parameters
            }
            #expect(parameters[0] == parameters[1] && parameters[0] == parameters[2])
        }
    }
}
