import Foundation

/// How alike two items are, by the sequences that hold them.
///
/// All measures need one sum for each pair of items, of the weights of the sequences that hold both, so one pass serves
/// them all.
package struct ItemSimilarity: Sendable {
    /// Of each sequence.
    let weights: [Float]
    /// Factors of the item whose neighbours are looked for, and of its neighbours.
    private let own: [Float]
    private let others: [Float]
    /// With it, the measure is the sum divided by the union instead: sequences of each item, and what is added to a union.
    private let union: (frequencies: [Float], shrinkage: Float)?

    func value(ofSum sum: Float, from item: Int, to other: Int) -> Float {
        guard let union else { return sum * others[other] * own[item] }
        return sum / max(union.frequencies[item] + union.frequencies[other] - sum + union.shrinkage, 1e-6)
    }

    /// The measure of `aws-similar-items` and `aws-sims`, see ``ItemNeighbours``.
    static func conditional(_ occurrences: ItemOccurrences, popularityExponent: Float, shrinkage: Float) -> Self {
        let sequences = occurrences.sequences
        let weights = (0..<sequences.count).map { sequence in
            1 / Float(max(sequences.offsets[sequence + 1] - sequences.offsets[sequence], 1)).squareRoot()
        }
        let frequencies = frequencies(occurrences, weights, shrinkage: shrinkage)
        return ItemSimilarity(
            weights: weights, own: frequencies.map { powf($0, popularityExponent - 1) },
            others: frequencies.map { powf($0, -popularityExponent) }, union: nil)
    }

    /// Measures of textbooks, of items as vectors over users. With U(i) the users of an item, n items, nᵤ items of a user,
    /// and s the shrinkage:
    package enum Measure: String, Sendable, CaseIterable {
        /// |U(i) ∩ U(j)| / √((|U(i)| + s) · (|U(j)| + s))
        case cosine
        /// |U(i) ∩ U(j)| / (|U(i) ∪ U(j)| + s)
        case jaccard
        /// The cosine where each user counts wᵤ² = ln²(1 + n / (1 + nᵤ)): who meets everything says little.
        case tfIdf = "tf-idf"
        /// Σ wᵤ² · g(i) · g(j) over the users of both, with g(i) = (k + 1) / (1 + k · (1 - b + b · |U(i)| / mean)), k = 1.2 and
        /// b = 0.75; s plays no part. S. Robertson, H. Zaragoza, "The Probabilistic Relevance Framework: BM25 and
        /// Beyond" (2009), equation 3.15, with items as documents and users as terms.
        case bm25
    }

    package static func of(_ occurrences: ItemOccurrences, _ measure: Measure, shrinkage: Float) -> ItemSimilarity {
        let sequences = occurrences.sequences
        let isWeighted = measure == .tfIdf || measure == .bm25
        let weights = (0..<sequences.count).map { sequence -> Float in
            let length = sequences.offsets[sequence + 1] - sequences.offsets[sequence]
            let weight = log1pf(Float(sequences.itemCount) / Float(1 + length))
            return isWeighted ? weight * weight : 1
        }
        switch measure {
        case .cosine, .tfIdf:
            let norms = frequencies(occurrences, weights, shrinkage: shrinkage).map { 1 / max($0, 1e-6).squareRoot() }
            return ItemSimilarity(weights: weights, own: norms, others: norms, union: nil)
        case .jaccard:
            return ItemSimilarity(
                weights: weights, own: [], others: [],
                union: (frequencies(occurrences, weights, shrinkage: 0), shrinkage))
        case .bm25:
            let users = sequences.userCounts()
            let mean = users.reduce(0, +) / Float(max(users.count { $0 > 0 }, 1))
            let saturation = users.map { 2.2 / (1 + 1.2 * (0.25 + 0.75 * $0 / max(mean, 1e-6))) }
            return ItemSimilarity(weights: weights, own: saturation, others: saturation, union: nil)
        }
    }

    /// The weights of each item's sequences, and `shrinkage` average ones.
    private static func frequencies(_ occurrences: ItemOccurrences, _ weights: [Float], shrinkage: Float) -> [Float] {
        let constant = shrinkage * (weights.reduce(0, +) / Float(max(weights.count, 1)))
        return (0..<occurrences.sequences.itemCount).map { item in
            occurrences.sequences(with: item).reduce(constant) { $0 + weights[$1] }
        }
    }
}
