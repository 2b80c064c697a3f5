public import Datasets

/// Items by their number of events, for everybody alike: the recipe `aws-popularity-count`, and what a user without a
/// history gets from every other recipe.
///
/// Training is one pass over the events; scoring copies the catalogue's counts.
public struct Popularity: Recommender, Equatable {
    public let items: Vocabulary
    /// Events per item, each with its reward.
    public let counts: [Float]

    init(items: Vocabulary, counts: [Float]) {
        self.items = items
        self.counts = counts
    }

    init(histories: UserHistories, items: Vocabulary, weights: NumberedEventWeights = .equal) {
        var counts = [Float](repeating: 0, count: items.count)
        for (event, item) in histories.items.enumerated() {
            counts[Int(item)] += weights[event < histories.eventTypes.count ? histories.eventTypes[event] : .max]
        }
        self.items = items
        self.counts = counts
    }

    public func scores(for history: History) -> [Float] { counts }

    /// Bytes of a training: the counts, and once more those of the model around it.
    static func memory(itemCount: Int) -> Int { 8 * itemCount }
}

extension Popularity: StorableRecommender {
    var learned: [String: Double] { [:] }

    func tensors() -> [SafetensorsWriter.Tensor] { [.init("popularity.counts", counts)] }

    init(file: SafetensorsFile, items: Vocabulary, eventTypes: Vocabulary) throws(ModelError) {
        counts = try file.array("popularity.counts", of: Float.self, count: items.count)
        self.items = items
    }
}

extension Popularity: UpdatableRecommender {
    func updated(
        with histories: UserHistories, items: Vocabulary, eventTypes: Vocabulary, hyperparameters: [String: String],
        options: TrainingOptions
    ) throws -> Popularity {
        Popularity(histories: histories, items: items, weights: options.eventWeights.numbered(by: eventTypes))
    }
}
