import Foundation
import LinearAlgebra

/// The item-to-item models, and how a history is read by them.
struct ItemComponents: Sendable {
    /// What the closed-form matrices are about.
    let selection: ItemSelection
    /// Of each memory a row for each selected item, see ``SequentialRidge``.
    let ridge: Matrix
    let ease: Matrix
    /// From what is remembered of a history to all that follows, see ``horizonParameters(decay:)``.
    let horizon: Matrix
    let nearby: NearbyItems
    /// Users per item of the catalogue.
    let userCounts: [Float]

    /// What each component says of one history.
    struct Scores: Sendable {
        /// Per selected item.
        var ridge: [Float]
        /// Per selected item.
        var ease: [Float]
        /// Per selected item.
        var horizon: [Float]
        /// Per item of the catalogue.
        var nearby: [Float]
    }

    /// The same models, read with a shorter and a longer memory; of the ridge its shortest memory alone.
    struct FurtherScores: Sendable {
        /// Per selected item.
        var newestRidge: [Float]
        /// Per selected item.
        var newestEase: [Float]
        /// Per selected item.
        var wholeEase: [Float]
    }

    /// How many of the newest items say what comes in the long run.
    private static let horizonWindow = 64

    /// A regression whose targets are all that a user goes on to meet, less and less over 20 steps, where the ridge asks for
    /// the very next item.
    static func horizonParameters(decay: Float) -> SequentialRidge.Parameters {
        .init(decays: [decay], regularization: 150, window: horizonWindow, futureWeight: 5, horizon: 20)
    }

    /// Items of a history that are read as a whole taste; more cost more and say little more.
    private static let tasteLimit = 256

    func furtherScores(_ recent: RecentItems, settings: BlendSettings) -> FurtherScores {
        FurtherScores(
            newestRidge: ridgeScore(recent, settings.ridgeDecays.prefix(1), window: settings.window),
            newestEase: score(ease, recent.items[...], decay: settings.easeDecay / 4),
            wholeEase: score(ease, recent.items.prefix(Self.tasteLimit), decay: .greatestFiniteMagnitude))
    }

    /// What goes together with the items that a user valued more than usual, and not with those valued less; per selected
    /// item.
    ///
    /// - Parameter valuations: Of each item of the history.
    func valuedScores(_ recent: RecentItems, valuations: [Float]) -> [Float] {
        var rows: [UInt32] = []
        var weights: [Float] = []
        for (item, weight) in zip(recent.items, valuations).prefix(Self.tasteLimit) where weight != 0 {
            guard let position = selection.position(of: item) else { continue }
            rows.append(position)
            weights.append(weight)
        }
        var scores = [Float](repeating: 0, count: selection.items.count)
        ease.accumulate(rows: rows, weights: weights, into: &scores)
        return scores
    }

    /// How much a history lacks of what goes together with it: the logarithm of what ``EASE`` says of the best items that are
    /// not in it, relative to the mean of those that are, whose own events do not count because its diagonal is 0.
    ///
    /// It is greater where items are missing from the middle of a history than where only the future is.
    ///
    /// - Parameters:
    ///   - wholeEase: From the whole history, per selected item.
    ///   - unmet: Positions of the best items outside the history, best first.
    func lack(of recent: RecentItems, wholeEase: [Float], unmet: [Int]) -> Float {
        let met = recent.items.prefix(Self.tasteLimit).compactMap { selection.position(of: $0) }
        guard met.count >= Self.fewestTastes, let best = unmet.dropFirst(met.count / 10 + 1).first else { return 0 }
        let mean = met.reduce(0) { $0 + wholeEase[Int($1)] } / Float(met.count)
        let lack = logf(max(wholeEase[best], 1e-4) / max(mean, 1e-4)) - Self.usualLack
        return min(max(lack, -2), 2)
    }

    private static let fewestTastes = 3
    private static let usualLack: Float = 0.3

    func scores(_ recent: RecentItems, settings: BlendSettings) -> Scores {
        var nearby = [Float](repeating: 0, count: userCounts.count)
        self.nearby.accumulate(recent: recent.items[...], into: &nearby, scale: 1)
        return Scores(
            ridge: ridgeScore(recent, settings.ridgeDecays[...], window: settings.window),
            ease: easeScore(recent, settings: settings),
            horizon: score(
                horizon, recent.items.prefix(Self.horizonWindow), decay: settings.horizonDecay), nearby: nearby)
    }

    func easeScore(_ recent: RecentItems, settings: BlendSettings) -> [Float] {
        score(ease, recent.items[...], decay: settings.easeDecay)
    }

    /// What the first memories of the ridge say together, per selected item.
    func ridgeScore(_ recent: RecentItems, _ decays: ArraySlice<Float>, window: Int) -> [Float] {
        var rows: [UInt32] = []
        var weights: [Float] = []
        for (memory, decay) in decays.enumerated() {
            let faded = faded(recent.items.prefix(window), decay: decay)
            let first = UInt32(memory * selection.items.count)
            rows += faded.rows.map { first + $0 }
            weights += faded.weights
        }
        var scores = [Float](repeating: 0, count: selection.items.count)
        ridge.accumulate(rows: rows, weights: weights, into: &scores)
        return scores
    }

