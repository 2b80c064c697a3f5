import ArgumentParser
import Foundation
import LinearAlgebra

/// `palate bench explore`: what exploration costs and gains in a made-up shop.
struct BenchExploreCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "explore", abstract: "Compare exploration with relevance alone and ε-greedy lists.",
        discussion: """
            A shop whose catalogue changes is simulated for some days, with a training each night. Regret is the number \
            of clicks that the best lists would have had, less those that the lists had, in expectation.
            """)

    @Option(help: "How many days to simulate.")
    var days = 30

    @Option(help: "How many worlds to simulate, with seeds from --seed upwards.")
    var worlds = 3

    @Option(help: "The seed of the first world.")
    var seed: UInt64 = 1

    @Option(help: "A file to write a plot of the regret to, as SVG.")
    var plot: String?

    @Option(help: "How to print the result.")
    var output = ReportFormat.text

    func validate() throws {
        for (name, value, limit) in [("days", days, 1_000), ("worlds", worlds, 1_000)]
        where value < 1 || value > limit {
            throw ValidationError("--\(name) must be from 1 to \(limit).")
        }
    }

    private struct Row: Encodable {
        let policy: String
        /// In expectation.
        var clicks = 0.0
        var regret = 0.0
        var regretOfTheLastThird = 0.0
        var clicksOnNewItems = 0.0
        /// Up to the end of each day.
        var regretByDay: [Double] = []
    }

    func run() throws {
        let policies: [Policy] = [
            .relevance, .epsilonGreedy(0.05), .epsilonGreedy(0.1), .epsilonGreedy(0.2), .epsilonGreedy(0.3),
            .thompsonWithoutImpressions(0.3), .thompsonWithoutImpressions(0.8), .thompsonWithoutImpressions(1),
            .thompson(0.1), .thompson(0.3), .thompson(0.5), .thompson(0.8), .thompson(1),
        ]
        let (days, worlds, seed) = (days, worlds, seed)
        // A training is too small for two threads, a world is not.
        let outcomes = Parallel.map(policies.count * worlds, threads: Parallel.availableThreads) { index in
            var simulation = ExplorationSimulation()
            simulation.days = days
            simulation.seed = seed &+ UInt64(index % worlds)
            let policy = policies[index / worlds]
            let outcome = Result { try simulation.run(policy) }
            FileHandle.standardError.write(Data("\(policy.name), world \(index % worlds + 1): done\n".utf8))
            return outcome
        }
        var rows: [Row] = []
        for (number, policy) in policies.enumerated() {
            var row = Row(policy: policy.name)
            row.regretByDay = Array(repeating: 0, count: days)
            for world in 0..<worlds {
                let outcome = try outcomes[number * worlds + world].get()
                row.clicks += outcome.clicks / Double(worlds)
                row.regret += outcome.regret / Double(worlds)
                row.regretOfTheLastThird += outcome.daily.suffix(max(days / 3, 1)).reduce(0, +) / Double(worlds)
                row.clicksOnNewItems += Double(outcome.clicksOnNewItems) / Double(worlds)
                var sum = 0.0
                for (day, regret) in outcome.daily.enumerated() {
                    sum += regret / Double(worlds)
                    row.regretByDay[day] += sum
                }
            }
            rows.append(row)
        }
        if let plot { try Self.write(rows, to: plot) }
        try output.write(rows, text: Self.table(rows))
    }

    private static func table(_ rows: [Row]) -> String {
        let head = ["| lists | clicks | regret | regret, last third | clicks on new items |", "|---|---|---|---|---|"]
        let lines = rows.map { row in
            let numbers = [row.clicks, row.regret, row.regretOfTheLastThird, row.clicksOnNewItems]
                .map { "\(Int($0.rounded()))" }
            return "| \(row.policy) | \(numbers.joined(separator: " | ")) |"
        }
        return (head + lines).joined(separator: "\n")
    }

    private typealias Policy = ExplorationSimulation.Policy

    /// As many as can be told apart.
    private static let plotted = Set(
        [
            Policy.epsilonGreedy(0.1), .epsilonGreedy(0.2), .epsilonGreedy(0.3), .thompsonWithoutImpressions(0.3),
            .thompson(0.1), .thompson(0.3), .thompson(0.5), .thompson(0.8),
        ].map(\.name))

    /// What each way of making lists has missed less than relevance alone, which would be a line at 0.
    private static func write(_ rows: [Row], to path: String) throws {
        let relevance = rows.first { $0.policy == Policy.relevance.name }?.regretByDay ?? []
        let chart = LineChart(
            title: "Regret saved against relevance alone, up to each day", identifier: "regret", across: "days",
            up: "clicks missed less",
            lines: rows.filter { plotted.contains($0.policy) }.map { row in
                LineChart.Line(
                    label: row.policy,
                    points: zip(relevance, row.regretByDay).enumerated().map {
                        (x: Double($0.offset + 1), y: $0.element.0 - $0.element.1)
                    })
            })
        try Data(chart.svg.utf8).write(to: URL(fileURLWithPath: path))
    }
}
