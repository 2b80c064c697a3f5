import LinearAlgebra
import Testing

@Suite struct NormalEquationsTests {
    /// (G + ρI + Σ vvᵀ) x = Σ v, factorised and solved as a dense system.
    private func solved(_ matrix: Matrix, rows: [UInt32], gram: Matrix, ridge: Float) throws -> [Float] {
        var system = gram
        var right = Matrix(rows: gram.rows, columns: 1)
        for row in rows.map(Int.init) {
            for i in 0..<gram.rows {
                right[i, 0] += matrix[row, i]
                for j in 0..<gram.rows { system[i, j] += matrix[row, i] * matrix[row, j] }
            }
        }
        for i in 0..<gram.rows { system[i, i] += ridge }
        let solution = try CholeskyFactor(system).solve(right)
        return (0..<gram.rows).map { solution[$0, 0] }
    }

    @Test(arguments: [(1, 1), (5, 0), (40, 7), (149, 30)])
    func enoughStepsGiveTheDenseSolution(dimension: Int, rowCount: Int) throws {
        var random = Random(7)
        let matrix = random.matrix(60, dimension)
        let gram = random.positiveDefinite(dimension)
        let rows = (0..<rowCount).map { UInt32($0 * 2) }
        let expected = try solved(matrix, rows: rows, gram: gram, ridge: 0.5)
        for start in [[Float](repeating: 0, count: dimension), (0..<dimension).map { _ in random.next() }] {
            let found = matrix.solveNormalEquations(
                rows: rows, gram: gram, ridge: 0.5, start: start, steps: dimension + 60)
            #expect(zip(found, expected).allSatisfy { abs($0 - $1) < 1e-3 })
        }
    }

    @Test(arguments: [1, 3])
    func manyRowsAtOnceAreTheSameAsOneByOne(threads: Int) {
        var random = Random(9)
        let (dimension, count, steps) = (37, 200, 3)
        let others = random.matrix(50, dimension)
        let gram = random.positiveDefinite(dimension)
        let start = random.matrix(count, dimension)
        var (offsets, pairs) = ([0], [UInt32]())
        for row in 0..<count {
            pairs += (0..<(row % 11)).map { UInt32(($0 * 7 + row) % 50) }
            offsets.append(pairs.count)
        }
        var all = start
        all.solveNormalEquations(
            offsets: offsets, pairs: pairs, others: others, gram: gram, steps: steps, threads: threads
        ) { Float($0) + 0.5 }
        for row in 0..<count {
            let met = Array(pairs[offsets[row]..<offsets[row + 1]])
            let expected =
                met.isEmpty
                ? [Float](repeating: 0, count: dimension)
                : others.solveNormalEquations(
                    rows: met, gram: gram, ridge: Float(met.count) + 0.5, start: start.row(row), steps: steps)
            #expect(all.row(row) == expected)
        }
    }

    @Test func productsOfRowsAgreeWithTheNaiveSum() {
        var random = Random(8)
        let (left, right) = (random.matrix(3, 37), random.matrix(4, 37))
        let expected = zip(left.row(2), right.row(1)).reduce(Float(0)) { $0 + $1.0 * $1.1 }
        #expect(abs(left.dot(row: 2, with: right, row: 1) - expected) < 1e-4)
    }
}
