import Datasets
import LinearAlgebra

/// What items are beside who met them, in lists of related items: w · the cosine of the items' features is added to the
/// similarity of co-occurrence.
///
/// Features are those of ``FeatureBlock``, all columns alike. Because the similarity of co-occurrence is shrunk for items
/// with few users, the features of such items decide; an item without events is reached, and asked about, by them alone.
/// w is chosen on held-out users: by which of their new items follow in the list of the item before.
struct ContentSimilarity: Sendable {
    let content: ContentBased
    /// w, in the unit of the similarity of co-occurrence.
    let weight: Float

    /// w relative to the tenth-best similarity of an average item. The least keeps new items in reach where features say
    /// nothing about what goes together.
    static let grid: [Double] = [0.02, 0.05, 0.1, 0.2, 0.4, 0.8, 1.6, 3.2]
    static let start = 2

    /// Adds to the similarities; every item with features gets a score of at least 0.
    func add(to scores: inout [Float], about item: Int) {
        let likeness = content.scores(similarTo: item)
        for other in scores.indices where likeness[other] > 0 {
            scores[other] = max(scores[other], 0) + weight * likeness[other]
        }
    }

    /// The mean over items with neighbours of the tenth-best similarity, or the least if there are fewer; 1 without any.
    static func scale(of neighbours: ItemNeighbours) -> Float {
        var (sum, count) = (Float(0), 0)
        for item in 0..<(neighbours.offsets.count - 1) {
            let (first, end) = (neighbours.offsets[item], neighbours.offsets[item + 1])
            guard first < end else { continue }
            sum += neighbours.similarities[min(first + 9, end - 1)]
            count += 1
        }
        return count > 0 ? sum / Float(count) : 1
    }
}

extension ContentSimilarity {
    /// Bytes that features, and the users that are held out to choose their weight, take at most.
    static func memory(
        _ table: MetadataTable, _ histories: UserHistories, itemCount: Int, latentDimension: Int, threads: Int
    ) -> Int {
        FeatureMemory(table, itemCount: itemCount, latentDimension: latentDimension).bytes
            + HeldOutUsers.memory(histories, itemCount: itemCount, threads: threads) + 32 * itemCount
    }

    /// The features of a catalogue; nil without a column in which items differ.
    ///
    /// - Parameter latentDimension: Of the projection beside the words of texts.
    static func content(
        of items: Vocabulary, counts: [Float], latentDimension: Int, options: TrainingOptions
    ) throws -> ContentBased? {
        guard let table = options.metadata.items else { return nil }
        let blocks = try FeatureBlock.blocks(
            of: table, items: items, latentDimension: latentDimension, options: options)
        guard !blocks.isEmpty else { return nil }
        return ContentBased(
            items: items,
            features: ItemFeatures(
                blocks, weights: [Float](repeating: 1, count: blocks.count), itemCount: items.count),
            settings: .init(distance: .cosine, recentItems: 0, popularityWeight: 0),
            popularity: Popularity(items: items, counts: counts))
    }

    /// With the weight under which held-out users find most of what they met next.
    ///
    /// - Parameter neighbours: Makes those of some of the users.
    static func chosen(
        content: ContentBased, neighbours: ([Int]) throws -> ItemNeighbours, of histories: UserHistories,
        options: TrainingOptions
    ) throws -> (similarity: ContentSimilarity, learned: [String: Double]) {
        let heldOut = HeldOutUsers(of: histories, itemCount: content.items.count, seed: options.seed)
        let known = try neighbours(heldOut.others)
        let scale = scale(of: known)
        guard heldOut.canChoose else {
            return (ContentSimilarity(content: content, weight: Float(grid[start]) * scale), [:])
        }
        let tail = content.popularity.tail()
        let best = try HeldOutUsers.climb(grid, from: start) { candidate in
            try options.advance(to: 0.3, "choosing how much metadata counts")
            let similarity = ContentSimilarity(content: content, weight: Float(candidate) * scale)
            return heldOut.gain(threads: options.threads) { testCase in
                var scores = tail
                guard let item = testCase.recent.items.first else { return scores }
                known.forEach(of: Int(item)) { scores[$0] = $1 }
                similarity.add(to: &scores, about: Int(item))
                return scores
            }
        }
        return (
            ContentSimilarity(content: content, weight: Float(best.value) * scale),
            [
                "metadata_weight": best.value, "validation_ndcg_at_25": best.gain,
                "validation_users": Double(heldOut.cases.count),
            ]
        )
    }
}
