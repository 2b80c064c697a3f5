import Datasets
import LinearAlgebra

extension ShallowAutoencoder: StorableRecommender {
    func tensors() -> [SafetensorsWriter.Tensor] {
        [
            .init("ease.items", selection.items), weights.tensor("ease.weights"),
            .init("popularity.counts", popularity.counts),
        ]
    }

    init(file: SafetensorsFile, items: Vocabulary, eventTypes: Vocabulary) throws(ModelError) {
        let selected = try file.array("ease.items", of: UInt32.self)
        guard selected.allSatisfy({ Int($0) < items.count }), Set(selected).count == selected.count else {
            throw .damaged(file: "weights.safetensors", reason: "'ease.items' names items that do not exist")
        }
        self.init(
            items: items, selection: ItemSelection(items: selected, itemCount: items.count),
            weights: .dense(try file.matrix("ease.weights", rows: selected.count, columns: selected.count)),
            popularity: try Popularity(file: file, items: items, eventTypes: eventTypes), learned: [:])
    }
}
