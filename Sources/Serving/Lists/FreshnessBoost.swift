import LinearAlgebra

/// Lifts younger items: `palate.freshnessBoost`.
///
/// A score grows by boost × freshness × span. Freshness is the part of the other items that are older, from 0 to 1. Span is
/// the way from the user's best score down to the hundredth, or to the middle of a smaller catalogue, so that a boost means
/// the same whatever scores a recipe gives.
struct FreshnessBoost: Sendable {
    private static let place = 100

    /// Boost × freshness of each item of an assortment.
    private let lifts: [Float]

    /// O(items × log items).
    ///
    /// - Parameter ages: Of each item, in days.
    /// - Returns: Nil when nothing is boosted.
    init?(_ boost: Double, ages: [Double]) {
        guard boost > 0, ages.count > 1 else { return nil }
        let oldestFirst = ages.indices.sorted { ages[$0] > ages[$1] }
        var lifts = [Float](repeating: 0, count: ages.count)
        var older = 0
        for (place, item) in oldestFirst.enumerated() {
            if place > 0, ages[item] < ages[oldestFirst[place - 1]] { older = place }
            lifts[item] = Float(boost * Double(older) / Double(ages.count - 1))
        }
        self.lifts = lifts
    }

    /// The way that a lift of 1 goes.
    static func span(of relevance: [Float]) -> Float {
        let best = topIndices(of: relevance, count: place)
        guard let first = best.first else { return 0 }
        return relevance[first] - relevance[best[best.count < place ? best.count / 2 : place - 1]]
    }

    /// Adds to the scores of some items, which may be -∞.
    func apply(to scores: inout [Float], _ items: Range<Int>, span: Float) {
        for item in items.clamped(to: lifts.startIndex..<lifts.endIndex) where scores.indices.contains(item) {
            scores[item] += lifts[item] * span
        }
    }
}
