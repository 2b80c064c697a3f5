import Foundation
import LinearAlgebra

/// How the transformer and the closed form are put together: (1 - s) · c + s · z, with z the logarithm of the transformer's
/// chance of an item and c = -2 log(10 + rank) by its place in the closed form's order.
///
/// A place, unlike a score, means the same whatever the closed form is made of, and -log rank is what scores of lists look like:
/// chances fall with a power of the rank. G. Cormack, C. Clarke, S. Buettcher, "Reciprocal Rank Fusion outperforms
/// Condorcet and Individual Rank Learning Methods" (SIGIR 2009) for ranks as a common scale.
struct TransformerBlend: Sendable, Equatable {
    /// s: 0 is the closed form alone.
    var share: Float

    static let shares: [Float] = [0, 0.15, 0.3, 0.45, 0.6, 0.75, 0.9, 1]
    /// Places of the closed form that are told apart.
    static let depth = 500
    private static let offset: Float = 10
    /// How much a place that is twice as good counts beside a chance that is twice as high.
    private static let steepness: Float = 2

    /// The places of the best new items of the closed form.
    static func places(of relevance: [Float]) -> [Int] { topIndices(of: relevance, count: depth) }

    /// One number per item of the catalogue; -∞ where the closed form says so.
    ///
    /// An item that the transformer does not know, such as a new one, is taken to be as likely for it as the item at the same
    /// place of its own order.
    ///
    /// - Parameter places: See ``places(of:)``.
    func relevance(closedForm: [Float], places: [Int], logits: [Float], selection: ItemSelection) -> [Float] {
        let lowest = logits.min() ?? 0
        var scores = closedForm.map { $0 > -.infinity ? share * lowest : -.infinity }
        for (position, item) in selection.items.enumerated() where scores[Int(item)] > -.infinity {
            scores[Int(item)] = share * logits[position]
        }
        let unknown = places.indices.filter { selection.position(of: UInt32(places[$0])) == nil }
        if !unknown.isEmpty {
            let order = topIndices(of: scores, count: places.count).map { scores[$0] }
            for place in unknown where place < order.count { scores[places[place]] = order[place] }
        }
        guard share < 1 else { return scores }
        let last = logf(Self.offset + Float(places.count))
        for (rank, item) in places.enumerated() {
            scores[item] += (1 - share) * Self.steepness * (last - logf(Self.offset + Float(rank)))
        }
        return scores
    }

    /// The items at the top of a list that stand in the order of relevance alone.
    private static let headLength = 10

    /// Lets less used items rise below the head of the list, see ``BlendSettings/widen(_:logUserCounts:)``.
    static func widen(_ scores: inout [Float], discount: Float, logUserCounts: [Float]) {
        guard discount > 0 else { return }
        let head = topIndices(of: scores, count: headLength)
        for item in scores.indices { scores[item] -= discount * logUserCounts[item] }
        let highest = scores.max() ?? 0
        for (rank, item) in head.enumerated() { scores[item] = highest + 0.1 * Float(head.count - rank) }
    }

    /// The share that finds most of what was held out, by the mean gain of each share and case; of equal ones the lowest.
    init(choosingFrom gains: [[Double]]) {
        let means = gains.map { $0.reduce(0, +) / Double(max($0.count, 1)) }
        let best = means.indices.max { means[$0] < means[$1] || means[$0] == means[$1] && $0 > $1 } ?? 0
        share = Self.shares[best]
    }

    init(share: Float) { self.share = share }
}
