import ControlPlane
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
    /// Nil for one that was created without.
    let configuration: CampaignConfig?
    /// The items to choose from.
    let assortments: Assortments
    let datasetGroupArn: String
    private let ages: ItemAges
    /// Used by campaigns for actions alone.
    let actionAssortments = ActionAssortments()
    /// Items on which the user has an event of one of these types are left out.
    private let seenEventTypes: Set<UInt16>
    /// The events that count, of those that came since the training.
    private let events: EventSelection
    /// Nil for a recommender that scores every item.
    private let shortlisting: (any ShortlistingRecommender)?
    /// What was asked of lists beyond the managed service.
    private let options: ListOptions
    /// What exploration learns from.
    private let impressions: ImpressionTally?

    init(
        model: TrainedModel, recipe: Recipes.Recipe, configuration: CampaignConfig?, metadata: GroupMetadata,
        events: EventSelection = .all, impressions: ImpressionTally? = nil, ages known: ItemAges? = nil
    ) {
        self.events = events
        self.impressions = impressions
        self.model = model
        shortlisting = model.recommender as? any ShortlistingRecommender
        self.recipe = recipe
        self.configuration = configuration
        datasetGroupArn = metadata.catalogue.datasetGroupArn
        ages = known ?? ItemAges(model)
        options = (try? ListOptions(configuration?.itemExplorationConfig ?? [:])) ?? .unchanged
        assortments = Assortments(
            model, ages: ages,
            exploring: recipe.explores ? try? ItemExploration(configuration?.itemExplorationConfig ?? [:]) : nil,
            influence: recipe.takesRankingInfluence ? RankingInfluence(configuration?.rankingInfluence) : nil,
            options: options, metadata: metadata)
        seenEventTypes =
            recipe.useCase?.seenEventType.map { UseCase.indices(of: $0, in: model.eventTypes) } ?? []
    }

    /// The same model with another configuration.
    func reconfigured(_ configuration: CampaignConfig?) -> LiveCampaign {
        LiveCampaign(
            model: model, recipe: recipe, configuration: configuration, metadata: assortments.current.metadata,
            events: events, impressions: impressions, ages: ages)
    }

    /// Whether requests may ask for item metadata.
    var offersMetadata: Bool {
        recipe.alwaysOffersMetadata || configuration?.enableMetadataWithRecommendations == true
    }

    struct RankedItem {
        let identifier: String
        /// Between 0 and 1; the scores of all items that were considered sum to 1.
        let score: Double
        /// The name of the promotion, which may have none.
        var promotion: String?
        var isPromoted = false
        /// Whether the item would not be in the list without exploration.
        var isExplored = false
    }

    /// Items that are to have a share of a list.
    struct Promotion {
        let name: String?
        /// Of the whole list, from 1 to 100.
        let percent: Int
        let items: ItemSet
    }

    /// The events of a user that recommendations and filters look at.
    ///
    /// - Parameter recent: Those that came one by one, oldest first.
    func past(ofUser identifier: String, since recent: [RecentEvent] = []) -> UserPast {
        UserPast(
            model.history(ofUser: identifier) ?? History(), since: recent, eventTypes: model.eventTypes,
            items: assortments.current.items, counting: events)
    }

    /// What is known of a request beside the past.
    ///
    /// - Parameter values: The request's `context`.
    func context(ofUser identifier: String?, values: [String: String] = [:]) -> RequestContext {
        RequestContext(ofUser: identifier, in: assortments.current.metadata.users, values: values)
    }

    /// The past of nobody.
    var nobodysPast: UserPast { UserPast(eventTypes: model.eventTypes) }

    /// Items that are not recommended to the user because of events on them.
    private func seenItems(in past: UserPast) -> Set<Int> {
        var types: Set<UInt16> = []
        if let type = recipe.useCase?.seenEventType {
            types =
                past.eventTypes.count == model.eventTypes.count
                ? seenEventTypes : UseCase.indices(of: type, in: past.eventTypes)
        }
        switch options.removesSeen {
        case nil: break
        case .ofAnyType: return Set(past.all.items.lazy.map { Int($0) })
        case .ofTypes(let names):
            for name in names { types.formUnion(UseCase.indices(of: name, in: past.eventTypes)) }
        }
        guard !types.isEmpty else { return [] }
        return Set(zip(past.all.items, past.all.eventTypes).lazy.filter { types.contains($1) }.map { Int($0.0) })
    }

    /// A score for each item of the model, before exploration: -∞ for items that are not recommended to the user.
    ///
    /// - Parameter item: What the list is about, for recipes of related items.
    private func relevance(
        for history: History, in context: RequestContext, item: String?, without seen: Set<Int>,
        among assortment: Assortment
    ) -> [Float] {
        var scores =
            item.map { model.scores(about: itemHistory($0)) } ?? model.recommender.scores(for: history, in: context)
        if let influence = assortment.influence {
            for (item, offset) in zip(scores.indices, influence) { scores[item] += offset }
        }
        if let freshness = assortment.freshness {
            let span = FreshnessBoost.span(of: scores)
            freshness.apply(to: &scores, 0..<scores.count, span: span)
        }
        for item in seen where scores.indices.contains(item) { scores[item] = -.infinity }
        return scores
    }

    /// The best items for a user.
    ///
    /// A user whom training did not see, or who has no events, gets what is popular. Young items may stand higher than by
    /// relevance, see ``Exploration``. Promoted items stand at random places, best first among themselves; when there are
    /// too few, other items take their places (developer guide, "Promoting items in recommendations").
    ///
    /// - Parameters:
    ///   - past: What ``past(ofUser:since:)`` gives.
    ///   - context: What ``context(ofUser:values:)`` gives.
    ///   - item: What the list is about, for recipes of related items.
    ///   - allowed: Only these, promoted items aside; nil allows all.
    func recommendations(
        for past: UserPast, in context: RequestContext, item: String? = nil, count: Int, allowed: ItemSet? = nil,
        promotion: Promotion? = nil,
        using generator: inout some RandomNumberGenerator
    ) -> [RankedItem] {
        let assortment = assortments.current
        let seen = seenItems(in: past)
        if promotion == nil, item == nil,
            let list = shortlist(for: past, in: context, count: count, allowed: allowed, without: seen, of: assortment)
        {
            return list
        }
        let ranking = Ranking(
            relevance: relevance(for: past.history, in: context, item: item, without: seen, among: assortment),
            without: seen, in: assortment, places: count,
            isAllowed: { allowed?.contains($0) ?? true }, isPromoted: { promotion?.items.contains($0) ?? false },
            learningFrom: impressions, using: &generator)
        var limit = assortment.categories.flatMap { categories in
            options.categoryMaximum.map { CategoryLimit(categories, maximum: $0.maximum) }
        }
        func ranked(_ items: [Int], explored: Set<Int> = [], by promotion: Promotion? = nil) -> [RankedItem] {
            items.map {
                RankedItem(
                    identifier: assortment.items[$0], score: ranking.probability(of: $0), promotion: promotion?.name,
                    isPromoted: promotion != nil, isExplored: explored.contains($0))
            }
        }
        guard let promotion else {
            let isAllowed = allowed.map { allowed in { (item: Int) in allowed.contains(item) } }
            let items = ranking.best(count, where: isAllowed, within: &limit)
            return ranked(items, explored: ranking.explored(in: items, where: isAllowed))
        }
        let share = Int((Double(count) * Double(promotion.percent) / 100).rounded())
        let promoted = ranking.best(share, where: { promotion.items.contains($0) }, within: &limit)
        let chosen = Set(promoted).union(ranking.onlyPromoted)
        let isOther = { (item: Int) in !chosen.contains(item) && allowed?.contains(item) ?? true }
        let others = ranking.best(count - promoted.count, where: isOther, within: &limit)
        let places = Set((0..<(promoted.count + others.count)).shuffled(using: &generator).prefix(promoted.count))
        var nextPromoted = ranked(promoted, by: promotion).makeIterator()
        var nextOther = ranked(others, explored: ranking.explored(in: others, where: isOther)).makeIterator()
        return (0..<(promoted.count + others.count)).compactMap { place in
            places.contains(place) ? nextPromoted.next() : nextOther.next()
        }
    }
}

