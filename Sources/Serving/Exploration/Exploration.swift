package import ControlPlane
import Foundation
import LinearAlgebra

/// Thompson sampling over the young items of a campaign.
///
/// A relevance score estimates how likely the user is to meet the item soon, on a logarithmic scale. What the estimate
/// cannot know of an item with few events is a bias of the item on that scale, with a normal posterior of mean 0 and
/// variance `u² / (1 + n)` after n events: the Laplace approximation of a logistic regression with a normal prior. Each
/// request draws the biases of young items anew and ranks by the sum. The posterior is reshaped for the exploration weight w:
/// its variance is multiplied by the odds `w / (1 - w)`. At 0 there is no exploration, at 0.5 the textbook's, and at 1 so much
/// that relevance no longer counts beside it.
///
/// An item without events begins where the relevance of the user's items thins out (``baseRank``), moved by what its
/// categories have in common with the top of the list (``NewItemContent``). Models differ in how steeply their scores fall,
/// so the unit of width, u, is taken from the scores: the way from the end of the list down to that place, times
/// ``priorWidth``. An item that is liked gains events, by which it is known better and ranked by relevance after the next
/// training.
///
/// What impressions tell is known at once: that an item was taken c times where an average item would have been taken E
/// times. If takings are Poisson with the mean λE and λ has the prior Gamma(1, 1), the mean of λ is (1 + c) / (1 + E); its
/// logarithm, in units of u, is the mean of the bias, and E counts as so many events more. The logarithm of such a λ has
/// the deviation 1.28 before anything is shown, which is why u stands for one natural logarithm. Above 0.5 the weight
/// stretches the mean as it does the width, or chance would win over any number of impressions. Source: D. Agarwal, B.-C.
/// Chen and P. Elango, "Explore/Exploit Schemes for Web Content Optimization", ICDM 2009 (the Gamma-Poisson model).
///
/// Source: O. Chapelle and L. Li, "An Empirical Evaluation of Thompson Sampling", NIPS 2011: algorithm 3, and
/// "posterior reshaping" in section 3. Decision record 9 has measurements.
package struct Exploration: Sendable {
    /// The place among the user's best at which an item without events begins: this one, that after twice the list, or
    /// the middle of a smaller catalogue.
    static let baseRank = 100
    /// The deviation of an item without events, as a multiple of the way from the end of the list to its place.
    static let priorWidth: Float = 1.25
    /// New items that are drawn for one place of the list, at most: a flood of new items does not wash away the list.
    static let newItemsPerPlace = 4
    /// Young items of the model that are drawn for one request.
    static let youngItemsPerRequest = 1_000
    /// Stands in for the infinite width at weight 1.
    static let greatestStrength = 99.0

    /// An item of the model that is explored.
    package struct YoungItem: Sendable, Equatable {
        package let item: Int
        package let events: Float

        package init(item: Int, events: Float) {
            self.item = item
            self.events = events
        }
    }

    package let weight: Double
    package let young: [YoungItem]
    /// Items that are not in the model.
    package let new: [Int]
    let content: NewItemContent?

    package init(weight: Double, young: [YoungItem], new: [Int], content: NewItemContent? = nil) {
        self.weight = weight
        self.young = young
        self.new = new
        self.content = content
    }

    /// What is believed of an item's bias, in the scores of one request.
    private struct Posterior {
        let unit: Float
        let strength: Float

        /// - Parameter draw: Standard normal.
        func bias(events: Float, _ shown: ItemImpressions, draw: Float) -> Float {
            let width = strength * Exploration.priorWidth / (1 + events + shown.expected).squareRoot()
            let mean = max(strength, 1) * logf((1 + shown.taken) / (1 + shown.expected))
            return unit * (mean + width * draw)
        }
    }

    /// The scores of one request.
    package struct Sample: Sendable {
        /// Of the items of the model, then the new ones; -∞ for new items that were neither drawn nor promoted.
        package var scores: [Float]
        /// New items that were not drawn, but are promoted.
        package var onlyPromoted: Set<Int> = []
    }

    /// What the width of the posterior is multiplied with.
    package static func strength(ofWeight weight: Double) -> Float {
        Float(weight < 1 ? min((weight / (1 - weight)).squareRoot(), greatestStrength) : greatestStrength)
    }

    /// Draws the biases of one request.
    ///
    /// - Parameters:
    ///   - relevance: A score for each item of the model, -∞ for those that must not be recommended.
    ///   - itemCount: Items of the model and new ones; the length of the answer.
    ///   - places: The length of the list that is to be made.
    ///   - isAllowed: Only these new items are drawn.
    ///   - isPromoted: These new items are scored, whether drawn or not.
    ///   - impressions: What became of items when they were shown; nil when nothing is known of any.
    package func sample(
        _ relevance: [Float], itemCount: Int, places: Int, isAllowed: (Int) -> Bool,
        isPromoted: (Int) -> Bool = { _ in false }, impressions: ([Int]) -> [ItemImpressions]? = { _ in nil },
        using generator: inout some RandomNumberGenerator
    ) -> Sample {
        var scores = relevance
        scores.append(contentsOf: repeatElement(-.infinity, count: max(0, itemCount - relevance.count)))
        let strength = Self.strength(ofWeight: weight)
        guard strength > 0 else { return Sample(scores: scores) }
        let scale = Scale(relevance, places: places)
        let posterior = Posterior(unit: scale.unit, strength: strength)
        let chosen = Self.draw(Self.youngItemsPerRequest, of: young, using: &generator)
        let shown = impressions(chosen.map(\.item))
        for (place, item) in chosen.enumerated() where scores[item.item] > -.infinity {
            scores[item.item] += posterior.bias(
                events: item.events, shown?[place] ?? ItemImpressions(), draw: Float(generator.normal()))
        }
        let allowed = new.filter(isAllowed)
        var drawn = Self.draw(max(places, 1) * Self.newItemsPerPlace, of: allowed, using: &generator)
        let onlyPromoted = Set(new.filter(isPromoted)).subtracting(drawn)
        drawn += onlyPromoted.sorted()
        guard !drawn.isEmpty else { return Sample(scores: scores) }
        let lifts = content?.lifts(of: drawn, among: scale.best)
        let shownNew = impressions(drawn)
        for (place, item) in drawn.enumerated() where scores.indices.contains(item) {
            let bias = posterior.bias(
                events: 0, shownNew?[place] ?? ItemImpressions(), draw: Float(generator.normal()))
            scores[item] = scale.base + (lifts?[place] ?? 0) * scale.unit + bias
        }
        return Sample(scores: scores, onlyPromoted: onlyPromoted)
    }

    /// What the scores of one request say about where new items belong.
    private struct Scale {
        /// The score at which an item without events begins.
        var base: Float = 0
        /// The way from the end of the list down to there.
        var unit: Float = 1
        /// The items that tell a user's taste.
        var best: [Int] = []

        init(_ relevance: [Float], places: Int) {
            let top = topIndices(of: relevance, count: max(baseRank, 2 * places))
            guard !top.isEmpty else { return }
            let known = top.count < max(baseRank, 2 * places) ? top.count : relevance.count
            let place = min(top.count - 1, known / 2)
            let end = min(max(places, 1) - 1, place / 2)
            base = relevance[top[place]]
            unit = max(relevance[top[end]] - base, 0.1)
            best = Array(top.prefix(max(1, known / 4)))
        }
    }

    /// At most `count` of `all`, each as likely as another: R. Floyd's algorithm ("A Sample of Brilliance", CACM 1987).
    private static func draw<Element>(
        _ count: Int, of all: [Element], using generator: inout some RandomNumberGenerator
    ) -> [Element] {
        guard all.count > count else { return all }
        var drawn: Set<Int> = []
        return ((all.count - count)..<all.count).map { last in
            let place = Int.random(in: 0...last, using: &generator)
            let chosen = drawn.contains(place) ? last : place
            drawn.insert(chosen)
            return all[chosen]
        }
    }
}

extension RandomNumberGenerator {
    /// Standard normal, by the polar method.
    fileprivate mutating func normal() -> Double {
        while true {
            let x = Double.random(in: -1..<1, using: &self)
            let y = Double.random(in: -1..<1, using: &self)
            let square = x * x + y * y
            if square > 0, square < 1 { return x * (-2 * log(square) / square).squareRoot() }
        }
    }
}
