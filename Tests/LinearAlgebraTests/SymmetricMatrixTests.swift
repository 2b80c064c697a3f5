import LinearAlgebra
import Testing

@Suite struct SymmetricMatrixTests {
    /// Orders with one panel and several, whole and cut.
    private static let orders = [1, 5, 512, 600, 1_100, 1_536]

    private func half(_ matrix: Matrix, threads: Int = 2) -> SymmetricMatrix {
        var half = SymmetricMatrix(order: matrix.rows)
        half.updateLowerRows(threads: threads) { row, elements in
            for column in elements.indices { elements[column] = matrix[row, column] }
        }
        return half
    }

    @Test(arguments: orders)
    func bothTrianglesAreReadFromOne(_ order: Int) {
        var random = Random(5)
        let matrix = random.positiveDefinite(order)
        let half = half(matrix)
        let dense = half.dense(threads: 3)
        #expect(dense == dense.transposed())
        for row in stride(from: 0, to: order, by: 7) {
            for column in 0...row {
                #expect(dense[row, column] == matrix[row, column])
                #expect(half[row, column] == matrix[row, column] && half[column, row] == matrix[row, column])
            }
        }
    }

    @Test(arguments: orders)
    func anInverseTimesItsMatrixIsTheIdentity(_ order: Int) throws {
        var random = Random(5)
        let matrix = random.positiveDefinite(order)
        var inverse = half(matrix)
        try inverse.invert()
        var identity = Matrix(rows: order, columns: order)
        for index in 0..<order { identity[index, index] = 1 }
        let dense = inverse.dense(threads: 2)
        #expect(dense == dense.transposed())
        #expect(largestDifference(matrix.multiplied(by: dense), identity) < 1e-3)
    }

    @Test func anInverseDoesNotDependOnTheNumberOfThreads() throws {
        var random = Random(7)
        var byOne = half(random.positiveDefinite(2_600), threads: 1)
        var byThree = byOne
        try byOne.invert(threads: 1)
        try byThree.invert(threads: 3)
        #expect(byOne.dense(threads: 1) == byThree.dense(threads: 2))
    }

    @Test func aMatrixThatIsNotPositiveDefiniteIsNamed() throws {
        let indefinite = try #require(Matrix([[1, 0, 0], [0, -1, 0], [0, 0, 1]]))
        #expect(throws: LinearAlgebraError.notPositiveDefinite(order: 2)) {
            var lost = half(indefinite)
            try lost.invert()
        }
        let undefined = try #require(Matrix([[.nan]]))
        #expect(throws: LinearAlgebraError.notPositiveDefinite(order: 1)) {
            var lost = half(undefined)
            try lost.invert()
        }
        var random = Random(9)
        var late = random.positiveDefinite(600)
        late[580, 580] = -1
        #expect(throws: LinearAlgebraError.notPositiveDefinite(order: 581)) {
            var lost = half(late)
            try lost.invert()
        }
    }

    @Test func aCancelledTaskGivesUp() async {
        var random = Random(8)
        let matrix = half(random.positiveDefinite(600))
        await Task {
            withUnsafeCurrentTask { $0?.cancel() }
            var lost = matrix
            #expect(throws: CancellationError.self) { try lost.invert() }
        }.value
    }

    @Test func aCopyKeepsItsNumbers() {
        var random = Random(10)
        let original = half(random.positiveDefinite(20))
        var changed = original
        #expect(changed.takeDiagonal() == (0..<20).map { original[$0, $0] })
        #expect(original[3, 3] != 0 && changed[3, 3] == 0 && changed[4, 3] == original[3, 4])
    }

    @Test(arguments: orders)
    func productsAgreeWithThoseOfTheDenseMatrix(_ order: Int) {
        var random = Random(11)
        let half = half(random.positiveDefinite(order))
        let dense = half.dense(threads: 2)
        let other = random.matrix(9, order)
        var target = Matrix(rows: order, columns: 12)
        half.multiply(byTransposeOf: other, into: &target, at: 2, threads: 2)
        #expect(largestDifference(target.columns(2..<11), dense.multiplied(by: other, transposed: true)) < 1e-4)
        #expect((0..<order).allSatisfy { target[$0, 1] == 0 && target[$0, 11] == 0 })

        let rows = (0..<min(order, 23)).map { UInt32($0 * 7919 % order) }
        let weights = rows.map { _ in random.next() }
        var sums = (0..<order).map { Float($0 % 3) }
        var expected = sums
        half.accumulate(rows: rows, weights: weights, into: &sums)
        dense.accumulate(rows: rows, weights: weights, into: &expected)
        #expect(zip(sums, expected).allSatisfy { abs($0 - $1) < 1e-4 })
    }
}
