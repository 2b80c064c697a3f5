import ArgumentParser
import Datasets
import Foundation
import LinearAlgebra
import Recommenders

/// `palate bench transformer`: positions a second, and what an epoch brings.
struct BenchTransformerCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "transformer", abstract: "Train the transformer of aws-user-personalization-v2 alone.",
        discussion: """
            Everybody's last event is held out and ranked among all items that the user had not met. A line for each epoch \
            says how good that is. Reading and measuring are not counted.
            """)

    @Option(help: "A CSV file with USER_ID,ITEM_ID,TIMESTAMP.")
    var interactions: String

    @Option(help: "The length of the vectors, 16 or a multiple of 32.")
    var dimension = 64

    @Option(help: "How many layers there are.")
    var layers = 2

    @Option(help: "How many events can be read at once.")
    var length = 200

    @Option(help: "How often all sequences are gone over.")
    var epochs = 25

    @Option(help: "The greatest learning rate.")
    var learningRate = 0.004

    @Option(help: "The share of values that is left out in a step.")
    var dropout = 0.2

    @Option(help: "Positions of a batch.")
    var batch = 8_192

    @Option(help: "More items than these are sampled in the softmax.")
    var fullSoftmaxItems = 4_096

    @Option(help: "How many are sampled.")
    var negatives = 1_024

    @Option(help: "How fast matrices decay.")
    var weightDecay = 0.01

    @Option(help: "How many threads to use.")
    var threads = Parallel.availableThreads

    @Option(help: "The seed of everything random.")
    var seed: UInt64 = 0

    func validate() throws {
        for (name, value, range) in [
            ("dimension", dimension, 16...4_096), ("layers", layers, 1...64), ("length", length, 1...10_000),
            ("epochs", epochs, 1...10_000), ("batch", batch, 8...1_000_000), ("negatives", negatives, 1...1_000_000),
            ("full-softmax-items", fullSoftmaxItems, 1...1_000_000),
        ]
        where !range.contains(value) {
            throw ValidationError("--\(name) must be from \(range.lowerBound) to \(range.upperBound).")
        }
        guard dimension % 16 == 0, dimension < 32 || dimension % 32 == 0 else {
            throw ValidationError("--dimension must be 16 or a multiple of 32.")
        }
        guard (0..<1).contains(dropout), learningRate > 0, learningRate < 1, (0...1).contains(weightDecay) else {
            throw ValidationError("--dropout, --learning-rate and --weight-decay must be between 0 and 1.")
        }
    }

    func run() throws {
        let data = try InteractionsFile.read(csv: URL(fileURLWithPath: interactions))
        guard data.count > 0 else { throw CommandFailure("\(interactions): there are no interactions") }
        var benchmark = TransformerBenchmark(data)
        benchmark.seed = seed
        benchmark.dimension = dimension
        benchmark.layers = layers
        benchmark.length = length
        benchmark.epochs = epochs
        benchmark.learningRate = learningRate
        benchmark.dropout = dropout
        benchmark.batchRows = batch
        benchmark.fullSoftmaxItems = fullSoftmaxItems
        benchmark.negatives = negatives
        benchmark.weightDecay = weightDecay
        let seconds = try benchmark.run(threads: threads) { epoch in
            print(
                String(
                    format: "epoch %d, loss %.4f, standard NDCG@10 %.4f, %.1f s of training, %.0f positions/s",
                    epoch.epoch, epoch.loss, epoch.standardNDCGAt10, epoch.trainingSeconds,
                    epoch.positionsPerSecond))
        }
        print(String(format: "%.3f ms to score a history on one thread", seconds * 1_000))
    }
}
