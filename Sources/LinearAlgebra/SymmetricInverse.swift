import COpenBLAS

extension Matrix {
    /// Columns of a panel of ``invertSymmetric(threads:)``, of which two take memory beside the matrix.
    package static var sweepWidth: Int { BLAS.panel }

    /// A⁻¹ in place of a symmetric positive definite A, of which only the lower triangle is read; both triangles are
    /// written.
    ///
    /// Block by block along the diagonal the matrix is swept: with D = A_kk⁻¹, every other block becomes A_ij - A_ik · D ·
    /// A_kj, the panel A_ik · D, and the diagonal block -D; when all are swept the matrix is -A⁻¹ (J. H. Goodnight, "A Tutorial
    /// on the SWEEP Operator", The American Statistician 1979, by blocks). Only the lower triangle is worked on: n³
    /// operations, as many as a Cholesky factorisation and its inversion, nearly all of them in products of large tiles.
    /// Beside the matrix it takes 8 · n · ``BLAS/panel`` bytes, where a factor and its inverse take 4n² more.
    ///
    /// - Throws: ``LinearAlgebraError`` when A is not square or not positive definite, `CancellationError` soon after the
    ///   task was cancelled; the matrix is lost then.
    package mutating func invertSymmetric(threads: Int = Parallel.availableThreads) throws {
        guard rows == columns else { throw LinearAlgebraError.notSquare(rows: rows, columns: columns) }
        BLAS.prepare()
        let order = rows
        let panels = Parallel.ranges(of: order, size: BLAS.panel)
        let width = min(order, BLAS.panel)
        var workspace = Matrix(rows: 2 * order, columns: width)
        let failedAt: Int? = withUnsafeMutableElements { elements in
            workspace.withUnsafeMutableElements { workspace in
                guard let base = elements.baseAddress, let workspaceBase = workspace.baseAddress else { return nil }
                let sweep = SymmetricSweep(
                    a: TilePointer(address: base, stride: order),
                    panel: TilePointer(address: workspaceBase, stride: width),
                    solved: TilePointer(address: workspaceBase + order * width, stride: width), panels: panels,
                    threads: threads)
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

private struct SymmetricSweep: Sendable {
    let a: TilePointer
    /// A_ik of the step, row by row: row i of the matrix is row i here.
    let panel: TilePointer
    /// A_ik · D.
    let solved: TilePointer
    let panels: [Range<Int>]
    let threads: Int

    /// The order of the failing minor inside the block, or nil.
    func sweep(_ step: Int) -> Int? {
        let pivot = panels[step]
        copyPanel(step)
        if let failed = invertPivot(pivot) { return failed }
        let width = blasInteger(pivot.count)
        Parallel.forEach(panels.count, threads: threads) { index in
            guard index != step else { return }
            let rows = panels[index]
            cblas_ssymm(
                CblasRowMajor, CblasRight, CblasLower, blasInteger(rows.count), width, 1,
                a.at(pivot.lowerBound, pivot.lowerBound), blasInteger(a.stride), panel.at(rows.lowerBound, 0),
                blasInteger(panel.stride), 0, solved.at(rows.lowerBound, 0), blasInteger(solved.stride))
        }
        let tiles = panels.indices.flatMap { row in (0...row).map { (row, $0) } }
            .filter { $0.0 != step && $0.1 != step }
        Parallel.forEach(tiles.count, threads: threads) { index in
            let (row, column) = (panels[tiles[index].0], panels[tiles[index].1])
            cblas_sgemm(
                CblasRowMajor, CblasNoTrans, CblasTrans, blasInteger(row.count), blasInteger(column.count), width, -1,
                solved.at(row.lowerBound, 0), blasInteger(solved.stride), panel.at(column.lowerBound, 0),
                blasInteger(panel.stride), 1, a.at(row.lowerBound, column.lowerBound), blasInteger(a.stride))
        }
        writePanel(step)
        return nil
    }

    /// The block column of the pivot, of which the part above it stands below the diagonal as a block row.
    private func copyPanel(_ step: Int) {
        let pivot = panels[step]
        Parallel.forEach(panels.count, threads: threads) { index in
            for row in panels[index] where index != step {
                let target = panel.at(row, 0)
                for (offset, column) in pivot.enumerated() {
                    target[offset] = index > step ? a.at(row, column).pointee : a.at(column, row).pointee
                }
            }
        }
    }

    /// A_ik · D where A_ik was, and -D on the diagonal.
    private func writePanel(_ step: Int) {
        let pivot = panels[step]
        Parallel.forEach(panels.count, threads: threads) { index in
            for row in panels[index] {
                if index == step {
                    for column in pivot.lowerBound...row { a.at(row, column).pointee.negate() }
                    continue
                }
                let source = solved.at(row, 0)
                for (offset, column) in pivot.enumerated() {
                    (index > step ? a.at(row, column) : a.at(column, row)).pointee = source[offset]
                }
            }
        }
    }

    /// D in the lower triangle of the diagonal block; the order of the failing minor, or nil.
    private func invertPivot(_ pivot: Range<Int>) -> Int? {
        // Lower by rows is upper by columns, which is LAPACK's order.
        var uplo = CChar(UInt8(ascii: "U"))
        var order = blasInteger(pivot.count)
        var stride = blasInteger(a.stride)
        var info: Int32 = 0
        let block = a.at(pivot.lowerBound, pivot.lowerBound)
        spotrf_(&uplo, &order, block, &stride, &info)
        if info != 0 { return Int(abs(info)) }
        // A NaN passes through some versions of spotrf without an error.
        for index in pivot where !a.at(index, index).pointee.isFinite { return index - pivot.lowerBound + 1 }
        spotri_(&uplo, &order, block, &stride, &info)
        return info == 0 ? nil : Int(abs(info))
    }

    /// -A⁻¹ in the lower triangle becomes A⁻¹ in both.
    func finish() {
        let tiles = panels.indices.flatMap { row in (0...row).map { (row, $0) } }
        Parallel.forEach(tiles.count, threads: threads) { index in
            let (rows, columns) = (panels[tiles[index].0], panels[tiles[index].1])
            for row in rows {
                for column in columns where column <= row {
                    let value = -a.at(row, column).pointee
                    a.at(row, column).pointee = value
                    a.at(column, row).pointee = value
                }
            }
        }
    }
}
