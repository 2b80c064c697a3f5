public import Datasets

/// Items like an item, by who met both: the recipes `aws-similar-items` and `aws-sims`.
///
/// Item-to-item collaborative filtering (G. Linden, B. Smith, J. York, "Amazon.com Recommendations: Item-to-Item
/// Collaborative Filtering", IEEE Internet Computing 2003): for each item the list of the items most similar to it is
/// worked out in training, so that an answer is one look into the list. ``ItemNeighbours`` has the similarity.
///
/// A history stands for its newest item: what is measured is the list that a request about that item gets. Beyond the
/// list, and for an item that is not known, what is popular follows. The item itself is never recommended.
public struct RelatedItems: Recommender {
    public let items: Vocabulary
    let neighbours: ItemNeighbours
    let popularity: Popularity
    let learned: [String: Double]
    private let tail: [Float]

    init(items: Vocabulary, neighbours: ItemNeighbours, popularity: Popularity, learned: [String: Double]) {
        self.items = items
        self.neighbours = neighbours
        self.popularity = popularity
        self.learned = learned
        tail = popularity.tail()
    }

    /// Similarities are positive; items that are only popular have scores below 0.
    public func scores(for history: History) -> [Float] {
        var scores = tail
        guard let item = history.items.last(where: { Int($0) < items.count }) else { return scores }
        neighbours.forEach(of: Int(item)) { neighbour, similarity in scores[neighbour] = similarity }
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
    func tensors() -> [SafetensorsWriter.Tensor] { neighbours.tensors() + popularity.tensors() }

    init(file: SafetensorsFile, items: Vocabulary, eventTypes: Vocabulary) throws(ModelError) {
        self.init(
            items: items, neighbours: try ItemNeighbours(file: file, itemCount: items.count),
            popularity: try Popularity(file: file, items: items, eventTypes: eventTypes),
            learned: [:])
    }
}