extension LiveCampaign {
    /// With fewer allowed items than this part of the catalogue, they are looked at one by one.
    private static let selectiveShare = 16

    /// The best items for a user where nothing but relevance orders them; nil when that takes a score for every item.
    private func shortlist(
        for past: UserPast, in context: RequestContext, count: Int, allowed: ItemSet?, without seen: Set<Int>,
        of assortment: Assortment
    ) -> [RankedItem]? {
        guard let shortlisting, assortment.exploration == nil, assortment.influence == nil, assortment.freshness == nil,
            assortment.categories == nil
        else { return nil }
        let choice: InnerProductIndex.Choice
        let trained = model.items.count
        if let allowed {
            if allowed.count <= trained / Self.selectiveShare {
                choice = .among(
                    allowed.numbers.compactMap { $0 < trained && !seen.contains($0) ? UInt32(exactly: $0) : nil })
            } else {
                choice = .rows { allowed.contains($0) && !seen.contains($0) }
            }
        } else {
            choice = seen.isEmpty ? .all : .rows { !seen.contains($0) }
        }
        guard let list = shortlisting.shortlist(for: past.history, in: context, count: count, choosing: choice)
        else { return nil }
        return zip(list.items, list.probabilities).map {
            RankedItem(identifier: assortment.items[$0], score: $1)
        }
    }
}

