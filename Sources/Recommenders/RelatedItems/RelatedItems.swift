public import Datasets

/// Items like an item, by who met both and, in `aws-similar-items`, by what they are: the recipes `aws-similar-items` and
/// `aws-sims`.
///
/// Item-to-item collaborative filtering (G. Linden, B. Smith, J. York, "Amazon.com Recommendations: Item-to-Item
/// Collaborative Filtering", IEEE Internet Computing 2003): for each item the list of the items most similar to it is
/// worked out in training, so that an answer is one look into the list. ``ItemNeighbours`` has the similarity, and
/// ``ContentSimilarity`` what the items dataset adds to it; with it, items without events are in the catalogue.
///
/// A history stands for its newest item: what is measured is the list that a request about that item gets. Beyond the
/// list, and for an item that is not known, what is popular follows. The item itself is never recommended.
public struct RelatedItems: Recommender {
    public let items: Vocabulary
    let neighbours: ItemNeighbours
    /// Nil without metadata.
    let content: ContentSimilarity?
    let popularity: Popularity
    let learned: [String: Double]
    private let tail: [Float]

    init(
        items: Vocabulary, neighbours: ItemNeighbours, content: ContentSimilarity? = nil, popularity: Popularity,
        learned: [String: Double]
    ) {
        self.items = items
        self.neighbours = neighbours
        self.content = content
        self.popularity = popularity
        self.learned = learned
        tail = popularity.tail()
    }

    /// Similarities are positive; items that are only popular have scores below 0.
    public func scores(for history: History) -> [Float] {
        var scores = tail
        guard let item = history.items.last(where: { Int($0) < items.count }) else { return scores }
        neighbours.forEach(of: Int(item)) { neighbour, similarity in scores[neighbour] = similarity }
        content?.add(to: &scores, about: Int(item))
        scores[Int(item)] = -.infinity
        return scores
    }
}

extension Popularity {
    /// Scores from -1 to below 0 in the order of popularity, for what follows items with scores above 0.
    func tail() -> [Float] {
        let most = (counts.max() ?? 0) + 1
        return counts.map { $0 / most - 1 }
    }
}

extension RelatedItems: StorableRecommender {
    func tensors() -> [SafetensorsWriter.Tensor] {
        neighbours.tensors() + [.init("related.content_weight", [content?.weight ?? 0])]
            + (content?.content.tensors() ?? popularity.tensors())
    }

    init(file: SafetensorsFile, items: Vocabulary, eventTypes: Vocabulary) throws(ModelError) {
        let weight = try file.array("related.content_weight", of: Float.self, count: 1).first ?? 0
        guard weight.isFinite, weight >= 0 else {
            throw .damaged(file: "weights.safetensors", reason: "'related.content_weight' is not a number from 0")
        }
        let content =
            weight > 0
            ? ContentSimilarity(
                content: try ContentBased(file: file, items: items, eventTypes: eventTypes), weight: weight) : nil
        self.init(
            items: items, neighbours: try ItemNeighbours(file: file, itemCount: items.count), content: content,
            popularity: try Popularity(file: file, items: items, eventTypes: eventTypes),
            learned: [:])
    }
}
