import ArgumentParser
import Datasets
import Evaluation
import Foundation
import Recommenders

/// `palate train`: interactions in a CSV file become a model directory.
struct TrainCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "train", abstract: "Train a model on a CSV file of interactions.",
        discussion: """
            First the recipe is measured on a tenth of the users, as a training job of the service does, then it is \
            trained on everybody and written to a new directory. Ctrl-C stops it; no model is written then.
            """)

    @OptionGroup var input: TrainingInput

    @Option(help: "The directory to write the model to; it must not exist.")
    var output: String

    @Option(help: "How to print the report.")
    var outputReport = ReportFormat.text

    @Flag(help: "Do not measure the recipe first.")
    var skipMetrics = false

    func run() async throws {
        try await Interruption.run("Stopped: no model was written.") { try train() }
    }

    private func train() throws {
        let (algorithm, hyperparameters) = try input.training()
        let target = URL(fileURLWithPath: output)
        guard !FileManager.default.fileExists(atPath: target.path) else {
            throw ModelError.alreadyExists(path: output)
        }
        let data = try input.load()
        let bar = ProgressBar()
        defer { bar.finish() }
        var options = TrainingOptions(seed: input.seed, memoryLimit: input.memoryLimit?.bytes) { bar.show($0) }
        options.metadata = data.metadata
        let run = TrainingRun(
            of: algorithm, hyperparameters: hyperparameters, options: options,
            catalogueItemCount: data.catalogueItemCount, measuresFirst: !skipMetrics)
        let outcome = try run.run(on: data.interactions)
        try Task.checkCancellation()
        try outcome.model.write(to: target)
        bar.finish()
        try TrainingReport(
            recipe: input.recipe, protocol: EvaluationProtocol.personalize.rawValue,
            users: data.interactions.users.count, items: data.interactions.items.count,
            interactions: data.interactions.count, readSeconds: data.seconds,
            trainingSeconds: outcome.trainingSeconds, evaluationSeconds: outcome.evaluationSeconds,
            peakMemoryBytes: PeakMemory.bytes,
            announcedMemoryBytes: outcome.model.training?.announcedMemoryBytes, metrics: outcome.metrics
        ).print(as: outputReport)
    }
}
