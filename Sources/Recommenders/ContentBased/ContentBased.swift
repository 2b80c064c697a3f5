public import Datasets
import Foundation
import LinearAlgebra

/// Items that are described like those a user liked: the recipe `palate-content-based`.
///
/// Every item is a vector of features made from the items dataset, see ``FeatureBlock``; a user is the weighted mean of the
/// vectors of the items in the history, and items are ranked by how near they are to it (M. Pazzani, D. Billsus,
/// "Content-Based Recommendation Systems", The Adaptive Web 2007, sections 10.2 and 10.5). Near is a matter of the cosine, or
/// of the Euclidean distance d as 1 / (1 + d). How much each column and the popularity of an item count, and how fast a
/// history fades, is chosen in training on held-out events.
///
/// The catalogue is that of the interactions, then the items that only the items dataset knows: an item is recommended
/// from the moment it is described. What has no features follows in the order of popularity.
///
/// Scoring takes 2 · entries operations, a few for each item.
public struct ContentBased: Recommender {
    public let items: Vocabulary
    let features: ItemFeatures
    let settings: Settings
    let popularity: Popularity
    let learned: [String: Double]
    private let tail: [Float]
    /// From 0 to 1; an item without events counts as an average one.
    let logPopularity: [Float]

    /// How vectors become scores.
    struct Settings: Sendable, Equatable {
        var distance: Distance
        /// Distinct items after which an item of the history counts 1/e; 0 when all count alike.
        var recentItems: Float
        /// What is added to the score of the most popular item.
        var popularityWeight: Float
    }

    /// When two items are near each other.
    public enum Distance: String, Sendable, CaseIterable {
        case cosine, euclidean
    }

    init(
        items: Vocabulary, features: ItemFeatures, settings: Settings, popularity: Popularity,
        learned: [String: Double] = [:]
    ) {
        self.items = items
        self.features = features
        self.settings = settings
        self.popularity = popularity
        self.learned = learned
        tail = popularity.tail().map { $0 - 1 }
        logPopularity = Self.logPopularity(popularity.counts)
    }

    static func logPopularity(_ counts: [Float]) -> [Float] {
        let most = max(log1pf(counts.max() ?? 0), 1e-6)
        let shares = counts.map { log1pf($0) / most }
        let known = shares.filter { $0 > 0 }
        let average = known.reduce(0, +) / Float(max(known.count, 1))
        return shares.map { $0 > 0 ? $0 : average }
    }

    /// From 0 upward; items without features have scores below -1.
    public func scores(for history: History) -> [Float] {
        guard !history.items.allSatisfy({ Int($0) >= items.count }) else { return popularity.counts }
        guard let profile = features.profile(of: weights(of: history)) else { return tail }
        return scores(near: profile, popularityWeight: settings.popularityWeight)
    }

    /// How like an item the others are; popularity only decides between equals. The item itself has -∞.
    public func scores(similarTo item: Int) -> [Float] {
        var scores = tail
        if let profile = features.profile(of: [(item, 1)]) {
            scores = self.scores(near: profile, popularityWeight: 1e-3)
        }
        if scores.indices.contains(item) { scores[item] = -.infinity }
        return scores
    }

    private func scores(near profile: ItemFeatures.Profile, popularityWeight: Float) -> [Float] {
        let norm = profile.squaredNorm
        var scores = features.products(with: profile)
        for item in scores.indices {
            let own = features.squaredNorms[item]
            guard own > 0 else {
                scores[item] = tail[item]
                continue
            }
            scores[item] =
                Self.nearness(product: scores[item], own, norm, settings.distance)
                + popularityWeight * logPopularity[item]
        }
        return scores
    }

    static func nearness(product: Float, _ left: Float, _ right: Float, _ distance: Distance) -> Float {
        switch distance {
        case .cosine: product / max((left * right).squareRoot(), 1e-12)
        case .euclidean: 1 / (1 + max(left + right - 2 * product, 0).squareRoot())
        }
    }

