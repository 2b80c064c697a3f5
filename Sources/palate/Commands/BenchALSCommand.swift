import ArgumentParser
import Datasets
import Foundation
import Recommenders

/// `palate bench als`: seconds a sweep of alternating least squares.
struct BenchALSCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "als", abstract: "Factorise a generated catalogue by alternating least squares.",
        discussion: """
            The catalogue is as large as MovieLens 20M by default. Of some users one item is held out, and ranked among \
            all that the user did not meet. Generating is not counted.
            """)

    @Option(help: "How many users to generate.")
    var users = 138_493

    @Option(help: "How many items to generate.")
    var items = 26_744

    @Option(help: "How many interactions to generate; a pair that meets again is one pair.")
    var interactions = 25_500_000

    @Option(help: "The length of the vectors.")
    var factors = 64

    @Option(help: "How often users and items are solved in turn.")
    var iterations = 8

    @Option(help: "The regularization of palate-als.")
    var regularization = 0.003

    @Option(help: "Of how many users an item is held out.")
    var heldOut = 10_000

    @Option(help: "The seed of the generated data and of the factorisation.")
    var seed: UInt64 = 1

    @Option(help: "A directory to write the pairs to, for another program.")
    var write: String?

    @Flag(help: "Only write the pairs.")
    var onlyWrite = false

    @Option(help: "How to print the result.")
    var output = ReportFormat.text

    func validate() throws {
        for (name, value, range) in [
            ("users", users, 1...10_000_000), ("items", items, 1...10_000_000),
            ("interactions", interactions, 1...1_000_000_000), ("factors", factors, 1...1_024),
            ("iterations", iterations, 1...1_000), ("held-out", heldOut, 0...10_000_000),
        ]
        where !range.contains(value) {
            throw ValidationError("--\(name) must be from \(range.lowerBound) to \(range.upperBound).")
        }
        guard regularization > 0, regularization.isFinite else {
            throw ValidationError("--regularization must be above 0.")
        }
        if onlyWrite, write == nil { throw ValidationError("--only-write needs --write.") }
    }

    func run() throws {
        let world = GeneratedWorld(.init(users: users, items: items, events: interactions, seed: seed))
        let benchmark = FactorizationBenchmark(world: world, sample: heldOut)
        if let write { try benchmark.write(to: URL(fileURLWithPath: write, isDirectory: true)) }
        if onlyWrite { return }
        let report = try benchmark.run(
            factors: factors, sweeps: iterations,
            objective: .init(unobservedWeight: 0.1, regularization: Float(regularization)), seed: seed)
        try output.write(
            report,
            text:
                """
                \(report.pairs) pairs of \(report.users) users and \(report.items) items, \(report.factors) factors
                \(String(format: "%.2f s an iteration, %.2f s for \(report.sweeps)", report.secondsPerSweep, report.seconds))
                \(String(format: "standard NDCG@10 of held-out items %.4f", report.standardNDCGAt10))
                """)
    }
}
