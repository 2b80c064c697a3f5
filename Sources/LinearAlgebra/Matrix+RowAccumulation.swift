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

    /// The product of a sparse matrix with this one, rows in parallel: row r is Σ valuesₖ · row(placesₖ), k in
    /// offsets[r]..<offsets[r + 1]. 2 · values · columns operations.
    ///
    /// - Precondition: the offsets ascend from 0 to the number of values, and there is a place in the matrix for each value.
    package func product(offsets: [Int], places: [UInt32], values: [Float], threads: Int) -> Matrix {
        precondition(offsets.first == 0 && offsets.last == values.count && places.count == values.count)
        precondition(zip(offsets, offsets.dropFirst()).allSatisfy { $0 <= $1 })
        precondition(places.allSatisfy { Int($0) < rows })
        let columns = columns
        var product = Matrix(rows: offsets.count - 1, columns: columns)
        let ranges = Parallel.ranges(of: product.rows, size: 64)
        withUnsafeElements { elements in
            product.withUnsafeMutableElements { target in
                places.withUnsafeBufferPointer { places in
                    values.withUnsafeBufferPointer { values in
                        guard let source = elements.baseAddress, let targetBase = target.baseAddress,
                            let placeBase = places.baseAddress, let valueBase = values.baseAddress
                        else { return }
                        let matrix = TilePointer(address: UnsafeMutablePointer(mutating: source), stride: columns)
                        let result = TilePointer(address: targetBase, stride: columns)
                        let sparse = SparsePointer(places: placeBase, values: valueBase)
                        Parallel.forEach(ranges.count, threads: threads) { index in
                            for row in ranges[index] {
                                palate_accumulate_rows(
                                    result.at(row, 0), columns, matrix.address, columns, sparse.places + offsets[row],
                                    sparse.values + offsets[row], offsets[row + 1] - offsets[row])
                            }
                        }
                    }
                }
            }
        }
        return product
    }
}

/// Entries of a sparse matrix that threads read.
private struct SparsePointer: @unchecked Sendable {
    let places: UnsafePointer<UInt32>
    let values: UnsafePointer<Float>
}
