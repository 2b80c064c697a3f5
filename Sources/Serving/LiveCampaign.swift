import Datasets
import Foundation
import LinearAlgebra
import Recipes
import Recommenders

/// A campaign at run time: its model, and the one way from a user to ranked items.
struct LiveCampaign: Sendable {
    let model: TrainedModel
    /// Items on which the user has an event of one of these types are left out.
    private let seenEventTypes: Set<UInt16>

    init(model: TrainedModel, seenEventType: String? = nil) {
        self.model = model
        seenEventTypes = seenEventType.map { UseCase.indices(of: $0, in: model.eventTypes) } ?? []
    }

    struct RankedItem {
        let identifier: String
        /// Between 0 and 1; the scores of all items of the catalogue sum to 1.
        let score: Double
    }

    /// The best items for a user.
    ///
    /// A user whom training did not see, or who has no events, gets what is popular.
    func recommendations(forUser identifier: String, count: Int) -> [RankedItem] {
        let history = model.history(ofUser: identifier) ?? History()
        var scores = model.recommender.scores(for: history)
        for (item, type) in zip(history.items, history.eventTypes) where seenEventTypes.contains(type) {
            if scores.indices.contains(Int(item)) { scores[Int(item)] = -.infinity }
        }
        let probabilities = Softmax(scores)
        let best = topIndices(of: scores, count: count).prefix { scores[$0] > -.infinity }
        return best.map { RankedItem(identifier: model.items[$0], score: probabilities[$0]) }
    }
}

/// Turns scores into probabilities over all of them.
private struct Softmax {
    private let scores: [Float]
    private let maximum: Float
    private let sum: Double

    init(_ scores: [Float]) {
        self.scores = scores
        let maximum = scores.max() ?? 0
        self.maximum = maximum
        sum = scores.reduce(into: 0.0) { $0 += Double(exp($1 - maximum)) }
    }

    subscript(index: Int) -> Double { Double(exp(scores[index] - maximum)) / sum }
}