    /// Σ e^(-age/decay) · row of each recent item, per selected item.
    func score(_ weights: Matrix, _ items: ArraySlice<UInt32>, decay: Float) -> [Float] {
        let faded = faded(items, decay: decay)
        var scores = [Float](repeating: 0, count: selection.items.count)
        weights.accumulate(rows: faded.rows, weights: faded.weights, into: &scores)
        return scores
    }

    /// Positions of the selected items and e^(-age/decay) of each; ages count the selected items only.
    private func faded(_ items: ArraySlice<UInt32>, decay: Float) -> (rows: [UInt32], weights: [Float]) {
        var rows: [UInt32] = []
        var weights: [Float] = []
        for item in items {
            guard let position = selection.position(of: item) else { continue }
            let weight = expf(-Float(rows.count) / decay)
            if weight < 1e-3 { break }
            rows.append(position)
            weights.append(weight)
        }
        return (rows, weights)
    }
}

/// What is chosen on held-out users: how fast a history fades and how much each component counts.
struct BlendSettings: Sendable, Equatable {
    /// Items of the history that the order-sensitive component reads.
    var window = 32
    /// Steps after which the weight of an item of the history has fallen to 1/e, for each memory of the ridge.
    var ridgeDecays: [Float] = [1.5, 12]
    var easeDecay: Float = 20
    var horizonDecay: Float = 20
    /// Multipliers; each component is first brought to a tenth-best score of 1, see `scales`.
    var easeWeight: Float = 0.5
    var horizonWeight: Float = 0.5
    var nearbyWeight: Float = 0.5
    /// Positive scores are divided by (1 + users of the item) to this power.
    var popularityDiscount: Float = 0
    /// The same, below the head of a list.
    var tailDiscount: Float = 0
    var ridgeScale: Float = 1
    var easeScale: Float = 1
    var horizonScale: Float = 1
    var nearbyScale: Float = 1

    func withTailDiscount(_ discount: Float) -> BlendSettings {
        var settings = self
        settings.tailDiscount = discount
        return settings
    }

    /// One score per item of the catalogue. Items about which no component says anything are ordered by popularity.
    func blend(_ scores: ItemComponents.Scores, selection: ItemSelection, logUserCounts: [Float]) -> [Float] {
        var blended = scores.nearby
        // Most of the time of the search for settings is spent here: plain buffers, which the compiler turns into vectors.
        blended.withUnsafeMutableBufferPointer { blended in
            let nearbyFactor = nearbyWeight * nearbyScale
            for item in blended.indices { blended[item] *= nearbyFactor }
            add(scores, of: selection, to: blended)
            logUserCounts.withUnsafeBufferPointer { logUserCounts in
                if popularityDiscount > 0 {
                    for item in blended.indices where blended[item] > 0 {
                        blended[item] *= expf(-popularityDiscount * logUserCounts[item])
                    }
                }
                for item in blended.indices { blended[item] += 1e-5 * logUserCounts[item] }
            }
        }
        return blended
    }

    /// Adds what the closed-form components say.
    private func add(
        _ scores: ItemComponents.Scores, of selection: ItemSelection, to blended: UnsafeMutableBufferPointer<Float>
    ) {
        let easeFactor = easeWeight * easeScale
        let horizonFactor = horizonWeight * horizonScale
        scores.ridge.withUnsafeBufferPointer { ridge in
            scores.ease.withUnsafeBufferPointer { ease in
                scores.horizon.withUnsafeBufferPointer { horizon in
                    selection.items.withUnsafeBufferPointer { items in
                        for position in items.indices {
                            blended[Int(items[position])] +=
                                ridge[position] * ridgeScale + ease[position] * easeFactor
                                + horizon[position] * horizonFactor
                        }
                    }
                }
            }
        }
    }

    /// The items at the top of a list that stand in the order of relevance alone.
    static let headLength = 10

    /// The items in whose choice less used ones are favoured, the head among them: as many as coverage is counted by.
    static let widenedLength = 25

    /// Lets less used items rise into the part of the list after its head, so that lists of many users show more of the
    /// catalogue. The head keeps its items and their order, and what follows the part stands in the order of relevance.
    ///
    /// - Parameter relevance: One score per item of the catalogue, -∞ for items that are not to be listed; afterwards
    ///   only the order means anything.
    func widen(_ relevance: inout [Float], logUserCounts: [Float]) {
        guard tailDiscount > 0 else { return }
        let head = topIndices(of: relevance, count: Self.headLength).filter { relevance[$0] > -.infinity }
        guard let best = head.first, relevance[best] > 0 else { return }
        var discounted = relevance
        for item in relevance.indices where relevance[item] > 0 {
            discounted[item] *= expf(-tailDiscount * logUserCounts[item])
        }
        for item in head { discounted[item] = -.infinity }
        let risen = topIndices(of: discounted, count: Self.widenedLength - Self.headLength)
            .filter { relevance[$0] > 0 }
        let first = head + risen
        let highest = relevance[best]
        for (rank, item) in first.enumerated() { relevance[item] = highest * Float(1 + first.count - rank) }
    }
}
