import CVectorKernels

extension Matrix {
    /// Adds Σ weightsₖ · row(rowsₖ) to `destination`: a sparse row vector times this matrix. 2 · rows · columns operations.
    ///
    /// Runs on the calling thread, so it may be called from a ``Parallel`` loop.
    ///
    /// - Precondition: every row is in the matrix, there is a weight for each, and `destination` has `columns` numbers.
    public func accumulate(rows selected: [UInt32], weights: [Float], into destination: inout [Float]) {
        precondition(selected.count == weights.count && destination.count == columns)
        precondition(selected.allSatisfy { Int($0) < rows })
        withUnsafeElements { elements in
            destination.withUnsafeMutableBufferPointer { target in
                guard let base = elements.baseAddress, let targetBase = target.baseAddress else { return }
                palate_accumulate_rows(
                    targetBase, columns, base, columns, selected, weights, selected.count)
            }
        }
    }
}
