import Datasets
import Foundation
import LinearAlgebra
import Testing

@Suite struct InnerProductIndexTests {
    /// Rows whose lengths fall as popularity does, in random order.
    private func rows(_ count: Int, _ columns: Int, seed: UInt64, falling: Bool = true) -> Matrix {
        var generator = SeededGenerator(seed: seed)
        var matrix = Matrix(rows: count, columns: columns)
        let ranks = Array(0..<count).shuffled(using: &generator)
        matrix.withUnsafeMutableElements { elements in
            for row in 0..<count {
                let scale = falling ? powf(Float(ranks[row] + 1), -0.6) : 1
                for column in 0..<columns {
                    elements[row * columns + column] = scale * (0.2 + generator.bell())
                }
            }
        }
        return matrix
    }

    private func products(_ matrix: Matrix, _ query: [Float]) -> [Float] {
        (0..<matrix.rows).map { row in
            var sum: Float = 0
            for (left, right) in zip(matrix.row(row), query) { sum += left * right }
            return sum
        }
    }

    private func query(_ columns: Int, seed: UInt64) -> [Float] {
        var generator = SeededGenerator(seed: seed)
        return (0..<columns).map { _ in generator.bell() }
    }

    @Test(arguments: [(3, 5), (100, 16), (9_000, 64), (30_000, 20), (12_000, 128)], [true, false])
    func `best rows are those of all products`(size: (rows: Int, columns: Int), falling: Bool) {
        let matrix = rows(size.rows, size.columns, seed: 3, falling: falling)
        let index = InnerProductIndex(matrix, threads: 2)
        for seed in 10..<16 as Range<UInt64> {
            let query = query(size.columns, seed: seed)
            let all = products(matrix, query)
            for count in [1, 10, 500] {
                let best = index.best(count, for: query)
                let expected = topIndices(of: all, count: count)
                #expect(best.rows.count == expected.count && Set(best.rows).count == best.rows.count)
                let scale = all.lazy.map { abs($0) }.max() ?? 0
                for place in expected.indices {
                    // Sums in two orders may put rows that are as good in another order.
                    #expect(abs(all[best.rows[place]] - all[expected[place]]) <= 1e-5 * scale)
                    #expect(abs(best.products[place] - all[best.rows[place]]) <= 1e-5 * scale)
                }
            }
        }
    }

    @Test func `a search chooses among the rows that are allowed`() {
        let matrix = rows(20_000, 32, seed: 5)
        let index = InnerProductIndex(matrix, threads: 2)
        let query = query(32, seed: 9)
        let all = products(matrix, query)
        let sparse = all.indices.map { $0 % 700 == 3 ? all[$0] : -.infinity }
        #expect(index.best(40, for: query, in: .rows { $0 % 700 == 3 }).rows == topIndices(of: sparse, count: 40))
        let few: [UInt32] = [19_999, 4, 700, 12_345]
        let among = index.best(3, for: query, in: .among(few))
        #expect(among.rows == few.map(Int.init).sorted { all[$0] > all[$1] }.prefix(3).map { $0 })
        #expect(index.best(5, for: query, in: .rows { _ in false }).rows.isEmpty)
        #expect(index.best(0, for: query).rows.isEmpty)
        #expect(index.best(5, for: query, in: .among([])).rows.isEmpty)
    }

    @Test(arguments: [3_000, 40_000])
    func `the sum of exponentials counts all rows, the shortest of many by their mean and variance`(count: Int) {
        let matrix = rows(count, 24, seed: 6)
        let index = InnerProductIndex(matrix, threads: 2)
        let query = query(24, seed: 2).map { $0 * 0.2 }
        let exact = log(products(matrix, query).reduce(0.0) { $0 + exp(Double($1)) })
        #expect(abs(index.logSum(for: query) - exact) < 1e-3)
    }

    @Test func `equal rows come in the order of their numbers, and zeros are rows too`() {
        let matrix = Matrix([[1, 0], [0, 0], [1, 0], [2, 0], [0, 0]]) ?? Matrix(rows: 0, columns: 2)
        let index = InnerProductIndex(matrix, threads: 1)
        #expect(index.best(5, for: [1, 1]).rows == [3, 0, 2, 1, 4])
        #expect(index.best(2, for: [0, 0]).rows == [0, 1])
    }

    @Test func `an empty matrix has no rows to give`() {
        let index = InnerProductIndex(Matrix(rows: 0, columns: 4), threads: 1)
        #expect(index.best(3, for: [1, 2, 3, 4]).rows.isEmpty)
        #expect(index.logSum(for: [1, 2, 3, 4]) == -.infinity)
    }
}

@Suite struct ExponentialSumTests {
    @Test(arguments: [0, 1, 15, 16, 17, 511, 513, 2_000])
    func `the sum is that of the library's exponentials`(count: Int) {
        var generator = SeededGenerator(seed: 4)
        let values = (0..<count).map { _ in generator.bell() * 20 }
        let maximum = values.max() ?? 0
        let exact = values.reduce(0.0) { $0 + exp(Double($1) - Double(maximum)) }
        #expect(abs(exponentialSum(of: values, maximum: maximum) - exact) <= 1e-6 * exact)
    }

    @Test func `what must not be recommended counts as nothing`() {
        #expect(abs(exponentialSum(of: [1, -.infinity, .nan, 1], maximum: 1) - 2) < 1e-6)
    }
}

extension SeededGenerator {
    /// Nearly normal, with mean 0 and variance 1.
    fileprivate mutating func bell() -> Float { Float((0..<12).reduce(-6.0) { sum, _ in sum + unit() }) }
}
