import Foundation
import LinearAlgebra

/// The item-to-item models, and how a history is read by them.
struct ItemComponents: Sendable {
    /// What the closed-form matrices are about.
    let selection: ItemSelection
    let ridge: Matrix
    let ease: Matrix
    let nearby: NearbyItems
    /// Users per item of the catalogue.
    let userCounts: [Float]

    /// What each component says of one history.
    struct Scores: Sendable {
        /// Per selected item.
        var ridge: [Float]
        /// Per selected item.
        var ease: [Float]
        /// Per item of the catalogue.
        var nearby: [Float]
    }

    /// The same models, read with a shorter and a longer memory.
    struct FurtherScores: Sendable {
        /// Per selected item.
        var newestRidge: [Float]
        /// Per selected item.
        var newestEase: [Float]
        /// Per selected item.
        var wholeEase: [Float]
    }

    /// Items of a history that are read as a whole taste; more cost more and say little more.
    private static let tasteLimit = 256

    func furtherScores(_ recent: RecentItems, settings: BlendSettings) -> FurtherScores {
        FurtherScores(
            newestRidge: score(ridge, recent.items.prefix(settings.window), decay: settings.ridgeDecay / 4),
            newestEase: score(ease, recent.items[...], decay: settings.easeDecay / 4),
            wholeEase: score(ease, recent.items.prefix(Self.tasteLimit), decay: .greatestFiniteMagnitude))
    }

    func scores(_ recent: RecentItems, settings: BlendSettings) -> Scores {
        var nearby = [Float](repeating: 0, count: userCounts.count)
        self.nearby.accumulate(recent: recent.items[...], into: &nearby, scale: 1)
        return Scores(
            ridge: score(ridge, recent.items.prefix(settings.window), decay: settings.ridgeDecay),
            ease: score(ease, recent.items[...], decay: settings.easeDecay), nearby: nearby)
    }

    /// Σ e^(-age/decay) · row of each recent item; ages count the selected items only.
    func score(_ weights: Matrix, _ items: ArraySlice<UInt32>, decay: Float) -> [Float] {
        var rows: [UInt32] = []
        var ages: [Float] = []
        for item in items {
            guard let position = selection.position(of: item) else { continue }
            let weight = expf(-Float(rows.count) / decay)
            if weight < 1e-3 { break }
            rows.append(position)
            ages.append(weight)
        }
        var scores = [Float](repeating: 0, count: selection.items.count)
        weights.accumulate(rows: rows, weights: ages, into: &scores)
        return scores
    }
}

/// What is chosen on held-out users: how fast a history fades and how much each component counts.
struct BlendSettings: Sendable, Equatable {
    /// Items of the history that the order-sensitive component reads.
    var window = 32
    /// Steps after which the weight of an item of the history has fallen to 1/e.
    var ridgeDecay: Float = 8
    var easeDecay: Float = 20
    /// Multipliers; each component is first brought to a tenth-best score of 1, see `scales`.
    var easeWeight: Float = 0.5
    var nearbyWeight: Float = 0.5
    /// Positive scores are divided by (1 + users of the item) to this power.
    var popularityDiscount: Float = 0
    /// The same, below the head of a list.
    var tailDiscount: Float = 0
    var ridgeScale: Float = 1
    var easeScale: Float = 1
    var nearbyScale: Float = 1

    func withTailDiscount(_ discount: Float) -> BlendSettings {
        var settings = self
        settings.tailDiscount = discount
        return settings
    }

    /// One score per item of the catalogue. Items about which no component says anything are ordered by popularity.
    func blend(_ scores: ItemComponents.Scores, selection: ItemSelection, logUserCounts: [Float]) -> [Float] {
        let nearbyFactor = nearbyWeight * nearbyScale
        var blended = scores.nearby.map { $0 * nearbyFactor }
        let easeFactor = easeWeight * easeScale
        for (position, item) in selection.items.enumerated() {
            blended[Int(item)] += scores.ridge[position] * ridgeScale + scores.ease[position] * easeFactor
        }
        let discount = popularityDiscount
        for item in blended.indices {
            if discount > 0, blended[item] > 0 { blended[item] *= expf(-discount * logUserCounts[item]) }
            blended[item] += 1e-5 * logUserCounts[item]
        }
        return blended
    }

    /// The items at the top of a list that stand in the order of relevance alone.
    static let headLength = 10

    /// Lets less used items rise in the tail of the list, so that lists of many users show more of the catalogue. The
    /// head keeps its items and their order.
    ///
    /// - Parameter relevance: One score per item of the catalogue, -∞ for items that are not to be listed; afterwards
    ///   only the order means anything.
    func widen(_ relevance: inout [Float], logUserCounts: [Float]) {
        guard tailDiscount > 0 else { return }
        let head = topIndices(of: relevance, count: Self.headLength).filter { relevance[$0] > -.infinity }
        var highest = -Float.infinity
        for item in relevance.indices where relevance[item] > 0 {
            relevance[item] *= expf(-tailDiscount * logUserCounts[item])
            highest = max(highest, relevance[item])
        }
        guard highest > 0 else { return }
        for (rank, item) in head.enumerated() { relevance[item] = highest * Float(1 + head.count - rank) }
    }
}
