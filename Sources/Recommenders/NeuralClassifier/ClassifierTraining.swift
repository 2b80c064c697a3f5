import Datasets
import Foundation
import LinearAlgebra

/// A training run: how many epochs serve held-out users best, then these on everybody, then the calibration.
struct ClassifierTraining {
    let items: Vocabulary
    let features: CatalogueFeatures
    let users: AttributeEncoder
    let contexts: AttributeEncoder
    let source: ExampleSource
    /// Of the events, for what held-out users are known by.
    let interactions: Interactions
    let hyperparameters: NeuralClassifier.Hyperparameters
    let options: TrainingOptions

    /// Examples of a step.
    private static let batch = 128
    /// Examples of an epoch at most, so that progress and the look at held-out users come often.
    private static let mostExamples = 100_000
    /// And at least, where there are few users, whose moments and histories differ from draw to draw.
    private static let fewestExamples = 4_000
    /// Epochs without a better one after which training ends.
    private static let patience = 4
    /// The part of items that a batch knows by their description alone, so that descriptions learn to stand for items.
    private static let coldShare = 0.1
    /// The part of held-out users up to which they are not missed.
    private static let negligibleShare = 0.04

    private var histories: UserHistories { source.histories }

    private var shape: ClassifierParameters.Shape {
        .init(
            items: items.count, features: features.featureCount, attributes: users.featureCount + contexts.featureCount,
            kinds: source.kinds.count, hyperparameters: hyperparameters)
    }

    /// Bytes that a training takes beside the events by user and the features of items.
    static func memory(
        _ shape: ClassifierParameters.Shape, _ histories: UserHistories, negatives: Int, threads: Int
    ) -> Int {
        // What is learned, its two moments, its gradients, and the best epoch's.
        let parameters = 5 * shape.floats
        let served = shape.items * (2 * (2 * shape.dimension + 1 + shape.interactions) + 4 * threads)
        let read = min(shape.items, batch * HistoryPools.longest)
        let compared = min(shape.items, negatives + batch * ExampleSource.window)
        let ofBatch =
            4 * (read + compared) * (shape.dimension + shape.interactions + 8)
            + 6 * batch * (compared + 2 * shape.inputWidth + 8 * HistoryPools.longest)
        let start = 4 * (shape.items + histories.count) * (shape.dimension + LatentProjection.oversampling + 1)
        return 4 * (parameters + served + ofBatch + start) + 160 * histories.eventCount + 96 * shape.items
            + 64 * histories.count
    }

    func run() throws -> NeuralClassifier {
        var generator = SeededGenerator(seed: options.seed)
        let active = (0..<histories.count).filter { source.exampleCount(of: $0) > 0 }
        let shuffled = generator.permutation(of: active.count).map { active[$0] }
        let heldOut = HeldOutChoices(
            Array(shuffled.prefix(min(active.count / 8, HeldOutChoices.most))), histories, interactions,
            contexts: contexts, metadata: options.metadata)
        guard heldOut.canChoose else {
            let epochs = min(hyperparameters.maxEpochs, 10)
            let network = try train(active, epochs: epochs, options.within(0.05...1)).network
            return classifier(network, .none, ["epochs": Double(epochs)])
        }
        let others = shuffled.dropFirst(heldOut.users.count).sorted()
        let isMissed = Double(heldOut.users.count) > Self.negligibleShare * Double(active.count)
        let first = try train(
            others, epochs: hyperparameters.maxEpochs, options.within(0.05...(isMissed ? 0.5 : 0.95)), judge: heldOut)
        let choice = classifier(first.network, .none, [:])
        let calibration = try heldOut.calibration(of: choice, threads: options.threads)
        var learned = first.measurements
        learned["epochs"] = Double(first.epochs)
        learned["calibration_slope"] = calibration.slope
        learned["calibration_offset"] = calibration.offset
        guard isMissed else { return classifier(first.network, calibration, learned) }
        let network = try train(active, epochs: first.epochs, options.within(0.5...0.99, prefix: "all users: ")).network
        return classifier(network, calibration, learned)
    }

    private func classifier(
        _ network: ClassifierNetwork, _ calibration: NeuralClassifier.Calibration, _ learned: [String: Double]
    ) -> NeuralClassifier {
        var isCold = [Bool](repeating: true, count: items.count)
        for item in histories.items { isCold[Int(item)] = false }
        return NeuralClassifier(
            items: items, network: ServedNetwork(network, isCold: isCold), kinds: source.kinds, users: users,
            contexts: contexts, calibration: calibration, learned: learned)
    }

    private struct Outcome {
        var network: ClassifierNetwork
        var epochs: Int
        var measurements: [String: Double]
    }

