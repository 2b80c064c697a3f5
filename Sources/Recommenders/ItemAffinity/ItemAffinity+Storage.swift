import Datasets
import LinearAlgebra

extension ItemAffinity: StorableRecommender {
    var learned: [String: Double] { ["repeat_factor": Double(repeatFactor)] }

    func tensors() -> [SafetensorsWriter.Tensor] {
        [
            .init("affinity.users", userFactors), .init("affinity.items", itemFactors),
            .init("affinity.gram", gram), .init("users.events", activities),
            .init("affinity.repeat_factor", [repeatFactor]), .init("items.events", popularity.counts),
        ]
    }

    init(file: SafetensorsFile, items: Vocabulary, eventTypes: Vocabulary) throws(ModelError) {
        let itemFactors = try file.matrix("affinity.items", rows: items.count)
        let dimension = itemFactors.columns
        let userFactors = try file.matrix("affinity.users", columns: dimension)
        let repeatFactor = try file.array("affinity.repeat_factor", of: Float.self, count: 1)
        self.init(
            items: items, userFactors: userFactors, itemFactors: itemFactors,
            gram: try file.matrix("affinity.gram", rows: dimension, columns: dimension),
            activities: try file.array("users.events", of: Float.self, count: userFactors.rows),
            repeatFactor: repeatFactor.first ?? 1,
            popularity: Popularity(
                items: items, counts: try file.array("items.events", of: Float.self, count: items.count)))
    }
}

extension TrainedModel {
    /// What rates items by every user; nil when the recipe makes no segments of users.
    public var affinity: ItemAffinity? {
        guard let affinity = storable as? ItemAffinity, affinity.userCount == users.count else { return nil }
        return affinity
    }
}
