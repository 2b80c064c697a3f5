import ArgumentParser
import Datasets
import Foundation
import LinearAlgebra
import Recommenders

/// `palate bench ease`: seconds and memory of the closed form of `palate-ease`.
struct BenchEASECommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "ease", abstract: "Fit the item-to-item weights of palate-ease.",
        discussion: """
            From who met what in memory to the weights of all items: the Gram matrix, its inverse, the scaling. Peak \
            memory is that of the process.
            """)

    @Option(help: "A CSV file of interactions; without it a catalogue is generated.")
    var csv: String?

    @Option(help: "How many users to generate.")
    var users = 6_000

    @Option(help: "How many items to generate.")
    var items = 9_724

    @Option(help: "How many interactions to generate.")
    var interactions = 1_000_000

    @Option(help: "The seed of the generated data.")
    var seed: UInt64 = 1

    @Option(help: "The regularization of palate-ease.")
    var regularization = 300.0

    @Option(help: "A file to write the pairs to, for another program: user and item numbers, 32 bits each.")
    var write: String?

    @Option(help: "How to print the result.")
    var output = ReportFormat.text

    func validate() throws {
        for (name, value, limit) in [
            ("users", users, 10_000_000), ("items", items, 50_000), ("interactions", interactions, 1_000_000_000),
        ]
        where value < 1 || value > limit {
            throw ValidationError("--\(name) must be from 1 to \(limit).")
        }
        guard regularization > 0, regularization.isFinite else {
            throw ValidationError("--regularization must be above 0.")
        }
    }

    func run() throws {
        let interactions =
            try csv.map { try InteractionsFile.read(csv: URL(fileURLWithPath: $0)) }
            ?? GeneratedWorld(.init(users: users, items: items, events: self.interactions, seed: seed)).interactions()
        guard !interactions.items.isEmpty else { throw CommandFailure("there are no interactions") }
        let histories = UserHistories(interactions)
        let sequences = ItemSequences(
            (0..<histories.count).lazy.map { histories[$0].items }, itemCount: interactions.items.count)
        if let write { try Self.pairs(of: sequences).write(to: URL(fileURLWithPath: write)) }
        let before = PeakMemory.bytes
        let clock = ContinuousClock()
        let start = clock.now
        let weights = try EASE.fit(
            ItemOccurrences(sequences), userCounts: sequences.userCounts(), regularization: Float(regularization),
            threads: TrainingOptions().threads)
        let report = Report(
            items: weights.itemCount, seconds: (clock.now - start) / .seconds(1), peakMemoryBytesBefore: before,
            peakMemoryBytes: PeakMemory.bytes)
        try output.write(
            report,
            text:
                "\(report.items) items: "
                + String(format: "%.2f s, ", report.seconds)
                + String(format: "peak memory %.0f MiB", Double(report.peakMemoryBytes) / 1_048_576))
    }

    private struct Report: Encodable {
        let items: Int
        let seconds: Double
        let peakMemoryBytesBefore: Int
        let peakMemoryBytes: Int
    }

    private static func pairs(of sequences: ItemSequences) -> Data {
        var numbers: [UInt32] = []
        for user in 0..<sequences.count {
            for item in sequences.items[sequences.offsets[user]..<sequences.offsets[user + 1]] {
                numbers += [UInt32(truncatingIfNeeded: user), item]
            }
        }
        return numbers.withUnsafeBytes { Data($0) }
    }
}
