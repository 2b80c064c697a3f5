import LinearAlgebra
import Testing

@Suite struct MatrixTests {
    @Test(arguments: [(1, 1, 1), (7, 3, 5), (400, 33, 390)])
    func productsAgreeWithTheNaiveLoops(_ rows: Int, _ inner: Int, _ columns: Int) {
        var random = Random(1)
        let left = random.matrix(rows, inner)
        let right = random.matrix(inner, columns)
        let expected = naiveProduct(left, right)
        #expect(largestDifference(left.multiplied(by: right), expected) < 1e-4)
        #expect(largestDifference(left.multiplied(by: right.transposed(), transposed: true), expected) < 1e-4)
    }

    @Test func productsDoNotDependOnTheNumberOfThreads() {
        var random = Random(2)
        let left = random.matrix(500, 120)
        let right = random.matrix(120, 450)
        #expect(left.multiplied(by: right, threads: 1) == left.multiplied(by: right, threads: 3))
    }

    @Test(arguments: [0, 1, 700, 20_000]) func theGramMatrixIsTheProductWithTheTranspose(_ rows: Int) {
        var random = Random(4)
        let matrix = random.matrix(rows, 5)
        let gram = matrix.gram(threads: 1)
        #expect(gram == matrix.gram(threads: 3))
        for row in 0..<5 {
            for column in 0..<5 {
                let expected = (0..<rows).reduce(0.0) { $0 + Double(matrix[$1, row]) * Double(matrix[$1, column]) }
                #expect(abs(Double(gram[row, column]) - expected) <= 1e-5 * Double(rows))
            }
        }
        #expect(Matrix(rows: 3, columns: 0).gram().rows == 0)
    }

    @Test func emptyMatricesCanBeMultiplied() {
        let product = Matrix(rows: 0, columns: 4).multiplied(by: Matrix(rows: 4, columns: 3))
        #expect(product.rows == 0 && product.columns == 3)
        #expect(Matrix(rows: 2, columns: 0).multiplied(by: Matrix(rows: 0, columns: 2)) == Matrix(rows: 2, columns: 2))
    }

    @Test func aChangedCopyLeavesTheOriginalAlone() {
        var original = Matrix(rows: 2, columns: 2)
        original[0, 1] = 3
        var copy = original
        copy[0, 1] = 4
        #expect(original[0, 1] == 3)
        #expect(copy[0, 1] == 4)
    }

    @Test func rowsOfDifferentLengthAreRefused() {
        #expect(Matrix([[1, 2], [3]]) == nil)
        #expect(Matrix([[1, 2], [3, 4]])?[1, 0] == 3)
    }

    @Test(arguments: [1, 63, 64, 131])
    func accumulatedRowsAgreeWithTheNaiveSum(_ columns: Int) {
        var random = Random(3)
        let matrix = random.matrix(20, columns)
        let rows: [UInt32] = [3, 19, 3, 0]
        let weights: [Float] = [0.5, -2, 1, 0.25]
        var sum = (0..<columns).map { Float($0) }
        matrix.accumulate(rows: rows, weights: weights, into: &sum)
        for column in 0..<columns {
            let expected = zip(rows, weights).reduce(Float(column)) { $0 + matrix[Int($1.0), column] * $1.1 }
            #expect(abs(sum[column] - expected) < 1e-4)
        }
    }
}

@Suite struct SparseProductTests {
    @Test func aSparseProductIsThatOfTheDenseMatrix() {
        var random = Random(12)
        let matrix = random.matrix(9, 21)
        let offsets = [0, 0, 3, 4]
        let places: [UInt32] = [2, 8, 2, 5]
        let values: [Float] = [0.5, -1, 2, 3]
        var dense = Matrix(rows: 3, columns: 9)
        for row in 0..<3 {
            for index in offsets[row]..<offsets[row + 1] { dense[row, Int(places[index])] += values[index] }
        }
        let product = matrix.product(offsets: offsets, places: places, values: values, threads: 2)
        #expect(largestDifference(product, naiveProduct(dense, matrix)) < 1e-5)
    }
}

@Suite struct CholeskyFactorTests {
    @Test(arguments: [1, 5, 256, 300, 600])
    func solutionsSatisfyTheSystem(_ order: Int) throws {
        var random = Random(4)
        let matrix = random.positiveDefinite(order)
        let rightSide = random.matrix(order, 7)
        let solution = try CholeskyFactor(matrix).solve(rightSide)
        #expect(largestDifference(matrix.multiplied(by: solution), rightSide) < 1e-3)
    }

    @Test func theUpperTriangleIsNotRead() throws {
        var random = Random(6)
        let matrix = random.positiveDefinite(40)
        var lower = matrix
        for row in 0..<40 {
            for column in (row + 1)..<40 { lower[row, column] = .nan }
        }
        let right = random.matrix(40, 3)
        #expect(try CholeskyFactor(lower).solve(right) == CholeskyFactor(matrix).solve(right))
    }

    @Test func resultsDoNotDependOnTheNumberOfThreads() throws {
        var random = Random(7)
        let matrix = random.positiveDefinite(700)
        let rightSide = random.matrix(700, 300)
        let one = try CholeskyFactor(matrix, threads: 1)
        let three = try CholeskyFactor(matrix, threads: 3)
        #expect(try one.solve(rightSide) == three.solve(rightSide))
    }

    @Test func aMatrixThatIsNotPositiveDefiniteIsNamed() throws {
        let indefinite = try #require(Matrix([[1, 0, 0], [0, -1, 0], [0, 0, 1]]))
        #expect(throws: LinearAlgebraError.notPositiveDefinite(order: 2)) { try CholeskyFactor(indefinite) }
        let undefined = try #require(Matrix([[.nan]]))
        #expect(throws: LinearAlgebraError.notPositiveDefinite(order: 1)) { try CholeskyFactor(undefined) }
        #expect(throws: LinearAlgebraError.notSquare(rows: 2, columns: 3)) {
            try CholeskyFactor(Matrix(rows: 2, columns: 3))
        }
    }

    @Test func aCancelledTaskGivesUp() async {
        var random = Random(8)
        let matrix = random.positiveDefinite(600)
        let right = random.matrix(600, 10)
        await Task {
            let factor = try? CholeskyFactor(matrix)
            withUnsafeCurrentTask { $0?.cancel() }
            #expect(throws: CancellationError.self) { try CholeskyFactor(matrix) }
            #expect(throws: CancellationError.self) { try factor?.solve(right) }
        }.value
    }

    @Test func smallSystemsInDoublePrecisionAreSolved() throws {
        let solution = try #require(solveSymmetric([4, 1, 1, 3], [1, 2]))
        #expect(abs(solution[0] - 1.0 / 11) < 1e-12)
        #expect(abs(solution[1] - 7.0 / 11) < 1e-12)
        #expect(solveSymmetric([0, 0, 0, 0], [1, 2]) == nil)
        #expect(solveSymmetric([1], [1, 2]) == nil)
    }
}
