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
        guard columns > 0 else { return [] }
        BLAS.prepare()
        let system = NormalEquations(matrix: self, rows: selected, gram: gram, ridge: ridge)
        var solution = start
        var residual = system.rightSide()
        let product = system.applied(to: solution)
        for index in residual.indices { residual[index] -= product[index] }
        var direction = residual
        var norm = innerProduct(residual, residual)
        for _ in 0..<steps where norm > 1e-12 {
            let image = system.applied(to: direction)
            let curvature = innerProduct(direction, image)
            guard curvature > 0 else { break }
            let length = norm / curvature
            for index in solution.indices {
                solution[index] += length * direction[index]
                residual[index] -= length * image[index]
            }
            let next = innerProduct(residual, residual)
            let ratio = next / norm
            for index in direction.indices { direction[index] = residual[index] + ratio * direction[index] }
            norm = next
        }
        return solution
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

private func innerProduct(_ left: [Float], _ right: [Float]) -> Float {
    cblas_sdot(blasInteger(left.count), left, 1, right, 1)
}

private struct NormalEquations {
    let matrix: Matrix
    let rows: [UInt32]
    let gram: Matrix
    let ridge: Float

    func rightSide() -> [Float] {
        var sum = [Float](repeating: 0, count: matrix.columns)
        add([Float](repeating: 1, count: rows.count), to: &sum)
        return sum
    }

    func applied(to vector: [Float]) -> [Float] {
        let columns = blasInteger(matrix.columns)
        var image = vector
        gram.withUnsafeElements { elements in
            cblas_ssymv(
                CblasRowMajor, CblasUpper, columns, 1, elements.baseAddress, columns, vector, 1, ridge, &image, 1)
        }
        let projections: [Float] = matrix.withUnsafeElements { elements in
            guard let base = elements.baseAddress else { return [] }
            return rows.map { cblas_sdot(columns, base + Int($0) * matrix.columns, 1, vector, 1) }
        }
        add(projections, to: &image)
        return image
    }

    private func add(_ weights: [Float], to sum: inout [Float]) {
        guard !rows.isEmpty, weights.count == rows.count else { return }
        let columns = matrix.columns
        matrix.withUnsafeElements { elements in
            sum.withUnsafeMutableBufferPointer { target in
                guard let base = elements.baseAddress, let targetBase = target.baseAddress else { return }
                palate_accumulate_rows(targetBase, columns, base, columns, rows, weights, rows.count)
            }
        }
    }
}