    /// How much each distinct item of a history says about the taste of its user.
    ///
    /// With event values, an item counts from 0 for the least to 2 for the greatest way above the user's mean.
    func weights(of history: History) -> [(item: Int, weight: Float)] {
        let known = history.eventValues.filter(\.isFinite)
        let mean = known.reduce(0, +) / Float(max(known.count, 1))
        let reach = known.reduce(Float(0)) { max($0, abs($1 - mean)) }
        var seen: Set<UInt32> = []
        var weights: [(item: Int, weight: Float)] = []
        for event in history.items.indices.reversed() {
            let item = history.items[event]
            guard Int(item) < items.count, seen.insert(item).inserted else { continue }
            let value = event < history.eventValues.count ? history.eventValues[event] : .nan
            let liking = value.isFinite && reach > 0 ? 1 + (value - mean) / reach : 1
            let fading = settings.recentItems > 0 ? expf(-Float(weights.count) / settings.recentItems) : 1
            weights.append((Int(item), liking * fading))
        }
        return weights
    }

    /// Which features made a recommendation, those that made most first.
    ///
    /// With the cosine the contributions sum to the score. With the Euclidean distance they are those to the cosine of the
    /// same two points, because a distance says only what is missing. `popularity` is what popularity added.
    ///
    /// - Returns: Empty for an item that is not in the catalogue, and when the item or the history has no features.
    public func featureContributions(
        to item: Int, from history: History
    ) -> [(feature: String, contribution: Float)] {
        guard features.squaredNorms.indices.contains(item), features.squaredNorms[item] > 0,
            let profile = features.profile(of: weights(of: history))
        else { return [] }
        let scale = 1 / max((features.squaredNorms[item] * profile.squaredNorm).squareRoot(), 1e-12)
        var contributions = features.contributions(of: item, to: profile).map {
            (feature: $0.feature, contribution: $0.contribution * scale)
        }
        contributions.append(("popularity", settings.popularityWeight * logPopularity[item]))
        return contributions.enumerated().sorted {
            $0.element.contribution == $1.element.contribution
                ? $0.offset < $1.offset : $0.element.contribution > $1.element.contribution
        }.map(\.element)
    }
}

extension TrainedModel {
    /// The model as content-based recommendations; nil for other recipes.
    public var contentBased: ContentBased? { storable as? ContentBased }

    /// A score for each item by how like it is to the newest item of a history.
    public func scores(about history: History) -> [Float] {
        guard let content = contentBased, let item = history.items.last(where: { Int($0) < items.count }) else {
            return recommender.scores(for: history)
        }
        return content.scores(similarTo: Int(item))
    }

    /// The best items by ``scores(about:)``.
    public func recommendations(about history: History, count: Int) -> [ScoredItem] {
        let scores = scores(about: history)
        return topIndices(of: scores, count: count).map { ScoredItem(item: $0, score: scores[$0]) }
    }
}

extension ContentBased: StorableRecommender {
    func tensors() -> [SafetensorsWriter.Tensor] {
        features.tensors() + popularity.tensors() + [
            .init(
                "content.settings",
                [settings.distance == .cosine ? 0 : 1, settings.recentItems, settings.popularityWeight])
        ]
    }

    init(file: SafetensorsFile, items: Vocabulary, eventTypes: Vocabulary) throws(ModelError) {
        let stored = try file.array("content.settings", of: Float.self, count: 3)
        guard stored.count == 3, stored.allSatisfy({ $0.isFinite && $0 >= 0 }) else {
            throw .damaged(file: "weights.safetensors", reason: "the settings are not numbers from 0")
        }
        self.init(
            items: items, features: try ItemFeatures(file: file, itemCount: items.count),
            settings: Settings(
                distance: stored[0] == 0 ? .cosine : .euclidean, recentItems: stored[1], popularityWeight: stored[2]),
            popularity: try Popularity(file: file, items: items, eventTypes: eventTypes))
    }
}
