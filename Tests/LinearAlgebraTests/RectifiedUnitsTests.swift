import Datasets
import LinearAlgebra
import Testing

@Suite struct RectifiedUnitsTests {
    private func random(_ rows: Int, _ columns: Int, _ generator: inout SeededGenerator) -> Matrix {
        var matrix = Matrix(rows: rows, columns: columns)
        for row in 0..<rows { for column in 0..<columns { matrix[row, column] = Float(generator.normal()) } }
        return matrix
    }

    @Test(arguments: [(1, 1, 1), (3, 50, 4), (5, 16, 0), (2, 7, 3)])
    func sumsAndDerivativesAreThoseOfAPlainLoop(users: Int, items: Int, units: Int) {
        var generator = SeededGenerator(seed: 3)
        let left = random(users, units, &generator)
        let right = random(units, items, &generator)
        let weights = (0..<units).map { _ in Float(generator.normal()) }
        let start = random(users, items, &generator)
        var scores = start
        scores.addRectified(users: left, items: right, weights: weights, threads: 2)
        let found = start.rectifiedGradients(users: left, items: right, weights: weights, threads: 2)
        var userSums = [[Double]](repeating: [Double](repeating: 0, count: units), count: users)
        var itemSums = [[Double]](repeating: [Double](repeating: 0, count: items), count: units)
        var weightSums = [Double](repeating: 0, count: units)
        for user in 0..<users {
            for item in 0..<items {
                var score = Double(start[user, item])
                for unit in 0..<units {
                    let input = Double(left[user, unit]) + Double(right[unit, item])
                    guard input > 0 else { continue }
                    score += Double(weights[unit]) * input
                    userSums[user][unit] += Double(weights[unit] * start[user, item])
                    itemSums[unit][item] += Double(weights[unit] * start[user, item])
                    weightSums[unit] += input * Double(start[user, item])
                }
                #expect(abs(Double(scores[user, item]) - score) < 1e-4)
            }
        }
        for unit in 0..<units {
            #expect(abs(Double(found.weights[0, unit]) - weightSums[unit]) < 1e-3)
            for user in 0..<users { #expect(abs(Double(found.users[user, unit]) - userSums[user][unit]) < 1e-3) }
            for item in 0..<items { #expect(abs(Double(found.items[unit, item]) - itemSums[unit][item]) < 1e-3) }
        }
    }
}

@Suite struct MatrixElementTests {
    @Test func rowsAndColumnsAreThoseAskedFor() throws {
        let matrix = try #require(Matrix([[1, 2, 3], [4, 5, 6], [7, 8, 9]]))
        #expect(matrix.columns(1..<3) == Matrix([[2, 3], [5, 6], [8, 9]]))
        #expect(matrix.gathering([2, 0, 2]) == Matrix([[7, 8, 9], [1, 2, 3], [7, 8, 9]]))
        var sum = matrix
        sum.add(matrix)
        sum.multiply(by: matrix)
        #expect(sum == Matrix([[2, 8, 18], [32, 50, 72], [98, 128, 162]]))
        sum.add(rows: [1, 1, 0], of: matrix, where: [true, false, true])
        #expect(sum == Matrix([[6, 13, 24], [32, 50, 72], [99, 130, 165]]))
    }
}
