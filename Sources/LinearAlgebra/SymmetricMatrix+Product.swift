import COpenBLAS

extension SymmetricMatrix {
    /// Writes `self · otherᵀ` to the columns of `target` that begin with `column`. 2 · n² operations for each of them.
    ///
    /// - Precondition: `other` has n columns, `target` n rows and enough columns.
    package func multiply(byTransposeOf other: Matrix, into target: inout Matrix, at column: Int, threads: Int) {
        precondition(other.columns == order && target.rows == order)
        precondition(column >= 0 && column + other.rows <= target.columns)
        guard order > 0, other.rows > 0 else { return }
        BLAS.prepare()
        let (panels, width, targetStride) = (panels, blasInteger(other.rows), target.columns)
        withPanels { left in
            other.withUnsafeElements { right in
                target.withUnsafeMutableElements { target in
                    guard let rightBase = right.baseAddress, let targetBase = target.baseAddress else { return }
                    let b = TilePointer(address: UnsafeMutablePointer(mutating: rightBase), stride: other.columns)
                    let c = TilePointer(address: targetBase, stride: targetStride)
                    Parallel.forEach(panels.count, threads: threads) { index in
                        let rows = panels[index]
                        let kept = left.stride(at: rows.lowerBound)
                        cblas_sgemm(
                            CblasRowMajor, CblasNoTrans, CblasTrans, blasInteger(rows.count), width, blasInteger(kept),
                            1, left.at(rows.lowerBound, 0), blasInteger(kept), b.at(0, 0), blasInteger(b.stride), 0,
                            c.at(rows.lowerBound, column), blasInteger(c.stride))
                        for below in panels[(index + 1)...] {
                            cblas_sgemm(
                                CblasRowMajor, CblasTrans, CblasTrans, blasInteger(rows.count), width,
                                blasInteger(below.count), 1, left.at(below.lowerBound, rows.lowerBound),
                                blasInteger(left.stride(at: below.lowerBound)), b.at(0, below.lowerBound),
                                blasInteger(b.stride), 1, c.at(rows.lowerBound, column), blasInteger(c.stride))
                        }
                    }
                }
            }
        }
    }
}
