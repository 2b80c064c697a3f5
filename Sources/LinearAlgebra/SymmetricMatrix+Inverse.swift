import COpenBLAS

extension SymmetricMatrix {
    /// Bytes that ``invert(threads:)`` takes beside the matrix.
    package static func inversionBytes(order: Int) -> Int { 4 * order * panelSize }

    /// A⁻¹ in place of a positive definite A.
    ///
    /// Block by block along the diagonal the matrix is swept: with D = A_kk⁻¹, every other block becomes A_ij - A_ik · D ·
    /// A_kj, the panel A_ik · D, and the diagonal block -D; when all are swept the matrix is -A⁻¹ (J. H. Goodnight, "A Tutorial
    /// on the SWEEP Operator", The American Statistician 1979, by blocks). n³ operations, as many as a Cholesky
    /// factorisation and its inversion, nearly all of them in products of large blocks.
    ///
    /// - Throws: ``LinearAlgebraError`` when A is not positive definite, `CancellationError` soon after the task was
    ///   cancelled; the matrix is lost then.
    package mutating func invert(threads: Int = Parallel.availableThreads) throws {
        BLAS.prepare()
        let panels = panels
        var workspace = Matrix(rows: order, columns: min(order, Self.panelSize))
        let failedAt: Int? = withMutablePanels { matrix in
            workspace.withUnsafeMutableElements { workspace in
                guard let base = workspace.baseAddress else { return nil }
                let sweep = SymmetricSweep(a: matrix, workspace: base, panels: panels, threads: threads)
                for step in panels.indices where !Task.isCancelled {
                    if let minor = sweep.sweep(step) { return panels[step].lowerBound + minor }
                }
                sweep.finish()
                return nil
            }
        }
        try Task.checkCancellation()
        if let failedAt { throw LinearAlgebraError.notPositiveDefinite(order: failedAt) }
    }
}

private struct SymmetricSweep: @unchecked Sendable {
    let a: PanelPointer
    /// What the panel of the step becomes, in the layout that it has in the matrix: first the rows of the pivot up to it, then
    /// the rows below it.
    let workspace: UnsafeMutablePointer<Float>
    let panels: [Range<Int>]
    let threads: Int

    private func block(_ row: Range<Int>, _ column: Range<Int>) -> TilePointer {
        TilePointer(address: a.at(row.lowerBound, column.lowerBound), stride: a.stride(at: row.lowerBound))
    }

    /// The block of the workspace that replaces the one of `panel` and the pivot.
    private func solved(_ panel: Range<Int>, pivot: Range<Int>) -> TilePointer {
        if panel.lowerBound < pivot.lowerBound {
            return TilePointer(address: workspace + panel.lowerBound, stride: pivot.lowerBound)
        }
        return TilePointer(address: workspace + panel.lowerBound * pivot.count, stride: pivot.count)
    }

    /// The order of the failing minor inside the block, or nil.
    func sweep(_ step: Int) -> Int? {
        let pivot = panels[step]
        if let failed = invertPivot(pivot) { return failed }
        let diagonal = block(pivot, pivot)
        Parallel.forEach(panels.count, threads: threads) { index in
            guard index != step else { return }
            let isAbove = index < step
            let panel = panels[index]
            let source = isAbove ? block(pivot, panel) : block(panel, pivot)
            let target = solved(panel, pivot: pivot)
            cblas_ssymm(
                CblasRowMajor, isAbove ? CblasLeft : CblasRight, CblasLower,
                blasInteger(isAbove ? pivot.count : panel.count), blasInteger(isAbove ? panel.count : pivot.count), 1,
                diagonal.address, blasInteger(diagonal.stride), source.address, blasInteger(source.stride), 0,
                target.address, blasInteger(target.stride))
        }
        let pieces = pieces(besides: step)
        Parallel.forEach(pieces.count, threads: threads) { index in
            let (row, columns) = pieces[index]
            let left = solved(panels[row], pivot: pivot)
            let isAbove = columns.lowerBound < pivot.lowerBound
            let right = isAbove ? block(pivot, columns) : block(columns, pivot)
            let target = block(panels[row], columns)
            cblas_sgemm(
                CblasRowMajor, row < step ? CblasTrans : CblasNoTrans, isAbove ? CblasNoTrans : CblasTrans,
                blasInteger(panels[row].count), blasInteger(columns.count), blasInteger(pivot.count), -1,
                left.address, blasInteger(left.stride), right.address, blasInteger(right.stride), 1, target.address,
                blasInteger(target.stride))
        }
        write(step)
        return nil
    }

    /// What is multiplied at a time: rows of a panel, and columns that lie side by side both in them and in the pivot's, the
    /// more the better, because a product copies both of its factors. Below the pivot that is one panel.
    private func pieces(besides step: Int) -> [(row: Int, columns: Range<Int>)] {
        let pivot = panels[step]
        var pieces: [(row: Int, columns: Range<Int>)] = []
        for row in panels.indices.reversed() where row != step {
            let end = min(panels[row].upperBound, pivot.lowerBound)
            for columns in Parallel.ranges(of: end, size: 4 * SymmetricMatrix.panelSize) {
                pieces.append((row, columns))
            }
            if row > step { pieces += panels[(step + 1)...row].map { (row, $0) } }
        }
        return pieces
    }

    /// A_ik · D where A_ik was, and -D on the diagonal.
    private func write(_ step: Int) {
        let pivot = panels[step]
        Parallel.forEach(panels.count, threads: threads) { index in
            let panel = panels[index]
            let source = solved(panel, pivot: pivot)
            if index == step {
                for row in pivot {
                    for column in pivot.lowerBound...row { a.at(row, column).pointee.negate() }
                }
            } else if index < step {
                for (place, row) in pivot.enumerated() {
                    a.at(row, panel.lowerBound).update(from: source.at(place, 0), count: panel.count)
                }
            } else {
                for (place, row) in panel.enumerated() {
                    a.at(row, pivot.lowerBound).update(from: source.at(place, 0), count: pivot.count)
                }
            }
        }
    }

    /// D in the lower triangle of the diagonal block; the order of the failing minor, or nil.
    private func invertPivot(_ pivot: Range<Int>) -> Int? {
        // Lower by rows is upper by columns, which is LAPACK's order.
        var uplo = CChar(UInt8(ascii: "U"))
        var order = blasInteger(pivot.count)
        let block = block(pivot, pivot)
        var stride = blasInteger(block.stride)
        var info: Int32 = 0
        spotrf_(&uplo, &order, block.address, &stride, &info)
        if info != 0 { return Int(abs(info)) }
        // A NaN passes through some versions of spotrf without an error.
        for index in 0..<pivot.count where !block.at(index, index).pointee.isFinite { return index + 1 }
        spotri_(&uplo, &order, block.address, &stride, &info)
        return info == 0 ? nil : Int(abs(info))
    }

    /// -A⁻¹ becomes A⁻¹.
    func finish() {
        Parallel.forEach(panels.count, threads: threads) { index in
            for row in panels[index] {
                let elements = a.at(row, 0)
                for column in 0...row { elements[column].negate() }
            }
        }
        a.mirrorDiagonalBlocks(threads: threads)
    }
}
