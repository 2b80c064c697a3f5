import CVectorKernels

/// Rectified units that see a row and a column of a matrix of scores: Σₕ weightₕ · max(0, userₕ + itemₕ).
extension Matrix {
    /// Adds the sum to each of these scores, `users × items`. 3 · users · items · units operations.
    ///
    /// - Parameters:
    ///   - users: `users × units`.
    ///   - items: `units × items`.
    /// - Precondition: the sizes agree.
    package mutating func addRectified(users: Matrix, items: Matrix, weights: [Float], threads: Int) {
        precondition(users.rows == rows && items.columns == columns)
        precondition(users.columns == weights.count && items.rows == weights.count)
        let (rows, columns, units) = (rows, columns, weights.count)
        withUnsafeMutableElements { scores in
            users.withUnsafeElements { users in
                items.withUnsafeElements { items in
                    guard let base = scores.baseAddress, let userBase = users.baseAddress,
                        let itemBase = items.baseAddress
                    else { return }
                    let target = TilePointer(address: base, stride: columns)
                    let left = TilePointer(address: UnsafeMutablePointer(mutating: userBase), stride: units)
                    let right = TilePointer(address: UnsafeMutablePointer(mutating: itemBase), stride: columns)
                    Parallel.forEach(rows, threads: threads) { row in
                        palate_add_rectified(
                            target.at(row, 0), columns, right.at(0, 0), left.at(row, 0), weights, units)
                    }
                }
            }
        }
    }

    /// Derivatives of a loss by what ``addRectified(users:items:weights:threads:)`` was given, this matrix being those by
    /// the scores.
    ///
    /// - Precondition: the sizes agree.
    package func rectifiedGradients(
        users: Matrix, items: Matrix, weights: [Float], threads: Int
    ) -> (users: Matrix, items: Matrix, weights: Matrix) {
        precondition(users.rows == rows && items.columns == columns)
        precondition(users.columns == weights.count && items.rows == weights.count)
        let (rows, columns, units) = (rows, columns, weights.count)
        // By unit, so that threads write to rows of their own.
        let usersByUnit = users.transposed()
        var userGradients = Matrix(rows: units, columns: rows)
        var itemGradients = Matrix(rows: units, columns: columns)
        var weightGradients = Matrix(rows: 1, columns: units)
        withUnsafeElements { scores in
            usersByUnit.withUnsafeElements { users in
                items.withUnsafeElements { items in
                    userGradients.withUnsafeMutableElements { userTarget in
                        itemGradients.withUnsafeMutableElements { itemTarget in
                            weightGradients.withUnsafeMutableElements { weightTarget in
                                guard let scoreBase = scores.baseAddress, let userBase = users.baseAddress,
                                    let itemBase = items.baseAddress, let userStart = userTarget.baseAddress,
                                    let itemStart = itemTarget.baseAddress, let weightStart = weightTarget.baseAddress
                                else { return }
                                let derivatives = TilePointer(
                                    address: UnsafeMutablePointer(mutating: scoreBase), stride: columns)
                                let left = TilePointer(address: UnsafeMutablePointer(mutating: userBase), stride: rows)
                                let right = TilePointer(
                                    address: UnsafeMutablePointer(mutating: itemBase), stride: columns)
                                let toUsers = TilePointer(address: userStart, stride: rows)
                                let toItems = TilePointer(address: itemStart, stride: columns)
                                let toWeights = TilePointer(address: weightStart, stride: units)
                                Parallel.forEach(units, threads: threads) { unit in
                                    palate_rectified_gradients(
                                        derivatives.at(0, 0), rows, columns, left.at(unit, 0), right.at(unit, 0),
                                        weights[unit], toUsers.at(unit, 0), toItems.at(unit, 0),
                                        toWeights.at(0, unit))
                                }
                            }
                        }
                    }
                }
            }
        }
        return (userGradients.transposed(), itemGradients, weightGradients)
    }
}
