import ArgumentParser
import Datasets
import Evaluation
import Foundation
import Recommenders

/// `palate compare`: which recipe to take for some data.
struct CompareCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "compare", abstract: "Train several recipes on a CSV file of interactions and show which is best.",
        discussion: """
            Every recipe is trained with its defaults on the same division of the data and measured on the same users. \
            The table goes to standard output; a page with plots is written to --html.
            """)

    @Option(
        help:
            "A CSV file with USER_ID, ITEM_ID and TIMESTAMP, and optionally EVENT_TYPE and EVENT_VALUE; other columns are the context of events, and IMPRESSION the items that were shown."
    )
    var interactions: String

    @Option(help: "A CSV file of item metadata; recipes that learn from metadata need it.")
    var items: String?

    @Option(help: "A CSV file of user metadata.")
    var users: String?

    @Option(help: "Names of recipes with commas between; by default all that start from a user or are for everybody.")
    var recipes: String?

    @Option(help: "How users and events are held out.")
    var `protocol` = EvaluationProtocol.personalize

    @Option(help: "Tenths of the users that are test users one after the other, 1 to 10.")
    var folds = 1

    @Flag(help: "With protocol personalize: neither recommend nor expect items of the input.")
    var excludeSeen = false

    @Option(help: "Seed of everything random.")
    var seed: UInt64 = 0

    @Option(help: "What training may take of memory beside the data, such as 2GiB; half of the machine's if not given.")
    var memoryLimit: ByteCount?

    @Option(
        help:
            "The metric that decides. [default: standard_ndcg_at_10; standard_ndcg_at_100 with strong-generalization]")
    var metric: String?

    @Option(help: "The page to write; one that is there is replaced.")
    var html = "palate-compare.html"

    @Option(help: "How to print the result.")
    var output = ReportFormat.text

    func run() async throws {
        try await Interruption.run("Stopped: no page was written.") { try compare() }
    }

    private func compare() throws {
        let page = URL(fileURLWithPath: html)
        guard FileManager.default.isWritableFile(atPath: page.deletingLastPathComponent().path) else {
            throw CommandFailure("\(html) cannot be written: its directory is not there or not writable")
        }
        guard (1...10).contains(folds) else { throw EvaluationError.foldsOutOfRange(folds) }
        let metric = metric ?? ComparisonChoice.mainMetric(of: self.protocol)
        guard RankingMetrics.names.contains(metric) else {
            throw CommandFailure(
                "unknown metric '\(metric)'; known are \(RankingMetrics.names.joined(separator: ", "))")
        }
        var candidates = try ComparisonCandidates(
            names: recipes.map { list in
                list.split(separator: ",").map { $0.trimmingCharacters(in: .whitespaces) }.filter { !$0.isEmpty }
            })
        let data = try TrainingInput.load(interactions: interactions, items: items, users: users)
        let comparison = Comparison(
            method: self.protocol, folds: folds, excludeSeen: excludeSeen, seed: seed,
            catalogueItemCount: data.catalogueItemCount)
        let compared = try measure(&candidates, comparison, data)
        let report = ComparisonReport(
            file: URL(fileURLWithPath: interactions).lastPathComponent, comparison: comparison,
            users: data.interactions.users.count, items: data.interactions.items.count,
            interactions: data.interactions.count, metric: metric,
            recipes: compared.sorted { ($0.metrics[metric] ?? 0) > ($1.metrics[metric] ?? 0) },
            skipped: candidates.skipped)
        switch output {
        case .text: print(report.text)
        case .json:
            let encoder = JSONEncoder()
            encoder.outputFormatting = [.prettyPrinted, .sortedKeys]
            print(String(decoding: try encoder.encode(report), as: UTF8.self))
        }
        do {
            try Data(ComparisonPage(report: report).html.utf8).write(to: page, options: .atomic)
        } catch {
            throw CommandFailure("\(html) cannot be written: \(error.localizedDescription)")
        }
        Terminal.note("The same with plots is in \(html).")
    }

    /// One recipe after the other; one that cannot be trained on the data is skipped with the reason.
    private func measure(
        _ candidates: inout ComparisonCandidates, _ comparison: Comparison, _ data: TrainingInput.Loaded
    ) throws -> [ComparedRecipe] {
        let bar = ProgressBar()
        defer { bar.finish() }
        let histories = UserHistories(data.interactions)
        let chosen = candidates.chosen
        var compared: [ComparedRecipe] = []
        for (index, candidate) in chosen.enumerated() {
            let start = Double(index) / Double(chosen.count)
            var options = TrainingOptions(seed: seed, memoryLimit: memoryLimit?.bytes) { progress in
                var whole = progress
                whole.fraction = start + progress.fraction / Double(chosen.count)
                whole.stage = "\(candidate.name): \(progress.stage)"
                bar.show(whole)
            }
            options.metadata = data.metadata
            let isMeasured = PeakMemory.reset()
            do {
                var recipe = try comparison.measure(
                    candidate.algorithm, hyperparameters: candidate.hyperparameters, name: candidate.name,
                    on: data.interactions, histories: histories, options: options)
                recipe.peakMemoryBytes = isMeasured ? PeakMemory.bytesSinceReset : nil
                compared.append(recipe)
            } catch let error as TrainingError {
                candidates.skip(candidate.name, because: error.description)
            }
        }
        guard !compared.isEmpty else {
            let reasons = candidates.skipped.filter { skipped in chosen.contains { $0.name == skipped.recipe } }
            throw CommandFailure(
                "no recipe could be trained: "
                    + reasons.map { "\($0.recipe): \($0.reason)" }.joined(separator: "; "))
        }
        return compared
    }
}
