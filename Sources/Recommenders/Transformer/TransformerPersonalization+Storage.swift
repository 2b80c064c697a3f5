import Datasets
import LinearAlgebra

extension TransformerPersonalization: StorableRecommender {
    func tensors() -> [SafetensorsWriter.Tensor] {
        let shape = transformer?.layout.shape
        return closedForm.tensors() + [
            .init("transformer.items", selection.items),
            .init(
                "transformer.shape",
                [shape?.dimension, shape?.layers, shape?.heads, shape?.length].map { UInt32($0 ?? 0) }),
            .init("transformer.parameters", transformer?.parameters ?? Matrix(rows: 1, columns: 0)),
            .init("transformer.share", [blend.share]),
        ]
    }

    init(file: SafetensorsFile, items: Vocabulary, eventTypes: Vocabulary) throws(ModelError) {
        let name = "weights.safetensors"
        closedForm = try UserPersonalization(file: file, items: items, eventTypes: eventTypes)
        let selected = try file.array("transformer.items", of: UInt32.self)
        guard selected.allSatisfy({ Int($0) < items.count }), Set(selected).count == selected.count else {
            throw .damaged(file: name, reason: "'transformer.items' names items that do not exist")
        }
        selection = ItemSelection(items: selected, itemCount: items.count)
        let share = try file.array("transformer.share", of: Float.self, count: 1)[0]
        guard (0...1).contains(share) else { throw .damaged(file: name, reason: "'transformer.share' is not usable") }
        blend = TransformerBlend(share: share)
        learned = [:]
        let sizes = try file.array("transformer.shape", of: UInt32.self, count: 4).map { Int($0) }
        guard sizes != [0, 0, 0, 0] else {
            transformer = nil
            return
        }
        let (dimension, layers, heads, length) = (sizes[0], sizes[1], sizes[2], sizes[3])
        guard (1...4_096).contains(dimension), (1...64).contains(layers), (1...dimension).contains(heads),
            dimension % heads == 0, (1...65_536).contains(length)
        else { throw .damaged(file: name, reason: "'transformer.shape' is not usable") }
        let layout = TransformerLayout(
            TransformerShape(
                itemCount: selected.count, dimension: dimension, layers: layers, heads: heads, length: length))
        transformer = TransformerScoring(
            layout: layout, parameters: try file.matrix("transformer.parameters", rows: 1, columns: layout.count))
    }
}
