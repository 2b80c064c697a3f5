import Datasets
import Filters
import Foundation
import LinearAlgebra
import PersonalizeAPI
import Recipes
import Recommenders

/// A campaign at run time: its model, and the one way from a user to ranked items.
struct LiveCampaign: Sendable {
    let model: TrainedModel
    let recipe: Recipes.Recipe
    /// Nil for a recommender, and for a campaign that was created without one.
    let configuration: CampaignConfig?
    let filters: CampaignFilters
    /// Used by campaigns for actions alone.
    let actionAssortments = ActionAssortments()
    /// Items on which the user has an event of one of these types are left out.
    private let seenEventTypes: Set<UInt16>

    init(model: TrainedModel, recipe: Recipes.Recipe, configuration: CampaignConfig?) {
        self.model = model
        self.recipe = recipe
        self.configuration = configuration
        filters = CampaignFilters(items: model.items)
        seenEventTypes =
            recipe.useCase?.seenEventType.map { UseCase.indices(of: $0, in: model.eventTypes) } ?? []
    }

    struct RankedItem {
        let identifier: String
        /// Between 0 and 1; the scores of all items of the catalogue sum to 1.
        let score: Double
        var promotion: String?
    }

    /// Items that are to have a share of a list.
    struct Promotion {
        let name: String?
        /// Of the whole list, from 1 to 100.
        let percent: Int
        let items: ItemSet
    }

    /// The events of a user that recommendations and filters look at, oldest first.
    func history(ofUser identifier: String) -> History { model.history(ofUser: identifier) ?? History() }

    /// The best items for a user.
    ///
    /// A user whom training did not see, or who has no events, gets what is popular. Promoted items stand at random
    /// places, best first among themselves; when there are too few, other items take their places (developer guide,
    /// "Promoting items in recommendations").
    ///
    /// - Parameters:
    ///   - history: What ``history(ofUser:)`` gives.
    ///   - allowed: Only these, promoted items aside; nil allows all.
    func recommendations(
        for history: History, count: Int, allowed: ItemSet? = nil, promotion: Promotion? = nil,
        using generator: inout some RandomNumberGenerator
    ) -> [RankedItem] {
        var scores = model.recommender.scores(for: history)
        for (item, type) in zip(history.items, history.eventTypes) where seenEventTypes.contains(type) {
            if scores.indices.contains(Int(item)) { scores[Int(item)] = -.infinity }
        }
        let probabilities = Softmax(scores)
        func best(_ count: Int, where isAllowed: (Int) -> Bool) -> [Int] {
            var candidates = scores
            for item in candidates.indices where !isAllowed(item) { candidates[item] = -.infinity }
            return topIndices(of: candidates, count: count)
        }
        func ranked(_ item: Int, _ promotion: String? = nil) -> RankedItem {
            RankedItem(identifier: model.items[item], score: probabilities[item], promotion: promotion)
        }
        guard let promotion else {
            let items = allowed.map { allowed in best(count) { allowed.contains($0) } }
            return (items ?? topIndices(of: scores, count: count)).map { ranked($0) }
        }
        let share = Int((Double(count) * Double(promotion.percent) / 100).rounded())
        let promoted = best(share) { promotion.items.contains($0) }
        let chosen = Set(promoted)
        let others = best(count - promoted.count) { !chosen.contains($0) && allowed?.contains($0) ?? true }
        let places = Set((0..<(promoted.count + others.count)).shuffled(using: &generator).prefix(promoted.count))
        var nextPromoted = promoted.makeIterator()
        var nextOther = others.makeIterator()
        return (0..<(promoted.count + others.count)).compactMap { place in
            places.contains(place)
                ? nextPromoted.next().map { ranked($0, promotion.name) } : nextOther.next().map { ranked($0) }
        }
    }
}

/// Turns scores into probabilities over all of them.
struct Softmax {
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
