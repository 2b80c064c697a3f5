import CVectorKernels

extension SymmetricMatrix {
    /// All rows, in blocks that ``copyRows(_:to:)`` takes.
    package var rowBlocks: [Range<Int>] {
        panels.flatMap { panel in
            Parallel.ranges(of: panel.count, size: 64).map {
                (panel.lowerBound + $0.lowerBound)..<(panel.lowerBound + $0.upperBound)
            }
        }
    }

    /// Writes some whole rows, row by row.
    ///
    /// - Precondition: the rows are in the matrix and in one panel, and there is room for all their numbers.
    package func copyRows(_ rows: Range<Int>, to target: UnsafeMutableBufferPointer<Float>) {
        precondition(rows.lowerBound >= 0 && rows.upperBound <= order && target.count >= rows.count * order)
        guard let base = target.baseAddress, let last = rows.last else { return }
        precondition(rows.lowerBound / Self.panelSize == last / Self.panelSize)
        let order = order
        withPanels { panels in
            let kept = panels.stride(at: last)
            for (place, row) in rows.enumerated() {
                (base + place * order).update(from: panels.at(row, 0), count: kept)
            }
            // What is to the right of the panel stands below it; few rows at a time stay in the cache.
            for below in Parallel.ranges(of: order - kept, size: 8) {
                let first = panels.at(kept + below.lowerBound, rows.lowerBound)
                let stride = panels.stride(at: kept + below.lowerBound)
                for place in 0..<rows.count {
                    let target = base + place * order + kept + below.lowerBound
                    for offset in 0..<below.count { target[offset] = first[offset * stride + place] }
                }
            }
        }
    }

    /// Both triangles.
    package func dense(threads: Int) -> Matrix {
        var matrix = Matrix(rows: order, columns: order)
        let (order, blocks) = (order, rowBlocks)
        matrix.withUnsafeMutableElements { elements in
            guard let base = elements.baseAddress else { return }
            let target = TilePointer(address: base, stride: order)
            Parallel.forEach(blocks.count, threads: threads) { index in
                let rows = blocks[index]
                copyRows(
                    rows,
                    to: UnsafeMutableBufferPointer(start: target.at(rows.lowerBound, 0), count: rows.count * order))
            }
        }
        return matrix
    }

    /// Adds Σ weightsₖ · row(rowsₖ) to `destination`: a sparse row vector times this matrix. 2 · rows · n operations.
    ///
    /// Runs on the calling thread, so it may be called from a ``Parallel`` loop. What stands in the panels of the rows is
    /// read along them; of every row below some numbers are read, which takes longer.
    ///
    /// - Precondition: every row is in the matrix, there is a weight for each, and `destination` has n numbers.
    package func accumulate(rows selected: [UInt32], weights: [Float], into destination: inout [Float]) {
        precondition(selected.count == weights.count && destination.count == order)
        precondition(selected.allSatisfy { Int($0) < order })
        let ascending = zip(selected, weights).sorted { $0.0 < $1.0 }
        let rows = ascending.map { $0.0 }
        let ascendingWeights = ascending.map { $0.1 }
        withPanels { panels in
            destination.withUnsafeMutableBufferPointer { target in
                guard let target = target.baseAddress else { return }
                var above = 0
                for panel in self.panels {
                    panels.addProducts(panel, with: rows[..<above], weights: ascendingWeights, to: target)
                    let end = rows[above...].firstIndex { Int($0) >= panel.upperBound } ?? rows.count
                    let local = rows[above..<end].map { $0 - UInt32(panel.lowerBound) }
                    palate_accumulate_rows(
                        target, panel.upperBound, panels.at(panel.lowerBound, 0), panels.stride(at: panel.lowerBound),
                        local, Array(ascendingWeights[above..<end]), local.count)
                    above = end
                }
            }
        }
    }
}

extension PanelPointer {
    /// Adds to number j of `target`, for each row j of a panel, Σ weightsₖ · row(j)[columnsₖ].
    fileprivate func addProducts(
        _ panel: Range<Int>, with columns: ArraySlice<UInt32>, weights: [Float], to target: UnsafeMutablePointer<Float>
    ) {
        guard !columns.isEmpty else { return }
        let stride = stride(at: panel.lowerBound)
        // Four rows at a time, so that no addition waits for the one before.
        for rows in Parallel.ranges(of: panel.count, size: 4) {
            let first = at(panel.lowerBound + rows.lowerBound, 0)
            var sums = SIMD4<Float>.zero
            if rows.count == 4 {
                for (column, weight) in zip(columns, weights) {
                    let start = first + Int(column)
                    sums += weight * SIMD4(start[0], start[stride], start[2 * stride], start[3 * stride])
                }
            } else {
                for (column, weight) in zip(columns, weights) {
                    for place in 0..<rows.count { sums[place] += weight * first[place * stride + Int(column)] }
                }
            }
            for place in 0..<rows.count { target[panel.lowerBound + rows.lowerBound + place] += sums[place] }
        }
    }
}
