import COpenBLAS

extension Matrix {
    /// `self · other`, or `self · otherᵀ` when `transposed` is true. Cost: 2 · rows · columns · result columns operations.
    ///
    /// - Precondition: the inner sizes agree.
    public func multiplied(
        by other: Matrix, transposed: Bool = false, threads: Int = Parallel.availableThreads
    ) -> Matrix {
        let inner = transposed ? other.columns : other.rows
        precondition(columns == inner, "inner sizes of a product differ")
        var product = Matrix(rows: rows, columns: transposed ? other.rows : other.columns)
        guard product.rows > 0, product.columns > 0, columns > 0 else { return product }
        BLAS.prepare()
        let rowTiles = Parallel.ranges(of: product.rows, size: BLAS.tile)
        let columnTiles = Parallel.ranges(of: product.columns, size: BLAS.tile)
        let productColumns = product.columns
        withUnsafeElements { left in
            other.withUnsafeElements { right in
                product.withUnsafeMutableElements { target in
                    guard let leftBase = left.baseAddress, let rightBase = right.baseAddress,
                        let targetBase = target.baseAddress
                    else { return }
                    let a = TilePointer(address: UnsafeMutablePointer(mutating: leftBase), stride: columns)
                    let b = TilePointer(address: UnsafeMutablePointer(mutating: rightBase), stride: other.columns)
                    let c = TilePointer(address: targetBase, stride: productColumns)
                    let depth = blasInteger(columns)
                    Parallel.forEach(rowTiles.count * columnTiles.count, threads: threads) { index in
                        let r = rowTiles[index / columnTiles.count]
                        let s = columnTiles[index % columnTiles.count]
                        cblas_sgemm(
                            CblasRowMajor, CblasNoTrans, transposed ? CblasTrans : CblasNoTrans, blasInteger(r.count),
                            blasInteger(s.count), depth, 1, a.at(r.lowerBound, 0), blasInteger(a.stride),
                            transposed ? b.at(s.lowerBound, 0) : b.at(0, s.lowerBound), blasInteger(b.stride), 0,
                            c.at(r.lowerBound, s.lowerBound), blasInteger(c.stride))
                    }
                }
            }
        }
        return product
    }

    /// Rows of a block of ``gram(threads:)``.
    package static let gramRows = 8_192

    /// `selfᵀ · self`, summed over blocks of rows in their order: 2 · rows · columns² operations.
    package func gram(threads: Int = Parallel.availableThreads) -> Matrix {
        BLAS.prepare()
        let blocks = Parallel.ranges(of: rows, size: Self.gramRows)
        let order = blasInteger(columns)
        guard columns > 0 else { return Matrix(rows: 0, columns: 0) }
        let partial = Parallel.map(blocks.count, threads: threads) { index -> Matrix in
            var product = Matrix(rows: columns, columns: columns)
            withUnsafeElements { elements in
                product.withUnsafeMutableElements { target in
                    guard let base = elements.baseAddress, let targetBase = target.baseAddress else { return }
                    cblas_sgemm(
                        CblasRowMajor, CblasTrans, CblasNoTrans, order, order, blasInteger(blocks[index].count), 1,
                        base + blocks[index].lowerBound * columns, order, base + blocks[index].lowerBound * columns,
                        order, 0, targetBase, order)
                }
            }
            return product
        }
        var sum = Matrix(rows: columns, columns: columns)
        sum.withUnsafeMutableElements { sum in
            for block in partial {
                block.withUnsafeElements { for index in sum.indices { sum[index] += $0[index] } }
            }
        }
        return sum
    }

    /// The transpose, as a new matrix.
    public func transposed() -> Matrix {
        var result = Matrix(rows: columns, columns: rows)
        withUnsafeElements { source in
            result.withUnsafeMutableElements { target in
                for rowTile in Parallel.ranges(of: rows, size: 64) {
                    for columnTile in Parallel.ranges(of: columns, size: 64) {
                        for row in rowTile {
                            for column in columnTile { target[column * rows + row] = source[row * columns + column] }
                        }
                    }
                }
            }
        }
        return result
    }
}
