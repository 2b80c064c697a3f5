import CVectorKernels

extension Matrix {
    /// Adds a matrix of the same size.
    ///
    /// - Precondition: the sizes agree.
    package mutating func add(_ other: Matrix) {
        precondition(rows == other.rows && columns == other.columns)
        withUnsafeMutableElements { target in
            other.withUnsafeElements { source in
                guard let base = target.baseAddress, let sourceBase = source.baseAddress else { return }
                palate_add(base, sourceBase, target.count)
            }
        }
    }

    /// Multiplies by a matrix of the same size, element by element.
    ///
    /// - Precondition: the sizes agree.
    package mutating func multiply(by other: Matrix) {
        precondition(rows == other.rows && columns == other.columns)
        withUnsafeMutableElements { target in
            other.withUnsafeElements { source in
                for index in target.indices { target[index] *= source[index] }
            }
        }
    }

    /// Adds row `selected[k]` of `other` to row k, wherever `isIncluded[k]`.
    ///
    /// - Precondition: there is a selected row for each row, every one is in `other`, and rows are equally long.
    package mutating func add(rows selected: [UInt32], of other: Matrix, where isIncluded: [Bool]) {
        precondition(columns == other.columns && selected.count == rows && isIncluded.count == rows)
        precondition(selected.allSatisfy { Int($0) < other.rows })
        let width = columns
        withUnsafeMutableElements { target in
            other.withUnsafeElements { source in
                guard let base = target.baseAddress, let sourceBase = source.baseAddress else { return }
                for (row, place) in selected.enumerated() where isIncluded[row] {
                    palate_add(base + row * width, sourceBase + Int(place) * width, width)
                }
            }
        }
    }

    /// Some rows, one after the other.
    ///
    /// - Precondition: every row is in the matrix.
    package func gathering(_ selected: [Int]) -> Matrix {
        precondition(selected.allSatisfy { (0..<rows).contains($0) })
        var gathered = Matrix(rows: selected.count, columns: columns)
        gathered.add(rows: selected.map { UInt32($0) }, of: self, where: selected.map { _ in true })
        return gathered
    }

    /// Some neighbouring columns.
    ///
    /// - Precondition: they are in the matrix.
    package func columns(_ range: Range<Int>) -> Matrix {
        precondition(range.lowerBound >= 0 && range.upperBound <= columns)
        var part = Matrix(rows: rows, columns: range.count)
        part.withUnsafeMutableElements { target in
            withUnsafeElements { source in
                for row in 0..<rows {
                    for (place, column) in range.enumerated() {
                        target[row * range.count + place] = source[row * columns + column]
                    }
                }
            }
        }
        return part
    }
}
