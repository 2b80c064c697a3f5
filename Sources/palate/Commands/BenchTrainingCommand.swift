import ArgumentParser
import Foundation
import Recommenders

/// The recipes and hyperparameters of the commands that measure trainings.
struct MeasuredRecipes: ParsableArguments {
    @Option(help: "A hyperparameter as NAME=VALUE, for the recipes that have it; may be given many times.")
    var hyperparameter: [String] = []

    @Option(help: "The seed of the generated data and of the training.")
    var seed: UInt64 = 1

    /// - Throws: ``CommandFailure`` that names the option.
    func hyperparameters() throws -> [String: String] {
        var values: [String: String] = [:]
        for text in hyperparameter {
            guard let separator = text.firstIndex(of: "="), separator > text.startIndex else {
                throw CommandFailure("hyperparameter '\(text)' is not of the form NAME=VALUE")
            }
            values[String(text[..<separator])] = String(text[text.index(after: separator)...])
        }
        return values
    }

    /// Those that the algorithm takes.
    func hyperparameters(of algorithm: Algorithm) throws -> [String: String] {
        try hyperparameters().filter { (try? algorithm.validate(hyperparameters: [$0.key: $0.value])) != nil }
    }

    /// Those that the algorithm takes, and few passes over the data where nothing else is said.
    func hyperparametersForSizes(of algorithm: Algorithm) throws -> [String: String] {
        MeasuredTraining.passes(of: algorithm).merging(try hyperparameters(of: algorithm)) { $1 }
    }

    /// - Parameter names: Of recipes; empty for all.
    /// - Throws: ``CommandFailure`` for an unknown name.
    static func algorithms(_ names: [String]) throws -> [Algorithm] {
        guard !names.isEmpty else { return MeasuredTraining.algorithms }
        return try names.map { name in
            guard let algorithm = Algorithm(rawValue: name) else {
                let known = MeasuredTraining.algorithms.map(\.rawValue).joined(separator: ", ")
                throw CommandFailure("unknown recipe '\(name)'; known are \(known)")
            }
            return algorithm
        }
    }
}

/// `palate bench training`: one training on a generated catalogue.
struct BenchTrainingCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "training", abstract: "Train a recipe on a generated catalogue: seconds and memory.",
        discussion: """
            The memory is what training adds to the data: what it announces beforehand, and what this process has at its \
            peak beyond what it had before. Short trainings are repeated, and the shortest counts.
            """)

    @Option(help: "The recipe's name.")
    var recipe: String

    @Option(help: "How many users to generate.")
    var users = 4_000

    @Option(help: "How many items to generate.")
    var items = 1_000

    @Option(help: "How many interactions to generate.")
    var interactions = 100_000

    @OptionGroup var measured: MeasuredRecipes

    @Option(help: "How to print the result.")
    var output = ReportFormat.text

    func validate() throws {
        for (name, value) in [("users", users), ("items", items), ("interactions", interactions)]
        where !(1...1_000_000_000).contains(value) {
            throw ValidationError("--\(name) must be from 1 to 1000000000.")
        }
    }

    func run() throws {
        guard let algorithm = try MeasuredRecipes.algorithms([recipe]).first else { return }
        let result = try MeasuredTraining(
            algorithm, hyperparameters: try measured.hyperparameters(),
            size: .init(users: users, items: items, interactions: interactions), seed: measured.seed)
        switch output {
        case .text:
            print(
                "\(result.recipe): " + String(format: "%.3f s", result.seconds)
                    + ", announced \(memoryText(result.announcedBytes)), took \(memoryText(result.peakBytes))")
        case .json: print(try result.json())
        }
    }
}

extension Encodable {
    /// One line of JSON with sorted keys.
    func json() throws -> String {
        let encoder = JSONEncoder()
        encoder.outputFormatting = [.sortedKeys]
        return String(decoding: try encoder.encode(self), as: UTF8.self)
    }
}
