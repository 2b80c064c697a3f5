import Datasets
import LinearAlgebra

/// ``ItemObjective`` for the items of one model.
struct ObjectiveRanking: Sendable, Equatable {
    /// Per item, the share of the catalogue's values that are below its own, from 0 to 1. An item without a value stands
    /// in the middle.
    let shares: [Float]
    let emphasis: Float

    /// Items of a list whose spread of scores is what the objective is weighed against.
    private static let depth = 100
    /// What stands below is not to be listed before everything else was, whatever it brings, such as an item that the user
    /// had and nobody ever takes twice.
    private static let lowest: Float = -5e6

    init(_ objective: ItemObjective, items: Vocabulary) {
        let values = items.identifiers.map { objective.values[$0].flatMap { $0.isFinite ? $0 : nil } }
        let sorted = values.compactMap(\.self).sorted()
        var shares: [Double: Float] = [:]
        var start = 0
        while start < sorted.count {
            var end = start
            while end < sorted.count, sorted[end] == sorted[start] { end += 1 }
            shares[sorted[start]] = Float(start + end - 1) / Float(2 * max(sorted.count - 1, 1))
            start = end
        }
        self.shares = values.map { value in value.flatMap { shares[$0] } ?? 0.5 }
        emphasis = Float(min(max(objective.emphasis, 0), 1))
    }

    /// From stored values; nil when they do not fit together.
    init?(shares: [Float], emphasis: Float, itemCount: Int) {
        guard shares.count == itemCount, shares.allSatisfy({ (0...1).contains($0) }), (0...1).contains(emphasis) else {
            return nil
        }
        self.shares = shares
        self.emphasis = emphasis
    }

    /// Ranks by relevance and objective together.
    func apply(to scores: inout [Float]) {
        let best = topIndices(of: scores, count: Self.depth).prefix { scores[$0] > Self.lowest }
        guard let first = best.first, let last = best.last else { return }
        let spread = scores[first] - scores[last]
        let lift = emphasis * (spread > 0 && spread.isFinite ? spread : 1)
        for item in scores.indices where scores[item] > Self.lowest && item < shares.count {
            scores[item] = (1 - emphasis) * scores[item] + lift * shares[item]
        }
    }
}

/// A recommender whose lists also serve an objective.
struct ObjectiveRecommender: Recommender {
    let relevance: any Recommender
    let objective: ObjectiveRanking

    var items: Vocabulary { relevance.items }

    func scores(for history: History) -> [Float] { scores(for: history, in: .empty) }

    func scores(for history: History, in context: RequestContext) -> [Float] {
        var scores = relevance.scores(for: history, in: context)
        objective.apply(to: &scores)
        return scores
    }
}
