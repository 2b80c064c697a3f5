public import ArgumentParser
import Datasets
public import Evaluation
import Foundation
import Recommenders

extension EvaluationProtocol: ExpressibleByArgument {}

/// `palate evaluate`: how good a recipe is on some data.
struct EvaluateCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "evaluate", abstract: "Measure a recipe on a CSV file of interactions.")

    @OptionGroup var input: TrainingInput

    @Option(help: "How users and events are held out.")
    var `protocol`: EvaluationProtocol

    @Option(help: "Tenths of the users that are test users one after the other, 1 to 10.")
    var folds = 1

    @Flag(help: "With protocol personalize: neither recommend nor expect items of the input.")
    var excludeSeen = false

    @Option(help: "How to print the result.")
    var output = ReportFormat.text

    func run() async throws {
        try await Interruption.run("Stopped: nothing was measured.") { try evaluate() }
    }

    private func evaluate() throws {
        let (algorithm, hyperparameters) = try input.training()
        guard (1...10).contains(folds) else { throw EvaluationError.foldsOutOfRange(folds) }
        let data = try input.load()
        let bar = ProgressBar()
        defer { bar.finish() }
        let evaluation = Evaluation(
            of: algorithm, hyperparameters: hyperparameters, method: self.protocol, folds: folds,
            excludeSeen: excludeSeen, seed: input.seed, catalogueItemCount: data.catalogueItemCount)
        var options = TrainingOptions(seed: input.seed, memoryLimit: input.memoryLimit?.bytes) { bar.show($0) }
        options.metadata = data.metadata
        let result = try evaluation.run(on: data.interactions, options: options)
        bar.finish()
        try TrainingReport(
            recipe: input.recipe, protocol: self.protocol.rawValue, users: data.interactions.users.count,
            items: data.interactions.items.count, interactions: data.interactions.count, readSeconds: data.seconds,
            trainingSeconds: result.trainingSeconds, evaluationSeconds: result.evaluationSeconds,
            peakMemoryBytes: PeakMemory.bytes, metrics: result.metrics
        ).print(as: output)
    }
}
