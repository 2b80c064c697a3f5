import LinearAlgebra

/// A sparse matrix, row by row: entries of row r are at `offsets[r]..<offsets[r + 1]`.
package struct SparseRows: Sendable, Equatable {
    private(set) var offsets: [Int] = [0]
    private(set) var columns: [UInt32] = []
    private(set) var values: [Float] = []
    let columnCount: Int

    var rowCount: Int { offsets.count - 1 }

    package init(columnCount: Int) { self.columnCount = columnCount }

    /// From stored arrays; nil when they do not fit together.
    init?(offsets: [Int], columns: [UInt32], values: [Float], columnCount: Int) {
        guard offsets.first == 0, offsets.last == columns.count, values.count == columns.count,
            zip(offsets, offsets.dropFirst()).allSatisfy({ $0 <= $1 }), columns.allSatisfy({ Int($0) < columnCount })
        else { return nil }
        self.offsets = offsets
        self.columns = columns
        self.values = values
        self.columnCount = columnCount
    }

    /// Adds a row whose entries are in any order, each column once.
    package mutating func append(_ entries: some Sequence<(column: Int, value: Float)>) {
        for (column, value) in entries {
            columns.append(UInt32(column))
            values.append(value)
        }
        offsets.append(columns.count)
    }

    /// Adds a row of another matrix with the same columns.
    mutating func append(row: Int, of other: SparseRows) {
        let entries = other.offsets[row]..<other.offsets[row + 1]
        columns += other.columns[entries]
        values += other.values[entries]
        offsets.append(columns.count)
    }

    package func forEach(of row: Int, _ body: (_ column: Int, _ value: Float) -> Void) {
        for index in offsets[row]..<offsets[row + 1] { body(Int(columns[index]), values[index]) }
    }

    /// The product of each row with a dense vector.
    func multiplied(by vector: [Float]) -> [Float] {
        var products = [Float](repeating: 0, count: rowCount)
        columns.withUnsafeBufferPointer { columns in
            values.withUnsafeBufferPointer { values in
                vector.withUnsafeBufferPointer { vector in
                    for row in 0..<rowCount {
                        var sum: Float = 0
                        for index in offsets[row]..<offsets[row + 1] {
                            sum += values[index] * vector[Int(columns[index])]
                        }
                        products[row] = sum
                    }
                }
            }
        }
        return products
    }

    /// The product with a dense matrix, rows in parallel. 2 · entries · columns of the other operations.
    func multiplied(by other: Matrix, threads: Int) -> Matrix {
        other.product(offsets: offsets, places: columns, values: values, threads: threads)
    }

    func transposed() -> SparseRows {
        var counts = [Int](repeating: 0, count: columnCount + 1)
        for column in columns { counts[Int(column) + 1] += 1 }
        for column in 0..<columnCount { counts[column + 1] += counts[column] }
        var result = SparseRows(columnCount: rowCount)
        result.offsets = counts
        result.columns = [UInt32](repeating: 0, count: columns.count)
        result.values = [Float](repeating: 0, count: columns.count)
        for row in 0..<rowCount {
            for index in offsets[row]..<offsets[row + 1] {
                let place = counts[Int(columns[index])]
                counts[Int(columns[index])] += 1
                result.columns[place] = UInt32(row)
                result.values[place] = values[index]
            }
        }
        return result
    }
}
