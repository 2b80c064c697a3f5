import ArgumentParser
import Foundation
import Recommenders

/// `palate bench memory`: what trainings announce beside what they take.
struct BenchMemoryCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "memory", abstract: "Compare the memory that each recipe announces with what its training takes.",
        discussion: """
            Every recipe is trained on two generated catalogues, the second four times as large, each training in a process \
            of its own, after a tiny one. The command fails when a training takes more than it announced; a mebibyte more may \
            be the allocator's.
            """)

    @Option(help: "A recipe to measure; may be given many times. All when none is given.")
    var recipe: [String] = []

    @Option(help: "How many users the smaller catalogue has.")
    var users = 5_000

    @Option(help: "How many items the smaller catalogue has.")
    var items = 1_000

    @Option(help: "How many interactions the smaller catalogue has.")
    var interactions = 250_000

    private static let allocatorBytes = 1 << 20

    @OptionGroup var measured: MeasuredRecipes

    @Option(help: "How to print the result.")
    var output = ReportFormat.text

    func validate() throws {
        for (name, value) in [("users", users), ("items", items), ("interactions", interactions)]
        where !(1...100_000_000).contains(value) {
            throw ValidationError("--\(name) must be from 1 to 100000000.")
        }
    }

    func run() throws {
        let algorithms = try MeasuredRecipes.algorithms(recipe)
        var results: [MeasuredTraining] = []
        if output == .text {
            print("| recipe | users, items, interactions | announced | taken | share |\n|---|---|---|---|---|")
        }
        for algorithm in algorithms {
            for factor in [1, 4] {
                let result = try MeasuredTraining.inChild(
                    algorithm.rawValue, hyperparameters: try measured.hyperparametersForSizes(of: algorithm),
                    size: .init(users: users * factor, items: items * factor, interactions: interactions * factor),
                    seed: measured.seed)
                results.append(result)
                if output == .text { print(Self.row(result)) }
            }
        }
        if output == .json { print(try results.json()) }
        let exceeded = results.filter { $0.peakBytes > $0.announcedBytes + Self.allocatorBytes }.map(\.recipe)
        guard exceeded.isEmpty else {
            throw CommandFailure("more was taken than announced by \(Set(exceeded).sorted().joined(separator: ", "))")
        }
    }

    private static func row(_ result: MeasuredTraining) -> String {
        let size = result.size
        return "| \(result.recipe) | \(size.users), \(size.items), \(size.interactions) "
            + "| \(memoryText(result.announcedBytes)) | \(memoryText(result.peakBytes)) "
            + String(format: "| %.2f |", Double(result.peakBytes) / Double(max(result.announcedBytes, 1)))
    }
}
