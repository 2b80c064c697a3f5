import COpenBLAS
import CVectorKernels

extension Matrix {
    /// An approximate solution x of (G + ρI + Σₖ vₖvₖᵀ) x = Σₖ vₖ, vₖ being rows of this matrix: the least-squares problem of
    /// one row of a factorisation.
    ///
    /// Conjugate gradients from `start`: G. Takács, I. Pilászy, D. Tikk, "Applications of the Conjugate Gradient Method for
    /// Implicit Feedback Collaborative Filtering" (RecSys 2011). A step takes 4 · rows · columns + 2 · columns² operations
    /// and no memory beyond a few vectors. Runs on the calling thread.
    ///
    /// - Parameters:
    ///   - gram: G, symmetric and positive semidefinite, columns by columns.
    ///   - ridge: ρ, above 0.
    /// - Precondition: every row is in the matrix, and `start` has `columns` numbers.
    package func solveNormalEquations(
        rows selected: [UInt32], gram: Matrix, ridge: Float, start: [Float], steps: Int
    ) -> [Float] {
        precondition(gram.rows == columns && gram.columns == columns && start.count == columns)
        precondition(selected.allSatisfy { Int($0) < rows })
        var solution = start
        let equations = NormalEquations(self, gram: gram)
        selected.withUnsafeBufferPointer { selected in
            solution.withUnsafeMutableBufferPointer { solution in
                equations.improve(solution, rows: selected, ridge: ridge, steps: steps)
            }
        }
        return solution
    }

    /// The same for each row of this matrix, beginning with what it is: half a sweep of alternating least squares. Rows
    /// without a pair become 0.
    ///
    /// Runs on `threads` threads; the result does not depend on their number.
    ///
    /// - Parameters:
    ///   - others: What vₖ are rows of, as wide as this matrix.
    ///   - offsets: The pairs of row r are `columns[offsets[r]..<offsets[r + 1]]`, one more than there are rows.
    ///   - pairs: Row numbers of `others`.
    ///   - ridge: ρ for a number of pairs.
    /// - Precondition: the sizes agree and every pair is a row of `others`.
    package mutating func solveNormalEquations(
        offsets: [Int], pairs: [UInt32], others: Matrix, gram: Matrix, steps: Int, threads: Int,
        ridge: @Sendable (Int) -> Float
    ) {
        precondition(others.columns == columns && gram.rows == columns && gram.columns == columns)
        precondition(offsets.count == rows + 1 && offsets.first == 0 && offsets.last == pairs.count)
        precondition(zip(offsets, offsets.dropFirst()).allSatisfy { $0 <= $1 })
        precondition(pairs.allSatisfy { Int($0) < others.rows })
        let (rows, columns) = (rows, columns)
        let equations = NormalEquations(others, gram: gram)
        // Long enough that taking turns costs nothing, short enough that the last one is not waited for.
        let chunks = Parallel.ranges(of: rows, size: 64)
        withUnsafeMutableElements { elements in
            guard let base = elements.baseAddress else { return }
            let target = TilePointer(address: base, stride: columns)
            Parallel.forEach(chunks.count, threads: threads) { chunk in
                pairs.withUnsafeBufferPointer { pairs in
                    for row in chunks[chunk] {
                        let solution = UnsafeMutableBufferPointer(start: target.at(row, 0), count: columns)
                        let met = UnsafeBufferPointer(rebasing: pairs[offsets[row]..<offsets[row + 1]])
                        if met.isEmpty {
                            solution.update(repeating: 0)
                        } else {
                            equations.improve(solution, rows: met, ridge: ridge(met.count), steps: steps)
                        }
                    }
                }
            }
        }
    }
}

private struct NormalEquations: Sendable {
    let matrix: Matrix
    let gram: Matrix

    init(_ matrix: Matrix, gram: Matrix) {
        self.matrix = matrix
        self.gram = gram
    }

    func improve(
        _ solution: UnsafeMutableBufferPointer<Float>, rows: UnsafeBufferPointer<UInt32>, ridge: Float, steps: Int
    ) {
        withUnsafeTemporaryAllocation(of: Float.self, capacity: 3 * solution.count) { workspace in
            matrix.withUnsafeElements { elements in
                gram.withUnsafeElements { gram in
                    guard let base = elements.baseAddress, let gramBase = gram.baseAddress,
                        let start = solution.baseAddress, let workspaceBase = workspace.baseAddress
                    else { return }
                    palate_solve_normal_equations(
                        base, solution.count, rows.baseAddress, rows.count, gramBase, ridge, max(steps, 0), start,
                        workspaceBase)
                }
            }
        }
    }
}

extension Matrix {
    /// The product of one row with a row of another matrix.
    ///
    /// - Precondition: both rows exist and are equally long.
    package func dot(row: Int, with other: Matrix, row otherRow: Int) -> Float {
        precondition(columns == other.columns)
        precondition(row >= 0 && row < rows && otherRow >= 0 && otherRow < other.rows)
        return withUnsafeElements { left in
            other.withUnsafeElements { right in
                guard let leftBase = left.baseAddress, let rightBase = right.baseAddress else { return 0 }
                return cblas_sdot(
                    blasInteger(columns), leftBase + row * columns, 1, rightBase + otherRow * columns, 1)
            }
        }
    }
}
