import LinearAlgebra

/// From a history and attributes to a user, in training and for one request.
enum UserTower {
    struct Activations {
        /// Before rectification, then what goes past it, `examples × (hidden + d)`.
        let layer: Matrix
        /// Rectified, `examples × hidden`.
        let hidden: Matrix
        /// `examples × (d + 1)`, the last number 1.
        let users: Matrix
    }

    /// One row of inputs, see ``ClassifierParameters/Shape/inputWidth``.
    ///
    /// - Parameters:
    ///   - rows: Of the history's items in `items`, newest first, at most ``HistoryPools/longest``.
    ///   - gates: How much each event counts.
    ///   - attributes: Rows of `matrix`, and what each counts.
    static func input(
        rows: [UInt32], of items: Matrix, gates: [Float], attributes: [(feature: Int, value: Float)],
        of matrix: Matrix
    ) -> [Float] {
        var input: [Float] = []
        input.reserveCapacity(3 * items.columns + 3)
        for pool in HistoryPools.fading.indices {
            var sum = [Float](repeating: 0, count: items.columns)
            let weights = zip(HistoryPools.weights(ofPool: pool, count: rows.count), gates).map { $0 * $1 }
            items.accumulate(rows: rows, weights: weights, into: &sum)
            input += sum
        }
        var sum = [Float](repeating: 0, count: items.columns)
        matrix.accumulate(
            rows: attributes.map { UInt32($0.feature) }, weights: attributes.map(\.value), into: &sum)
        return input + sum + HistoryPools.lengthInputs(count: rows.count)
    }

    static func forward(
        _ inputs: Matrix, layer weights: Matrix, output: Matrix, mask: Matrix?, threads: Int
    ) -> Activations {
        let layer = inputs.multiplied(by: weights, transposed: true, threads: threads)
        let (units, dimension) = (output.columns, output.rows)
        var hidden = Matrix(rows: inputs.rows, columns: units)
        hidden.withUnsafeMutableElements { hidden in
            layer.withUnsafeElements { layer in
                for row in 0..<inputs.rows {
                    for unit in 0..<units {
                        hidden[row * units + unit] = max(layer[row * (units + dimension) + unit], 0)
                    }
                }
            }
        }
        if let mask { hidden.multiply(by: mask) }
        let further = hidden.multiplied(by: output, transposed: true, threads: threads)
        var users = Matrix(rows: inputs.rows, columns: dimension + 1)
        users.withUnsafeMutableElements { users in
            layer.withUnsafeElements { layer in
                further.withUnsafeElements { further in
                    for row in 0..<inputs.rows {
                        for column in 0..<dimension {
                            users[row * (dimension + 1) + column] =
                                layer[row * (units + dimension) + units + column] + further[row * dimension + column]
                        }
                        users[row * (dimension + 1) + dimension] = 1
                    }
                }
            }
        }
        return Activations(layer: layer, hidden: hidden, users: users)
    }

    /// Derivatives by the matrices and the inputs, from those by the users, whose last column is passed over.
    static func backward(
        _ activations: Activations, inputs: Matrix, users: Matrix, layer weights: Matrix, output: Matrix,
        mask: Matrix?, threads: Int
    ) -> (layer: Matrix, output: Matrix, inputs: Matrix) {
        let (units, dimension) = (output.columns, output.rows)
        let direct = users.columns(0..<dimension)
        var hidden = direct.multiplied(by: output, threads: threads)
        if let mask { hidden.multiply(by: mask) }
        var layer = Matrix(rows: inputs.rows, columns: units + dimension)
        layer.withUnsafeMutableElements { layer in
            for row in 0..<inputs.rows {
                for unit in 0..<units where activations.layer[row, unit] > 0 {
                    layer[row * (units + dimension) + unit] = hidden[row, unit]
                }
                for column in 0..<dimension {
                    layer[row * (units + dimension) + units + column] = direct[row, column]
                }
            }
        }
        return (
            layer: layer.transposed().multiplied(by: inputs, threads: threads),
            output: direct.transposed().multiplied(by: activations.hidden, threads: threads),
            inputs: layer.multiplied(by: weights, threads: threads)
        )
    }
}
