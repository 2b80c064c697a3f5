import Foundation

/// Which of several recipes to take.
///
/// The rule: of the recipes whose metric is within 2% of the highest, the one that trains quickest; of equally quick ones
/// the smaller model.
public struct ComparisonChoice: Sendable, Equatable {
    /// How far below the highest a recipe may be, as a part of it.
    public static let tolerance = 0.02

    public let recipe: String
    /// In one sentence for people.
    public let reason: String

    /// The metric by which recipes are compared under a protocol unless another is asked for.
    public static func mainMetric(of method: EvaluationProtocol) -> String {
        method == .strongGeneralization ? "standard_ndcg_at_100" : "standard_ndcg_at_10"
    }

    /// - Returns: Nil without recipes.
    public init?(among recipes: [ComparedRecipe], by metric: String) {
        func value(_ recipe: ComparedRecipe) -> Double { recipe.metrics[metric] ?? 0 }
        let ordered = recipes.sorted { value($0) == value($1) ? $0.name < $1.name : value($0) > value($1) }
        guard let highest = ordered.first else { return nil }
        let near = ordered.filter { value($0) >= value(highest) * (1 - Self.tolerance) }
        let chosen =
            near.min { left, right in
                left.trainingSeconds == right.trainingSeconds
                    ? left.modelBytes < right.modelBytes : left.trainingSeconds < right.trainingSeconds
            } ?? highest
        recipe = chosen.name
        let figure = String(format: "%.4f", value(chosen))
        let title = MetricTitle.text(of: metric)
        guard value(highest) > 0 else {
            reason = "No recipe found anything (\(title) is 0); \(chosen.name) trains quickest."
            return
        }
        guard chosen.name == highest.name else {
            let times = highest.trainingSeconds / max(chosen.trainingSeconds, 1e-9)
            reason =
                "\(chosen.name) has \(title) \(figure), within \(Self.percent(Self.tolerance)) of the highest "
                + "(\(String(format: "%.4f", value(highest))), \(highest.name)), and trains "
                + (times < 100 ? String(format: "%.1f times", times) : String(format: "%.0f times", times))
                + " as fast."
            return
        }
        var text = "\(chosen.name) has the highest \(title), \(figure)"
        if near.count > 1 {
            text +=
                ", and trains quickest of the \(near.count) recipes within \(Self.percent(Self.tolerance)) of it"
        } else if ordered.count > 1 {
            text += Self.lead(of: value(chosen), over: value(ordered[1]), ordered[1].name)
        }
        reason = text + "."
    }

    /// By how much the highest is above the next.
    private static func lead(of highest: Double, over next: Double, _ name: String) -> String {
        guard next > 0 else { return "; no other found anything" }
        let ratio = highest / next
        return ratio < 2
            ? ", \(percent(ratio - 1)) more than the next, \(name)"
            : String(format: ", %.1f times that of the next, ", ratio) + name
    }

    private static func percent(_ share: Double) -> String {
        String(format: share < 0.095 && share != tolerance ? "%.1f%%" : "%.0f%%", share * 100)
    }
}

/// What metrics are called in text for people.
public enum MetricTitle {
    private static let titles = [
        ("mean_reciprocal_rank_at_", "MRR@"), ("normalized_discounted_cumulative_gain_at_", "NDCG (managed form)@"),
        ("standard_ndcg_at_", "NDCG@"), ("precision_at_", "precision@"), ("recall_at_", "recall@"),
    ]

    /// The name itself when it is none of the known.
    public static func text(of metric: String) -> String {
        for (prefix, title) in titles where metric.hasPrefix(prefix) { return title + metric.dropFirst(prefix.count) }
        return metric
    }
}
