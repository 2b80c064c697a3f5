import Foundation
import LinearAlgebra

/// Finds blend settings on held-out users: their older events are the input, the new items of the newest tenth the
/// targets.
///
/// A coordinate search over small grids for the best normalised discounted cumulative gain of the 25 best items, starting
/// from defaults that it leaves only for a clear gain. Then the discount of the list's tail that shows the most of the
/// catalogue and loses no more than a tolerance.
package struct BlendSearch: Sendable {
    /// A held-out user.
    struct Case: Sendable {
        let recent: RecentItems
        /// New items only.
        let targets: Set<UInt32>
        let history: Set<UInt32>
        /// By target; empty when all count alike.
        var rewards: [UInt32: Float] = [:]
        /// The target that came first; nil when that does not matter.
        var first: UInt32?
    }

    let cases: [Case]
    let logUserCounts: [Float]
    let threads: Int

    /// What a step must gain, relatively, to be taken.
    private static let clearGain = 1.005
    static let depth = 25

    /// Mean gain of the scores that `score` gives to each case, and the distinct items it would show.
    func evaluate(_ score: @Sendable (Int) -> [Float]) -> (gain: Double, shownItems: Int) {
        let results: [(Double, [Int])] = Parallel.map(cases.count, threads: threads) { index in
            let top = unseenTop(score(index), of: index, count: Self.depth)
            let gain = Self.gain(
                of: top.map { UInt32($0) }, targets: cases[index].targets, rewards: cases[index].rewards,
                first: cases[index].first)
            return (gain, top)
        }
        let total = results.reduce(0) { $0 + $1.0 }
        return (total / Double(max(results.count, 1)), Set(results.flatMap { $0.1 }).count)
    }

    /// The best items that the case's user had not met.
    func unseenTop(_ scores: [Float], of index: Int, count: Int) -> [Int] {
        var scores = scores
        for item in cases[index].history where Int(item) < scores.count { scores[Int(item)] = -.infinity }
        return topIndices(of: scores, count: count)
    }

    /// A hit gains its reward, with discount 1/log₂(1 + rank), relative to the best 25 targets at the top.
    ///
    /// - Parameter first: The target that came first, where that matters: it is half of what a list is worth.
    package static func gain(
        of top: [UInt32], targets: Set<UInt32>, rewards: [UInt32: Float], first: UInt32? = nil
    ) -> Double {
        if let first {
            return (gain(of: top, targets: targets, rewards: rewards) + gain(of: top, targets: [first], rewards: [:]))
                / 2
        }
        var sum = 0.0
        for (rank, item) in top.enumerated() where targets.contains(item) {
            sum += Double(rewards[item] ?? 1) / log2(Double(rank + 2))
        }
        let best = rewards.isEmpty ? [] : targets.map { rewards[$0] ?? 1 }.sorted(by: >)
        let ideal = (0..<min(depth, targets.count)).reduce(0.0) {
            $0 + (best.isEmpty ? 1 : Double(best[$1])) / log2(Double($1 + 2))
        }
        return ideal > 0 ? sum / ideal : 0
    }

    /// Settings with the decays and weights that do best, and their gain.
    func settings(
        startingFrom start: BlendSettings, components: ItemComponents, easeDecays: [Float], coverageTolerance: Double
    ) throws -> (settings: BlendSettings, gain: Double) {
        var best = start
        var scores = componentScores(components, best)
        setScales(of: &best, scores)
        var bestGain = gain(best, scores, components)

        for _ in 0..<2 {
            for decay in easeDecays where decay != best.easeDecay {
                try Task.checkCancellation()
                var candidate = best
                candidate.easeDecay = decay
                let candidateScores = withEase(scores, components, candidate)
                candidate.easeScale = scale(candidateScores) { $0.ease }
                for weight in [0.25, 0.5, 1] as [Float] {
                    candidate.easeWeight = weight
                    let found = gain(candidate, candidateScores, components)
                    if found > bestGain * Self.clearGain {
                        (best, bestGain, scores) = (candidate, found, candidateScores)
                    }
                }
            }
            try climb(&best, &bestGain, scores, components, \.easeWeight, [0, 0.25, 0.5, 0.75, 1, 1.5])
            try climb(&best, &bestGain, scores, components, \.horizonWeight, [0, 0.25, 0.5, 0.75, 1, 1.5])
            try climb(&best, &bestGain, scores, components, \.nearbyWeight, [0, 0.25, 0.5, 0.75, 1, 1.5])
            try climb(&best, &bestGain, scores, components, \.popularityDiscount, [0, 0.05, 0.1, 0.2])
        }
        let widened = try widen(best, bestGain, scores, components, tolerance: coverageTolerance)
        return (widened, gain(widened, scores, components))
    }

    private func climb(
        _ best: inout BlendSettings, _ bestGain: inout Double, _ scores: [ItemComponents.Scores],
        _ components: ItemComponents, _ knob: WritableKeyPath<BlendSettings, Float>, _ values: [Float]
    ) throws {
        try Task.checkCancellation()
        for value in values where value != best[keyPath: knob] {
            var candidate = best
            candidate[keyPath: knob] = value
            let found = gain(candidate, scores, components)
            if found > bestGain * Self.clearGain { (best, bestGain) = (candidate, found) }
        }
    }

    private func widen(
        _ best: BlendSettings, _ bestGain: Double, _ scores: [ItemComponents.Scores], _ components: ItemComponents,
        tolerance: Double
    ) throws -> BlendSettings {
        var widest = best
        var mostShown = 0
        for discount in [0, 0.1, 0.2, 0.3, 0.45, 0.6, 0.8, 1] as [Float] where discount == 0 || tolerance > 0 {
            try Task.checkCancellation()
            var candidate = best
            candidate.tailDiscount = discount
            let result = evaluate(candidate, scores, components)
            if result.gain >= bestGain * (1 - tolerance), result.shownItems > mostShown {
                (widest, mostShown) = (candidate, result.shownItems)
            }
        }
        return widest
    }

    private func evaluate(
        _ settings: BlendSettings, _ scores: [ItemComponents.Scores], _ components: ItemComponents
    ) -> (gain: Double, shownItems: Int) {
        evaluate { list(of: $0, scores[$0], components, settings) }
    }

    /// Scores of the items that the case's user had not met, in the order of the list.
    func list(
        of index: Int, _ scores: ItemComponents.Scores, _ components: ItemComponents, _ settings: BlendSettings
    ) -> [Float] {
        var list = settings.blend(scores, selection: components.selection, logUserCounts: logUserCounts)
        for item in cases[index].history where Int(item) < list.count { list[Int(item)] = -.infinity }
        settings.widen(&list, logUserCounts: logUserCounts)
        return list
    }

    private func gain(
        _ settings: BlendSettings, _ scores: [ItemComponents.Scores], _ components: ItemComponents
    ) -> Double {
        evaluate(settings, scores, components).gain
    }

    private func componentScores(_ components: ItemComponents, _ settings: BlendSettings) -> [ItemComponents.Scores] {
        Parallel.map(cases.count, threads: threads) { components.scores(cases[$0].recent, settings: settings) }
    }

    /// With what EASE says by other settings.
    private func withEase(
        _ scores: [ItemComponents.Scores], _ components: ItemComponents, _ settings: BlendSettings
    ) -> [ItemComponents.Scores] {
        Parallel.map(cases.count, threads: threads) { index in
            var changed = scores[index]
            changed.ease = components.easeScore(cases[index].recent, settings: settings)
            return changed
        }
    }

    private func setScales(of settings: inout BlendSettings, _ scores: [ItemComponents.Scores]) {
        settings.ridgeScale = scale(scores) { $0.ridge }
        settings.easeScale = scale(scores) { $0.ease }
        settings.horizonScale = scale(scores) { $0.horizon }
        settings.nearbyScale = scale(scores) { $0.nearby }
    }

    /// The factor that brings the mean tenth-best score of a component to 1.
    private func scale(
        _ scores: [ItemComponents.Scores], _ component: @Sendable (ItemComponents.Scores) -> [Float]
    ) -> Float {
        let tenth = Parallel.map(scores.count, threads: threads) { index -> Float in
            let values = component(scores[index])
            return topIndices(of: values, count: 10).last.map { values[$0] } ?? 0
        }
        let mean = tenth.reduce(0, +) / Float(max(tenth.count, 1))
        return mean > 1e-12 ? 1 / mean : 0
    }
}
