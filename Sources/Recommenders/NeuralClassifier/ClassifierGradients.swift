package import LinearAlgebra

/// Derivatives of the loss of a batch by everything that is learned.
package struct ClassifierGradients: Sendable {
    /// Rows of ``ClassifierParameters/inputs`` and their derivatives; the others are 0.
    var inputRows: [UInt32]
    var inputs: Matrix
    /// Rows of ``ClassifierParameters/outputs`` and their derivatives; the others are 0.
    var outputRows: [UInt32]
    var outputs: Matrix
    var inputFeatures: Matrix
    var outputFeatures: Matrix
    var attributes: Matrix
    var kinds: Matrix
    var userLayer: Matrix
    var userOutput: Matrix
    var interactionUsers: Matrix
    var interactionItems: Matrix
    var interactionWeights: Matrix
    var repeats: Matrix

    /// The derivatives by one matrix: its rows, or nil for all, and how many of its columns weight decay may shrink. The bias
    /// of an item says how popular it is, and a gate of 0 would hide events, so those are left as they are.
    package func derivatives(
        by path: any (WritableKeyPath<ClassifierParameters, Matrix> & Sendable)
    ) -> (rows: [UInt32]?, gradient: Matrix, decayed: Int) {
        switch path {
        case \.inputs: (inputRows, inputs, inputs.columns)
        case \.outputs: (outputRows, outputs, outputs.columns - 1)
        case \.inputFeatures: (nil, inputFeatures, inputFeatures.columns)
        case \.outputFeatures: (nil, outputFeatures, outputFeatures.columns - 1)
        case \.attributes: (nil, attributes, attributes.columns)
        case \.kinds: (nil, kinds, 0)
        case \.userLayer: (nil, userLayer, userLayer.columns)
        case \.userOutput: (nil, userOutput, userOutput.columns)
        case \.interactionUsers: (nil, interactionUsers, interactionUsers.columns)
        case \.interactionItems: (nil, interactionItems, interactionItems.columns)
        case \.interactionWeights: (nil, interactionWeights, interactionWeights.columns)
        default: (nil, repeats, 0)
        }
    }
}

extension ClassifierNetwork {
    package func gradients(of batch: ClassifierBatch) -> (loss: Double, gradients: ClassifierGradients) {
        let forward = activations(of: batch)
        let (loss, scores) = loss(of: batch, scores: forward.scores)
        let units = scores.rectifiedGradients(
            users: forward.userUnits, items: forward.itemUnits, weights: parameters.interactionWeights.row(0),
            threads: threads)

        var users = scores.multiplied(by: forward.candidates, threads: threads)
        users.add(units.users.multiplied(by: parameters.interactionUsers, threads: threads))
        var candidates = scores.transposed().multiplied(by: forward.tower.users, threads: threads)
        candidates.add(
            units.items.transposed().multiplied(by: parameters.interactionItems, threads: threads))

        let tower = UserTower.backward(
            forward.tower, inputs: forward.inputs, users: users, layer: parameters.userLayer,
            output: parameters.userOutput, mask: batch.mask, threads: threads)
        let history = historyGradients(of: batch, inputs: tower.inputs, items: forward.inputItems)

        let warmInputs = batch.inputIsCold.indices.filter { !batch.inputIsCold[$0] }
        let warmCandidates = batch.candidateIsCold.indices.filter { !batch.candidateIsCold[$0] }
        return (
            loss,
            ClassifierGradients(
                inputRows: warmInputs.map { batch.inputItems[$0] }, inputs: history.items.gathering(warmInputs),
                outputRows: warmCandidates.map { batch.candidates[$0] },
                outputs: candidates.gathering(warmCandidates),
                inputFeatures: forward.inputFeatures.transposed().multiplied(by: history.items, threads: threads),
                outputFeatures: forward.candidateFeatures.transposed().multiplied(by: candidates, threads: threads),
                attributes: history.attributes, kinds: history.kinds, userLayer: tower.layer,
                userOutput: tower.output,
                interactionUsers: units.users.transposed().multiplied(by: forward.tower.users, threads: threads),
                interactionItems: units.items.multiplied(by: forward.candidates, threads: threads),
                interactionWeights: units.weights, repeats: repeatGradients(of: batch, scores: scores))
        )
    }

    private func repeatGradients(of batch: ClassifierBatch, scores: Matrix) -> Matrix {
        var gradients = Matrix(rows: 1, columns: 3)
        for (example, candidates) in batch.repeats.enumerated() {
            for candidate in candidates {
                let derivative = scores[example, candidate.column]
                for (index, input) in candidate.inputs.enumerated() { gradients[0, index] += derivative * input }
            }
        }
        return gradients
    }

    /// - Parameters:
    ///   - inputs: Derivatives by the inputs of the examples.
    ///   - items: The items that were read.
    private func historyGradients(
        of batch: ClassifierBatch, inputs: Matrix, items: Matrix
    ) -> (items: Matrix, attributes: Matrix, kinds: Matrix) {
        let d = shape.dimension
        let gates = parameters.kinds.row(0)
        var itemGradients = Matrix(rows: items.rows, columns: d)
        var kindGradients = Matrix(rows: 1, columns: shape.kinds)
        for pool in HistoryPools.fading.indices {
            let pooled = inputs.columns(pool * d..<(pool + 1) * d)
            var events = SparseRows(columnCount: items.rows)
            for (example, positions) in zip(batch.examples, batch.positions) {
                let weights = HistoryPools.weights(ofPool: pool, count: positions.count)
                // An item that is in a history twice has two entries, which sums treat as any other.
                events.append(
                    positions.indices.map { (Int(positions[$0]), weights[$0] * gates[example.kinds[$0]]) })
            }
            itemGradients.add(events.transposed().multiplied(by: pooled, threads: threads))
            guard shape.kinds > 1 else { continue }
            let parts = Parallel.map(batch.examples.count, threads: threads) { example in
                var sums = [Float](repeating: 0, count: shape.kinds)
                let positions = batch.positions[example]
                let weights = HistoryPools.weights(ofPool: pool, count: positions.count)
                for (event, position) in positions.enumerated() {
                    sums[batch.examples[example].kinds[event]] +=
                        weights[event] * pooled.dot(row: example, with: items, row: Int(position))
                }
                return sums
            }
            for part in parts { for (kind, sum) in part.enumerated() { kindGradients[0, kind] += sum } }
        }
        var attributes = SparseRows(columnCount: shape.attributes)
        for example in batch.examples {
            attributes.append(example.attributes.map { (column: $0.feature, value: $0.value) })
        }
        return (
            itemGradients,
            attributes.transposed().multiplied(by: inputs.columns(2 * d..<3 * d), threads: threads), kindGradients
        )
    }
}
