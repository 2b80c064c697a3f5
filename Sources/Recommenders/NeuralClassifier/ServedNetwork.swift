import LinearAlgebra

/// What is left of the network when the item's tower has been computed for every item.
struct ServedNetwork: Sendable, Equatable {
    /// Items as they are read in a history, `items × d`.
    let inputItems: Matrix
    /// Items as candidates, `items × (d + 1)`.
    let candidates: Matrix
    let attributes: Matrix
    let kinds: Matrix
    let userLayer: Matrix
    let userOutput: Matrix
    let interactionUsers: Matrix
    let interactionItems: Matrix
    let interactionWeights: Matrix
    let repeats: Matrix
    /// `interactions × items`.
    private let itemUnits: Matrix

    init(
        inputItems: Matrix, candidates: Matrix, attributes: Matrix, kinds: Matrix, userLayer: Matrix,
        userOutput: Matrix, interactionUsers: Matrix, interactionItems: Matrix, interactionWeights: Matrix,
        repeats: Matrix, threads: Int
    ) {
        self.inputItems = inputItems
        self.candidates = candidates
        self.attributes = attributes
        self.kinds = kinds
        self.userLayer = userLayer
        self.userOutput = userOutput
        self.interactionUsers = interactionUsers
        self.interactionItems = interactionItems
        self.interactionWeights = interactionWeights
        self.repeats = repeats
        itemUnits = interactionItems.multiplied(by: candidates, transposed: true, threads: threads)
    }

    /// - Parameter isCold: Of each item, whether it had no events.
    init(_ network: ClassifierNetwork, isCold: [Bool]) {
        let parameters = network.parameters
        let isKnown = isCold.map { !$0 }
        let all = isCold.indices.map { UInt32($0) }
        var inputs = network.features.rows.multiplied(by: parameters.inputFeatures, threads: network.threads)
        inputs.add(rows: all, of: parameters.inputs, where: isKnown)
        var candidates = network.features.rows.multiplied(by: parameters.outputFeatures, threads: network.threads)
        candidates.add(rows: all, of: parameters.outputs, where: isKnown)
        self.init(
            inputItems: inputs, candidates: candidates, attributes: parameters.attributes, kinds: parameters.kinds,
            userLayer: parameters.userLayer, userOutput: parameters.userOutput,
            interactionUsers: parameters.interactionUsers, interactionItems: parameters.interactionItems,
            interactionWeights: parameters.interactionWeights, repeats: parameters.repeats, threads: network.threads)
    }

    /// One logit for each item.
    ///
    /// - Parameters:
    ///   - items: Of the history, newest first, at most ``HistoryPools/longest``.
    ///   - kinds: Of its events.
    func logits(items: [UInt32], kinds: [Int], attributes: [(feature: Int, value: Float)]) -> [Float] {
        let gates = self.kinds.row(0)
        let input = UserTower.input(
            rows: items, of: inputItems, gates: kinds.map { gates[$0] }, attributes: attributes, of: self.attributes)
        guard let inputs = Matrix([input]) else { return [] }
        let users = UserTower.forward(inputs, layer: userLayer, output: userOutput, mask: nil, threads: 1).users
        var scores = users.multiplied(by: candidates, transposed: true, threads: 1)
        scores.addRectified(
            users: users.multiplied(by: interactionUsers, transposed: true, threads: 1), items: itemUnits,
            weights: interactionWeights.row(0), threads: 1)
        var logits = scores.row(0)
        let repeats = repeats.row(0)
        for (item, isNewest, count) in ClassifierBatch.repeats(of: items) {
            let inputs = ClassifierBatch.Repeat.inputs(isNewest: isNewest, count: count)
            logits[Int(item)] += zip(repeats, inputs).reduce(0) { $0 + $1.0 * $1.1 }
        }
        return logits
    }
}
