import LinearAlgebra

/// Numbers in -1..<1 from a linear congruential generator.
struct Random {
    private var state: UInt64

    init(_ seed: UInt64) { state = seed }

    mutating func next() -> Float {
        state = state &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
        return Float(state >> 40) / Float(1 << 23) - 1
    }

    mutating func matrix(_ rows: Int, _ columns: Int) -> Matrix {
        var matrix = Matrix(rows: rows, columns: columns)
        for row in 0..<rows {
            for column in 0..<columns { matrix[row, column] = next() }
        }
        return matrix
    }

    /// M·Mᵀ/n + 1 on the diagonal.
    mutating func positiveDefinite(_ order: Int) -> Matrix {
        let factor = matrix(order, order)
        var product = factor.multiplied(by: factor, transposed: true)
        for row in 0..<order {
            for column in 0..<order { product[row, column] /= Float(order) }
            product[row, row] += 1
        }
        return product
    }
}

/// The largest distance between elements of two matrices of one size.
func largestDifference(_ left: Matrix, _ right: Matrix) -> Float {
    var largest: Float = left.rows == right.rows && left.columns == right.columns ? 0 : .infinity
    for row in 0..<min(left.rows, right.rows) {
        largest = zip(left.row(row), right.row(row)).reduce(largest) { max($0, abs($1.0 - $1.1)) }
    }
    return largest
}

func naiveProduct(_ left: Matrix, _ right: Matrix) -> Matrix {
    var product = Matrix(rows: left.rows, columns: right.columns)
    for row in 0..<left.rows {
        for column in 0..<right.columns {
            var sum = 0.0
            for inner in 0..<left.columns { sum += Double(left[row, inner]) * Double(right[inner, column]) }
            product[row, column] = Float(sum)
        }
    }
    return product
}
