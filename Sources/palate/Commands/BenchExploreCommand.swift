import ArgumentParser
import Foundation

/// `palate bench explore`: what exploration costs and gains in a made-up shop.
struct BenchExploreCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "explore", abstract: "Compare exploration with relevance alone and ε-greedy lists.",
        discussion: """
            A shop whose catalogue changes is simulated for some days, with a training each night. Regret is the number \
            of clicks that the best lists would have had, less those that the lists had, in expectation.
            """)

    enum Output: String, ExpressibleByArgument, CaseIterable {
        case text, json
    }

    @Option(help: "How many days to simulate.")
    var days = 30

    @Option(help: "How many worlds to simulate, with seeds from --seed upwards.")
    var worlds = 3

    @Option(help: "The seed of the first world.")
    var seed: UInt64 = 1

    @Option(help: "A file to write a plot of the regret to, as SVG.")
    var plot: String?

    @Option(help: "How to print the result.")
    var output = Output.text

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
            .relevance, .epsilonGreedy(0.05), .epsilonGreedy(0.1), .epsilonGreedy(0.2),
            .thompsonWithoutImpressions(0.3), .thompsonWithoutImpressions(0.8), .thompsonWithoutImpressions(1),
            .thompson(0.1), .thompson(0.3), .thompson(0.5), .thompson(0.8), .thompson(1),
        ]
        var rows: [Row] = []
        for policy in policies {
            var row = Row(policy: policy.name)
            row.regretByDay = Array(repeating: 0, count: days)
            for world in 0..<worlds {
                var simulation = ExplorationSimulation()
                simulation.days = days
                simulation.seed = seed &+ UInt64(world)
                let outcome = try simulation.run(policy)
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
            FileHandle.standardError.write(Data("\(policy.name): regret \(Int(row.regret))\n".utf8))
        }
        if let plot { try Self.write(rows, to: plot) }
        switch output {
        case .json:
            let encoder = JSONEncoder()
            encoder.outputFormatting = [.sortedKeys]
            print(String(decoding: try encoder.encode(rows), as: UTF8.self))
        case .text:
            print("| lists | clicks | regret | regret, last third | clicks on new items |\n|---|---|---|---|---|")
            for row in rows {
                let numbers = [row.clicks, row.regret, row.regretOfTheLastThird, row.clicksOnNewItems]
                    .map { "\(Int($0.rounded()))" }
                print("| \(row.policy) | \(numbers.joined(separator: " | ")) |")
            }
        }
    }

    private typealias Policy = ExplorationSimulation.Policy

    /// As many as can be told apart.
    private static let plotted = Set(
        [
            Policy.relevance, .epsilonGreedy(0.1), .thompsonWithoutImpressions(0.3),
            .thompsonWithoutImpressions(0.8), .thompsonWithoutImpressions(1), .thompson(0.3), .thompson(0.8),
            .thompson(1),
        ].map(\.name))

    private static func write(_ rows: [Row], to path: String) throws {
        let chart = LineChart(
            title: "Regret of lists up to each day", identifier: "regret", across: "days", up: "clicks missed",
            lines: rows.filter { plotted.contains($0.policy) }.map { row in
                LineChart.Line(
                    label: row.policy,
                    points: row.regretByDay.enumerated().map { (x: Double($0.offset + 1), y: $0.element) })
            })
        try Data(chart.svg.utf8).write(to: URL(fileURLWithPath: path))
    }
}