/// The scores of one request, with and without exploration.
private struct Ranking {
    let relevance: [Float]
    let scores: [Float]
    /// New items that are scored for a promotion alone.
    let onlyPromoted: Set<Int>
    private let probabilities: Softmax

    init(
        relevance: [Float], without seen: Set<Int>, in assortment: Assortment, places: Int, isAllowed: (Int) -> Bool,
        isPromoted: (Int) -> Bool, learningFrom impressions: ImpressionTally?,
        using generator: inout some RandomNumberGenerator
    ) {
        let sample = assortment.exploration?.sample(
            relevance, itemCount: assortment.items.count, places: places, isAllowed: isAllowed,
            isPromoted: isPromoted,
            impressions: { items in impressions?.impressions(of: items.lazy.map { assortment.items[$0] }) },
            using: &generator)
        self.relevance = relevance
        var scores = sample?.scores ?? relevance
        if let freshness = assortment.freshness, relevance.count < scores.count {
            freshness.apply(
                to: &scores, relevance.count..<scores.count, span: FreshnessBoost.span(of: relevance))
        }
        // Exploration scores items that the model does not know.
        for item in seen where scores.indices.contains(item) { scores[item] = -.infinity }
        self.scores = scores
        onlyPromoted = sample?.onlyPromoted ?? []
        probabilities = Softmax(scores)
    }

    func probability(of item: Int) -> Double { probabilities[item] }

    /// The best items, best first.
    ///
    /// - Parameter limit: Leaves out what would be too many of a category; nil leaves out nothing.
    func best(_ count: Int, where isAllowed: ((Int) -> Bool)?, within limit: inout CategoryLimit?) -> [Int] {
        let candidates = Self.candidates(of: scores, where: isAllowed)
        return limit?.choose(count, of: candidates) ?? topIndices(of: candidates, count: count)
    }

    /// Which items of a list would not be in it by relevance.
    func explored(in items: [Int], where isAllowed: ((Int) -> Bool)?) -> Set<Int> {
        let lifted = items.filter { $0 >= relevance.count || scores[$0] != relevance[$0] }
        guard !lifted.isEmpty else { return [] }
        return Set(lifted).subtracting(
            topIndices(of: Self.candidates(of: relevance, where: isAllowed), count: items.count))
    }

    private static func candidates(of scores: [Float], where isAllowed: ((Int) -> Bool)?) -> [Float] {
        guard let isAllowed else { return scores }
        var candidates = scores
        for item in candidates.indices where !isAllowed(item) { candidates[item] = -.infinity }
        return candidates
    }
}

/// Turns scores into probabilities over all of them.
struct Softmax {
    private let scores: [Float]
    private let maximum: Float
    private let sum: Double

    /// Shorter lists are added up in double precision: their sum is the same whatever their order.
    private static let short = 1_000

    init(_ scores: [Float]) {
        self.scores = scores
        let maximum = scores.max() ?? 0
        self.maximum = maximum
        sum =
            scores.count > Self.short
            ? exponentialSum(of: scores, maximum: maximum)
            : scores.sorted().reduce(into: 0.0) { $0 += Double(exp($1 - maximum)) }
    }

    subscript(index: Int) -> Double { Double(exp(scores[index] - maximum)) / sum }
}
