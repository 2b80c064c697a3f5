import Foundation

/// The two ways in which a history is summed up: what the user is like, and what the user is at.
///
/// The event k places before the newest counts exp(-k / f), over the root of the sum of these weights: the sum of many
/// events is longer than one event, because it is more certain, but not as many times as long (FISM: S. Kabbur, X. Ning,
/// G. Karypis, "Factored Item Similarity Models for Top-N Recommender Systems", KDD 2013, with α = 1/2).
package enum HistoryPools {
    /// Events of a history that are read.
    package static let longest = 200
    /// f of each pool.
    package static let fading: [Float] = [60, 3]

    /// By pool and event.
    private static let decays: [[Float]] = fading.map { f in (0..<longest).map { expf(-Float($0) / f) } }
    /// By pool and number of events.
    private static let scales: [[Float]] = decays.map { decays in
        var sum: Float = 0
        var scales: [Float] = [0]
        for decay in decays {
            sum += decay
            scales.append(1 / sum.squareRoot())
        }
        return scales
    }

    /// The weights of `count` events, newest first.
    ///
    /// - Precondition: `count` is in `0...longest`.
    static func weights(ofPool pool: Int, count: Int) -> [Float] {
        let scale = scales[pool][count]
        return (0..<count).map { scale * decays[pool][$0] }
    }

    /// The inputs of the network that follow pools and attributes: the length of the history on a logarithmic scale,
    /// whether it is empty, and 1.
    static func lengthInputs(count: Int) -> [Float] {
        [log1pf(Float(count)) / log1pf(Float(longest)), count == 0 ? 1 : 0, 1]
    }
}
