import ArgumentParser
import Foundation
import Recommenders

/// `palate bench growth`: how trainings grow with the data.
struct BenchGrowthCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "growth",
        abstract: "Fit how time and memory of trainings grow with users, items and interactions.",
        discussion: """
            Every recipe is trained on generated catalogues in which one of the three is a half, once, twice and four times \
            that of the catalogue in the middle and the others stay, each training in a process of its own. Exponents are \
            those of a power law through the four, by least squares of the logarithms. Time is that of all processor cores \
            together, which other work on the machine hardly changes.
            """)

    @Option(help: "A recipe to measure; may be given many times. All when none is given.")
    var recipe: [String] = []

    @Option(help: "How many users the catalogue in the middle has.")
    var users = 4_000

    @Option(help: "How many items the catalogue in the middle has.")
    var items = 1_000

    @Option(help: "How many interactions the catalogue in the middle has.")
    var interactions = 200_000

    @OptionGroup var measured: MeasuredRecipes

    @Option(help: "A directory to write a plot of each recipe to, as NAME.svg.")
    var plots: String?

    @Option(help: "How to print the result.")
    var output = ReportFormat.text

    private static let factors = [0.5, 1, 2, 4]

    func validate() throws {
        for (name, value) in [("users", users), ("items", items), ("interactions", interactions)]
        where !(2...100_000_000).contains(value) {
            throw ValidationError("--\(name) must be from 2 to 100000000.")
        }
    }

    func run() throws {
        let algorithms = try MeasuredRecipes.algorithms(recipe)
        let base = MeasuredTraining.Size(users: users, items: items, interactions: interactions)
        if output == .text {
            print(
                """
                The catalogue in the middle has \(users) users, \(items) items and \(interactions) interactions.

                | recipe | seconds of all cores | memory | time by users | by items | by interactions \
                | memory by users | by items | by interactions |
                |---|---|---|---|---|---|---|---|---|
                """)
        }
        var results: [GrowthMeasurement] = []
        for algorithm in algorithms {
            let result = try GrowthMeasurement(
                algorithm, base: base, factors: Self.factors,
                hyperparameters: try measured.hyperparametersForSizes(of: algorithm), seed: measured.seed)
            results.append(result)
            if let plots { try write(result.plot, of: result.recipe, to: plots) }
            if output == .text { print(row(result)) }
        }
        if output == .json { print(try results.json()) }
    }

    private func row(_ result: GrowthMeasurement) -> String {
        let middle = result.growth.first?.runs.first { $0.size == result.middle }
        let absolute = [
            middle.map { String(format: "%.2f", $0.processorSeconds) } ?? "",
            middle.map { memoryText($0.peakBytes) } ?? "",
        ]
        return "| " + ([result.recipe] + absolute + result.cells).joined(separator: " | ") + " |"
    }

    private func write(_ plot: LogLogPlot, of recipe: String, to directory: String) throws {
        let place = URL(fileURLWithPath: directory, isDirectory: true)
        try FileManager.default.createDirectory(at: place, withIntermediateDirectories: true)
        try Data(plot.svg.utf8).write(to: place.appendingPathComponent("\(recipe).svg"))
    }
}
