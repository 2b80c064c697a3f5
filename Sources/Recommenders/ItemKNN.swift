public import Datasets
import LinearAlgebra

/// Items that are alike to those that a user met: the recipe `palate-item-knn`.
///
/// Every item has a list of its most similar items, see ``ItemSimilarity``; a user's score of an item is the sum of its
/// similarities in the lists of the user's items. B. Sarwar, G. Karypis, J. Konstan, J. Riedl, "Item-Based Collaborative
/// Filtering Recommendation Algorithms" (WWW 2001); M. Deshpande, G. Karypis, "Item-Based Top-N Recommendation Algorithms"
/// (ACM TOIS 2004). Items in none of the lists follow in the order of their popularity.
///
/// Scoring takes history · neighbours additions.
public struct ItemKNN: Recommender {
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

    /// Sums of similarities are positive; items that are only popular have scores below 0.
    public func scores(for history: History) -> [Float] {
        let known = Set(history.items.filter { Int($0) < items.count }).sorted()
        guard !known.isEmpty else { return popularity.counts }
        var scores = [Float](repeating: 0, count: items.count)
        for item in known {
            neighbours.forEach(of: Int(item)) { neighbour, similarity in scores[neighbour] += similarity }
        }
        for item in scores.indices where scores[item] == 0 { scores[item] = tail[item] }
        return scores
    }
}

extension ItemKNN {
    /// What a training run can be told.
    public struct Hyperparameters: Sendable, Equatable {
        /// `similarity`.
        package var similarity: ItemSimilarity.Measure
        /// `neighbours`: how many similar items an item has in its list.
        public var neighbours: Int
        /// `shrinkage`: so many average users are added to those of an item, so that items with few are alike to none.
        public var shrinkage: Double
        /// `min_cointeraction_count`: users that must have met both items.
        public var minimumCoInteractions: Int

        /// - Throws: ``TrainingError`` for an unknown name or a value outside the range.
        public init(_ values: [String: String] = [:]) throws(TrainingError) {
            var reader = HyperparameterReader(values)
            let name = reader.text("similarity") ?? ItemSimilarity.Measure.tfIdf.rawValue
            guard let similarity = ItemSimilarity.Measure(rawValue: name.lowercased()) else {
                let known = ItemSimilarity.Measure.allCases.map(\.rawValue).joined(separator: ", ")
                throw .invalidHyperparameter("similarity", value: name, expected: "one of \(known)")
            }
            self.similarity = similarity
            neighbours = try reader.integer("neighbours", in: 1...1_000, default: 50)
            shrinkage = try reader.number("shrinkage", in: 0...10_000, default: 10)
            minimumCoInteractions = try reader.integer("min_cointeraction_count", in: 0...10, default: 1)
            try reader.finish()
        }
    }

    /// Of a longer history only the newest items count, see ``RelatedItems/longestSequence``.
    ///
    /// - Throws: `CancellationError`.
    init(
        training histories: UserHistories, items: Vocabulary, hyperparameters: Hyperparameters,
        options: TrainingOptions
    ) throws {
        let plan = ItemNeighbours.Plan(
            histories, itemCount: items.count, neighbours: hyperparameters.neighbours,
            limit: options.effectiveMemoryLimit, threads: options.threads)
        try options.announce(memory: plan.bytes)
        try options.advance(to: 0.05, "collecting what was met together")
        let sequences = ItemSequences(
            (0..<histories.count).lazy.map { user in
                RelatedItems.newest(of: Array(histories.items[histories.offsets[user]..<histories.offsets[user + 1]]))
            }, itemCount: items.count)
        let occurrences = ItemOccurrences(sequences)
        let neighbours = try ItemNeighbours(
            occurrences,
            similarity: .of(occurrences, hyperparameters.similarity, shrinkage: Float(hyperparameters.shrinkage)),
            minimumCoInteractions: hyperparameters.minimumCoInteractions, limit: plan.limit,
            capacity: plan.capacity, options: options)
        self.init(
            items: items, neighbours: neighbours, popularity: Popularity(histories: histories, items: items),
            learned: ["neighbour_limit": Double(plan.limit), "neighbours": Double(neighbours.items.count)])
    }
}

extension ItemKNN: StorableRecommender {
    func tensors() -> [SafetensorsWriter.Tensor] { neighbours.tensors() + popularity.tensors() }

    init(file: SafetensorsFile, items: Vocabulary, eventTypes: Vocabulary) throws(ModelError) {
        self.init(
            items: items, neighbours: try ItemNeighbours(file: file, itemCount: items.count),
            popularity: try Popularity(file: file, items: items, eventTypes: eventTypes), learned: [:])
    }
}