    /// - Parameter judge: Ends training when it gets no better, and chooses the epoch; nil runs all epochs.
    private func train(
        _ users: [Int], epochs: Int, _ options: TrainingOptions, judge: HeldOutChoices? = nil
    ) throws -> Outcome {
        var counts = [Int](repeating: 0, count: items.count)
        for user in users {
            for event in histories.offsets[user]..<histories.offsets[user + 1] {
                counts[Int(histories.items[event])] += 1
            }
        }
        let total = Float(max(counts.reduce(0, +), 1))
        let biases = counts.map { logf((Float($0) + 0.5) / total) }
        var network = ClassifierNetwork(
            parameters: ClassifierParameters(
                shape, biases: biases, repeatLogit: source.repeatLogit(of: users),
                start: CoInteractionStart.vectors(
                    histories, users: users, itemCount: items.count, dimension: shape.dimension, seed: options.seed,
                    threads: options.threads),
                seed: options.seed),
            features: features, threads: options.threads)
        var optimizer = AdamW(
            network.parameters, learningRate: hyperparameters.learningRate, weightDecay: hyperparameters.weightDecay)
        network.parameters.outputFeatures[features.coldFeature, shape.dimension] = coldBias(
            counts, biases, total: total)
        var known = counts
        // Those of held-out users alone are compared with, too: what is never compared is never pushed down.
        for item in histories.items { known[Int(item)] = max(known[Int(item)], 1) }
        let sampler = CandidateSampler(counts: known, count: hyperparameters.negatives)
        var best = Outcome(network: network, epochs: 0, measurements: [:])
        var leastLoss = Double.infinity
        if let judge {
            let found = judge.measure(classifier(network, .none, [:]), threads: options.threads)
            leastLoss = found.loss
            best.measurements = found.measurements
        }
        for epoch in 1...max(epochs, 1) where epoch <= epochs {
            let loss = try self.epoch(epoch, users, &network, &optimizer, sampler, options, of: epochs)
            var measurements = ["training_loss": loss, "epoch": Double(epoch)]
            if let judge {
                let found = judge.measure(classifier(network, .none, [:]), threads: options.threads)
                measurements.merge(found.measurements) { $1 }
                if found.loss < leastLoss {
                    leastLoss = found.loss
                    best = Outcome(network: network, epochs: epoch, measurements: found.measurements)
                }
            } else {
                best = Outcome(network: network, epochs: epoch, measurements: [:])
            }
            try options.advance(
                to: Double(epoch) / Double(epochs), "epoch \(epoch)", measurements: measurements)
            if epoch - best.epochs >= Self.patience { break }
        }
        return best
    }

    /// Where training sets out with items without events: below all others, or, where a description can speak for them,
    /// at the middle of the others.
    private func coldBias(_ counts: [Int], _ biases: [Float], total: Float) -> Float {
        let known = biases.indices.filter { counts[$0] > 0 }
        guard features.describesItems, !known.isEmpty else { return logf(0.5 / total) }
        return known.reduce(Float(0)) { $0 + biases[$1] } / Float(known.count)
    }

    /// - Returns: The mean loss of the epoch's batches.
    private func epoch(
        _ epoch: Int, _ users: [Int], _ network: inout ClassifierNetwork, _ optimizer: inout AdamW,
        _ sampler: CandidateSampler, _ options: TrainingOptions, of epochs: Int
    ) throws -> Double {
        var generator = SeededGenerator(seed: options.seed &+ UInt64(epoch) &* 0x9E37_79B9_7F4A_7C15)
        let all = users.flatMap { [Int](repeating: $0, count: source.exampleCount(of: $0)) }
        var order = generator.permutation(of: all.count).prefix(Self.mostExamples).map { all[$0] }
        while !all.isEmpty, order.count < Self.fewestExamples {
            order += generator.permutation(of: all.count).map { all[$0] }
        }
        var loss = 0.0
        let drawn = order
        let ranges = Parallel.ranges(of: drawn.count, size: Self.batch)
        for (number, range) in ranges.enumerated() {
            try Task.checkCancellation()
            let seeds = range.map { _ in generator.next() }
            let examples = Parallel.map(range.count, threads: options.threads) { index in
                var own = SeededGenerator(seed: seeds[index])
                return source.example(of: drawn[range.lowerBound + index], using: &own)
            }.compactMap(\.self)
            let batch = ClassifierBatch(
                examples, sampled: sampler.draw(using: &generator), itemCount: items.count,
                mask: mask(examples.count, &generator)
            ) { _ in features.describesItems && generator.unit() < Self.coldShare }
            let found = network.gradients(of: batch)
            guard found.loss.isFinite else {
                throw TrainingError.numerical("the loss is not a number; a smaller learning_rate may help")
            }
            loss += found.loss
            optimizer.update(&network.parameters, by: found.gradients, rate: 1)
            if number % 50 == 49 {
                let done = Double(epoch - 1) + Double(number + 1) / Double(ranges.count)
                try options.advance(to: done / Double(epochs), "epoch \(epoch)")
            }
        }
        return loss / Double(max(ranges.count, 1))
    }

    /// Of the rectified units; nil without dropout.
    private func mask(_ rows: Int, _ generator: inout SeededGenerator) -> Matrix? {
        let dropout = hyperparameters.dropout
        guard dropout > 0 else { return nil }
        var mask = Matrix(rows: rows, columns: shape.hidden)
        mask.withUnsafeMutableElements { elements in
            for index in elements.indices {
                elements[index] = generator.unit() < dropout ? 0 : Float(1 / (1 - dropout))
            }
        }
        return mask
    }
}
