import Foundation

/// How popularity and freshness change a ranking: `campaignConfig.rankingInfluence`.
///
/// Probabilities are multiplied with 100 to the power of `weight · factor`, a logarithmic opinion pool of the model and
/// the factor: a factor of 1 at a weight of 1 outweighs a hundredfold difference in relevance.
/// - Popularity is `log(1 + events) / log(1 + most events of an item)`.
/// - Freshness falls from 1 for the newest item to 0 for the oldest, evenly over age.
///
/// Sources: developer guide, "Semantic-Similarity recipe" (what the factors are, and that both are normalised); C. Genest
/// and J. V. Zidek, "Combining Probability Distributions", Statistical Science 1(1), 1986 (the pool).
package struct RankingInfluence: Sendable, Equatable {
    private static let reach = log(Float(100))

    package let popularity: Double
    package let freshness: Double

    /// - Returns: Nil when nothing has influence.
    package init?(_ weights: [String: Double]?) {
        popularity = weights?["POPULARITY"] ?? 0
        freshness = weights?["FRESHNESS"] ?? 0
        guard popularity > 0 || freshness > 0 else { return nil }
    }

    /// What is added to the logarithm of each item's odds.
    ///
    /// - Parameters:
    ///   - events: Of each item.
    ///   - ages: Of each item, in days.
    package func offsets(events: [Float], ages: [Double]) -> [Float] {
        let most = log1pf(events.max() ?? 0)
        let youngest = ages.min() ?? 0
        let span = (ages.max() ?? 0) - youngest
        return zip(events, ages).map { events, age in
            let popular = most > 0 ? log1pf(events) / most : 0
            let fresh = span > 0 ? Float(1 - (age - youngest) / span) : 0
            return Self.reach * (Float(popularity) * popular + Float(freshness) * fresh)
        }
    }
}
