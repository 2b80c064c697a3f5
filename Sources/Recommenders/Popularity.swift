public import Datasets

/// Items by their number of events, for everybody alike: the recipe `aws-popularity-count`, and what a user without a
/// history gets from every other recipe.
///
/// Training is one pass over the events; scoring copies the catalogue's counts.
public struct Popularity: Recommender, Equatable {
    public let items: Vocabulary
    /// Events per item.
    public let counts: [Float]

    init(items: Vocabulary, counts: [Float]) {
        self.items = items
        self.counts = counts
    }

    init(histories: UserHistories, items: Vocabulary) {
        var counts = [Float](repeating: 0, count: items.count)
        for item in histories.items { counts[Int(item)] += 1 }
        self.items = items
        self.counts = counts
    }

    public func scores(for history: History) -> [Float] { counts }
}

extension Popularity: StorableRecommender {
    var learned: [String: Double] { [:] }

    func tensors() -> [SafetensorsWriter.Tensor] { [.init("popularity.counts", counts)] }

    init(file: SafetensorsFile, items: Vocabulary, eventTypes: Vocabulary) throws(ModelError) {
        counts = try file.array("popularity.counts", of: Float.self, count: items.count)
        self.items = items
    }
}
