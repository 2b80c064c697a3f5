import Evaluation
import Foundation
import Recommenders

/// What a comparison found out, before it is put into text, JSON or a page.
struct ComparisonReport {
    let file: String
    let comparison: Comparison
    let users: Int
    let items: Int
    let interactions: Int
    /// The metric by which the best is chosen.
    let metric: String
    /// The highest first.
    let recipes: [ComparedRecipe]
    let skipped: [ComparisonCandidates.Skipped]

    var choice: ComparisonChoice? { ComparisonChoice(among: recipes, by: metric) }
    var testUsers: Int { recipes.map(\.testUsers).max() ?? 0 }

    static let rule =
        "The best choice is the recipe that trains quickest among those whose main metric is within 2% of the highest; "
        + "of equally quick ones, the smaller model."

    /// How users and events were held out.
    var division: String {
        var text = "protocol \(comparison.method.rawValue)"
        if comparison.method != .leaveOneOut {
            text += comparison.folds == 1 ? ", one fold" : ", \(comparison.folds) folds"
        }
        if comparison.excludeSeen { text += ", without items of the input" }
        return text + ", seed \(comparison.seed)"
    }

    /// The metrics of the table, the main one first.
    var shownMetrics: [String] {
        let further =
            switch comparison.method {
            case .strongGeneralization:
                [
                    "standard_ndcg_at_100", "mean_reciprocal_rank_at_25", "precision_at_10", "recall_at_20",
                    "recall_at_50",
                ]
            case .coldStart: recipes.first.map { $0.metrics.keys.filter(Self.isOfColdStart).sorted() } ?? []
            case .personalize, .leaveOneOut:
                ["standard_ndcg_at_10", "mean_reciprocal_rank_at_25", "precision_at_10", "recall_at_10"]
            }
        return [metric] + further.filter { $0 != metric } + ["coverage"]
    }

    private static func isOfColdStart(_ metric: String) -> Bool {
        metric.hasPrefix("recall_at_10_") || metric.hasPrefix("recall_at_50_") && metric.hasSuffix("new_items")
    }

    /// What is shown of each recipe after its name: the metrics, then what it costs.
    var columns: [Column] {
        shownMetrics.map { metric in
            Column(title: MetricTitle.text(of: metric)) { String(format: "%.4f", $0.metrics[metric] ?? 0) }
        } + [
            Column(title: "training") { Self.seconds($0.trainingSeconds) },
            Column(title: "model") { Self.size(Double($0.modelBytes)) },
            Column(title: "scoring") { $0.latency.map { Self.milliseconds($0.medianSeconds) } ?? "–" },
            Column(title: "slowest 1%") { $0.latency.map { Self.milliseconds($0.percentile99Seconds) } ?? "–" },
            Column(title: "announced") { $0.announcedMemoryBytes.map(Self.size) ?? "–" },
            Column(title: "peak memory") { $0.peakMemoryBytes.map { Self.size(Double($0)) } ?? "–" },
        ]
    }

    struct Column {
        let title: String
        let text: (ComparedRecipe) -> String
    }

    static let legend = """
        training: seconds of one training; model: its directory on disk; scoring: the catalogue for one user's history, one \
        thread, median and 99th percentile; announced: what training said it may allocate; peak memory: of the process \
        meanwhile, the data included.
        """

    static func size(_ bytes: Double) -> String { String(format: "%.1f MiB", bytes / 1_048_576) }

    static func seconds(_ seconds: Double) -> String {
        String(format: seconds < 0.1 ? "%.3f s" : "%.2f s", seconds)
    }

    static func milliseconds(_ seconds: Double) -> String {
        let value = seconds * 1000
        if value < 0.0005 { return "<0.001 ms" }
        return String(format: value < 0.1 ? "%.3f ms" : "%.2f ms", value)
    }

    /// A table, the best marked with an asterisk.
    var text: String {
        var lines = [
            "\(interactions) interactions of \(users) users with \(items) items, \(division): \(testUsers) test users",
            "",
        ]
        let columns = columns
        let rows = recipes.map { recipe in
            ["\(recipe.name == choice?.recipe ? "*" : " ") \(recipe.name)"] + columns.map { $0.text(recipe) }
        }
        let table = [["  recipe"] + columns.map(\.title)] + rows
        let widths = (0...columns.count).map { column in table.map { $0[column].count }.max() ?? 0 }
        for row in table {
            let cells = zip(row, widths).enumerated().map { index, cell in
                let padding = String(repeating: " ", count: cell.1 - cell.0.count)
                return index == 0 ? cell.0 + padding : padding + cell.0
            }
            lines.append(cells.joined(separator: "  "))
        }
        lines.append("")
        if let choice { lines.append("* Best choice: \(choice.reason)") }
        lines += ["  \(Self.rule)", "  \(Self.legend)"]
        if !skipped.isEmpty {
            lines += ["", "Left out:"]
            lines += skipped.map { "  \($0.recipe): \($0.reason)" }
        }
        return lines.joined(separator: "\n")
    }
}

extension ComparisonReport: Encodable {
    private struct Best: Encodable {
        let recipe: String
        let reason: String
    }

    private struct Row: Encodable {
        let recipe: String
        let metrics: [String: Double]
        let testUsers: Int
        let trainingSeconds: Double
        let modelBytes: Int
        let scoring: ScoringLatency?
        let announcedMemoryBytes: Double?
        let peakMemoryBytes: Int?
        let learned: [String: Double]
        let points: [TrainingRecord.Point]

        init(_ recipe: ComparedRecipe) {
            self.recipe = recipe.name
            metrics = recipe.metrics
            testUsers = recipe.testUsers
            trainingSeconds = recipe.trainingSeconds
            modelBytes = recipe.modelBytes
            scoring = recipe.latency
            announcedMemoryBytes = recipe.announcedMemoryBytes
            peakMemoryBytes = recipe.peakMemoryBytes
            learned = recipe.learned.filter { $0.value.isFinite }
            points = recipe.training.points
        }
    }

    private enum CodingKeys: String, CodingKey {
        case `protocol`, folds, excludeSeen, seed, users, items, interactions, metric, tolerance, best, recipes, skipped
    }

    func encode(to encoder: any Encoder) throws {
        var container = encoder.container(keyedBy: CodingKeys.self)
        try container.encode(comparison.method.rawValue, forKey: .protocol)
        try container.encode(comparison.method == .leaveOneOut ? 1 : comparison.folds, forKey: .folds)
        try container.encode(comparison.excludeSeen, forKey: .excludeSeen)
        try container.encode(comparison.seed, forKey: .seed)
        try container.encode(users, forKey: .users)
        try container.encode(items, forKey: .items)
        try container.encode(interactions, forKey: .interactions)
        try container.encode(metric, forKey: .metric)
        try container.encode(ComparisonChoice.tolerance, forKey: .tolerance)
        try container.encodeIfPresent(
            choice.map { Best(recipe: $0.recipe, reason: $0.reason) }, forKey: .best)
        try container.encode(recipes.map(Row.init), forKey: .recipes)
        try container.encode(skipped, forKey: .skipped)
    }
}
