package import LinearAlgebra

/// Item-to-item weights in closed form with a zero diagonal.
///
/// H. Steck, "Embarrassingly Shallow Autoencoders for Sparse Data" (WWW 2019), equation 8: with G = XᵀX + Λ and P = G⁻¹,
/// Bᵢⱼ = -Pᵢⱼ / Pⱼⱼ and Bⱼⱼ = 0. X is users by items, 1 where a user met an item. Here Λ is a diagonal of
/// ``Regularization`` instead of one number. Cost: the squared history lengths, n³ operations, 4n² bytes: G is inverted and
/// becomes B in place.
///
/// With rewards the target is X' = rewards ∘ X while X stays what is read. The same derivation, with C = XᵀX' in place of
/// XᵀX, gives B̂ = P·C and B = B̂ - P·diag(B̂ⱼⱼ / Pⱼⱼ); with rewards of 1 it is the formula above. It costs 2n³ operations and
/// 8n² bytes more.
package enum EASE {
    package static func fit(
        _ occurrences: ItemOccurrences, userCounts: [Float], regularization: Float, threads: Int
    ) throws -> Matrix {
        let count = occurrences.sequences.itemCount
        var gram = Matrix(rows: count, columns: count)
        gram.updateRows(threads: threads) { item, row in
            occurrences.forEachNeighbour(of: item, window: .max) { neighbour, _, _ in row[neighbour] += 1 }
        }
        let ridge = Regularization(strength: regularization, userCounts: userCounts)
        gram.addToDiagonal { userCounts[$0] + ridge[$0] }
        try Task.checkCancellation()
        try gram.invertSymmetric(threads: threads)
        guard occurrences.sequences.rewards.isEmpty else {
            return try rewarded(occurrences, inverse: gram, threads: threads)
        }
        let diagonal = (0..<count).map { gram[$0, $0] }
        gram.updateRows(threads: threads) { item, row in
            for other in row.indices { row[other] = other == item ? 0 : -row[other] / diagonal[other] }
        }
        return gram
    }

    private static func rewarded(
        _ occurrences: ItemOccurrences, inverse: Matrix, threads: Int
    ) throws -> Matrix {
        let count = occurrences.sequences.itemCount
        // What stands on the diagonal of C cancels out.
        var targets = Matrix(rows: count, columns: count)
        targets.updateRows(threads: threads) { item, row in
            occurrences.forEachNeighbour(of: item, window: .max) { neighbour, _, reward in row[neighbour] += reward }
        }
        var weights = inverse.multiplied(by: targets, threads: threads)
        try Task.checkCancellation()
        let corrections = (0..<count).map { weights[$0, $0] / inverse[$0, $0] }
        weights.updateRows(threads: threads) { item, row in
            for other in row.indices {
                row[other] = other == item ? 0 : row[other] - inverse[item, other] * corrections[other]
            }
        }
        return weights
    }
}
