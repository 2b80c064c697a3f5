import LinearAlgebra

/// Item-to-item weights in closed form with a zero diagonal.
///
/// H. Steck, "Embarrassingly Shallow Autoencoders for Sparse Data" (WWW 2019), equation 8: with G = XᵀX + Λ and P = G⁻¹,
/// Bᵢⱼ = -Pᵢⱼ / Pⱼⱼ and Bⱼⱼ = 0. X is users by items, 1 where a user met an item. Here Λ is a diagonal of
/// ``Regularization`` instead of one number. Cost: the squared history lengths, n³ operations, 2n² bytes: G is symmetric and
/// becomes P in place, and P with a factor for each column is B.
///
/// With rewards the target is X' = rewards ∘ X while X stays what is read. The same derivation, with C = XᵀX' in place of
/// XᵀX, gives B̂ = P·C and B = B̂ - P·diag(B̂ⱼⱼ / Pⱼⱼ); with rewards of 1 it is the formula above. It costs 2n³ operations and
/// 4n² bytes more: C is made and used up some columns at a time.
package enum EASE {
    package static func fit(
        _ occurrences: ItemOccurrences, userCounts: [Float], regularization: Float, threads: Int
    ) throws -> EASEWeights {
        try fit(
            occurrences, gram: gram(occurrences, userCounts: userCounts, threads: threads), userCounts: userCounts,
            regularization: regularization, threads: threads)
    }

    /// XᵀX, for several regularisations.
    static func gram(_ occurrences: ItemOccurrences, userCounts: [Float], threads: Int) -> SymmetricMatrix {
        var gram = SymmetricMatrix(order: occurrences.sequences.itemCount)
        let (offsets, sorted) = (occurrences.sequences.offsets, occurrences.sequences.sortedItems())
        gram.updateLowerRows(threads: threads) { item, row in
            sorted.withUnsafeBufferPointer { items in
                for user in occurrences.sequences(with: item) {
                    // Ends at the item itself.
                    var place = offsets[user]
                    while Int(items[place]) < item {
                        row[Int(items[place])] += 1
                        place += 1
                    }
                }
            }
            row[item] = userCounts[item]
        }
        return gram
    }

    static func fit(
        _ occurrences: ItemOccurrences, gram: consuming SymmetricMatrix, userCounts: [Float], regularization: Float,
        threads: Int
    ) throws -> EASEWeights {
        let ridge = Regularization(strength: regularization, userCounts: userCounts)
        var gram = consume gram
        gram.updateLowerRows(threads: threads) { item, row in row[item] += ridge[item] }
        try Task.checkCancellation()
        try gram.invert(threads: threads)
        guard occurrences.sequences.rewards.isEmpty else {
            return .dense(try rewarded(occurrences, inverse: gram, threads: threads))
        }
        let diagonal = gram.takeDiagonal()
        return .half(gram, factors: diagonal.map { -1 / $0 })
    }

    private static func rewarded(
        _ occurrences: ItemOccurrences, inverse: SymmetricMatrix, threads: Int
    ) throws -> Matrix {
        let count = occurrences.sequences.itemCount
        var weights = Matrix(rows: count, columns: count)
        for items in inverse.panels {
            try Task.checkCancellation()
            // Some columns of C, as rows. What stands on the diagonal of C cancels out.
            var targets = Matrix(rows: items.count, columns: count)
            targets.updateRows(threads: threads) { place, row in
                occurrences.forEachNeighbour(of: items.lowerBound + place, window: .max) { neighbour, _, _, reward in
                    row[neighbour] += reward
                }
            }
            inverse.multiply(byTransposeOf: targets, into: &weights, at: items.lowerBound, threads: threads)
        }
        let corrections = (0..<count).map { weights[$0, $0] / inverse[$0, $0] }
        weights.updateRows(threads: threads) { item, row in
            withUnsafeTemporaryAllocation(of: Float.self, capacity: count) { inverseRow in
                inverse.copyRows(item..<(item + 1), to: inverseRow)
                for other in row.indices {
                    row[other] = other == item ? 0 : row[other] - inverseRow[other] * corrections[other]
                }
            }
        }
        return weights
    }

    /// Bytes that ``fit(_:userCounts:regularization:threads:)`` takes for so many items, the result included.
    static func bytes(items: Int, rewarded: Bool) -> Int {
        let panel = SymmetricMatrix.inversionBytes(order: items)
        return SymmetricMatrix.bytes(order: items) + panel + (rewarded ? 4 * items * items : 0)
    }
}
