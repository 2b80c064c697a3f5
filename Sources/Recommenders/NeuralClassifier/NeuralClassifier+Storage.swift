import Datasets
import LinearAlgebra

extension NeuralClassifier: StorableRecommender {
    private static let matrices: [(name: String, matrix: any (KeyPath<ServedNetwork, Matrix> & Sendable))] = [
        ("input_items", \.inputItems), ("candidates", \.candidates), ("attributes", \.attributes), ("kinds", \.kinds),
        ("user_layer", \.userLayer), ("user_output", \.userOutput), ("interaction_users", \.interactionUsers),
        ("interaction_items", \.interactionItems), ("interaction_weights", \.interactionWeights),
        ("repeats", \.repeats),
    ]

    func tensors() -> [SafetensorsWriter.Tensor] {
        Self.matrices.map { .init("classifier.\($0.name)", network[keyPath: $0.matrix]) }
            + [
                .init("classifier.calibration", [Float(calibration.slope), Float(calibration.offset)]),
                .init("classifier.event_types", [Int64(kinds.typeCount)]),
                .init("classifier.value_thresholds", kinds.thresholds),
            ] + users.tensors(named: "classifier.users") + contexts.tensors(named: "classifier.contexts")
    }

    init(file: SafetensorsFile, items: Vocabulary, eventTypes: Vocabulary) throws(ModelError) {
        func damaged(_ reason: String) -> ModelError { .damaged(file: "weights.safetensors", reason: reason) }
        func matrix(_ name: String, rows: Int? = nil, columns: Int? = nil) throws(ModelError) -> Matrix {
            try file.matrix("classifier.\(name)", rows: rows, columns: columns)
        }
        let types = try file.array("classifier.event_types", of: Int64.self, count: 1)
        let thresholds = try file.array("classifier.value_thresholds", of: Float.self)
        guard let typeCount = types.first.flatMap({ Int(exactly: $0) }), (0...1_000).contains(typeCount),
            thresholds.isEmpty || thresholds.count == 2
        else { throw damaged("the kinds of events do not fit together") }
        kinds = EventKinds(typeCount: typeCount, thresholds: thresholds)
        users = try AttributeEncoder(named: "classifier.users", in: file)
        contexts = try AttributeEncoder(named: "classifier.contexts", in: file)
        let calibration = try file.array("classifier.calibration", of: Float.self, count: 2)
        guard calibration.count == 2, calibration.allSatisfy(\.isFinite) else {
            throw damaged("the calibration is not of numbers")
        }
        self.calibration = Calibration(slope: Double(calibration[0]), offset: Double(calibration[1]))

        let inputItems = try matrix("input_items", rows: items.count)
        let d = inputItems.columns
        let userOutput = try matrix("user_output", rows: d)
        let weights = try matrix("interaction_weights", rows: 1)
        network = ServedNetwork(
            inputItems: inputItems, candidates: try matrix("candidates", rows: items.count, columns: d + 1),
            attributes: try matrix("attributes", rows: users.featureCount + contexts.featureCount, columns: d),
            kinds: try matrix("kinds", rows: 1, columns: kinds.count),
            userLayer: try matrix("user_layer", rows: userOutput.columns + d, columns: 3 * d + 3),
            userOutput: userOutput,
            interactionUsers: try matrix("interaction_users", rows: weights.columns, columns: d + 1),
            interactionItems: try matrix("interaction_items", rows: weights.columns, columns: d + 1),
            interactionWeights: weights, repeats: try matrix("repeats", rows: 1, columns: 3),
            threads: Parallel.availableThreads)
        self.items = items
        learned = [:]
    }
}
