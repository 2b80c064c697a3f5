package import LinearAlgebra

/// Item-to-item weights in closed form with a zero diagonal.
///
/// H. Steck, "Embarrassingly Shallow Autoencoders for Sparse Data" (WWW 2019), equation 8: with G = XᵀX + Λ and P = G⁻¹,
/// Bᵢⱼ = -Pᵢⱼ / Pⱼⱼ and Bⱼⱼ = 0. X is users by items, 1 where a user met an item. Here Λ is a diagonal of
/// ``Regularization`` instead of one number. Cost: the squared history lengths, n³ operations, 8n² bytes.
package enum EASE {
    package static func fit(
        _ occurrences: ItemOccurrences, userCounts: [Float], regularization: Float, threads: Int
    ) throws -> Matrix {
        let count = occurrences.sequences.itemCount
        var gram = Matrix(rows: count, columns: count)
        gram.updateRows(threads: threads) { item, row in
            occurrences.forEachNeighbour(of: item, window: .max) { neighbour, _ in row[neighbour] += 1 }
        }
        let ridge = Regularization(strength: regularization, userCounts: userCounts)
        gram.addToDiagonal { userCounts[$0] + ridge[$0] }
        try Task.checkCancellation()
        var weights = try CholeskyFactor(gram, threads: threads).inverse()
        let diagonal = (0..<count).map { weights[$0, $0] }
        weights.updateRows(threads: threads) { item, row in
            for other in row.indices { row[other] = other == item ? 0 : -row[other] / diagonal[other] }
        }
        return weights
    }
}
