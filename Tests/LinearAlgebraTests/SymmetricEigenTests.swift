import LinearAlgebra
import Testing

@Suite struct SymmetricEigenTests {
    @Test func vectorsAreScaledByTheirValuesAndOrthonormal() throws {
        let order = 12
        var matrix = [Double](repeating: 0, count: order * order)
        for row in 0..<order {
            for column in row..<order {
                let value = Double((row * 7 + column * 3) % 11) - 5
                matrix[row * order + column] = value
                matrix[column * order + row] = value
            }
        }
        let (values, vectors) = try #require(symmetricEigen(matrix, order: order))
        #expect(values == values.sorted(by: >))
        for (index, value) in values.enumerated() {
            let vector = Array(vectors[(index * order)..<((index + 1) * order)])
            for row in 0..<order {
                let image = (0..<order).reduce(0.0) { $0 + matrix[row * order + $1] * vector[$1] }
                #expect(abs(image - value * vector[row]) < 1e-9)
            }
            for other in 0..<order {
                let product = (0..<order).reduce(0.0) { $0 + vector[$1] * vectors[other * order + $1] }
                #expect(abs(product - (other == index ? 1 : 0)) < 1e-9)
            }
        }
    }

    @Test func whatIsNoMatrixOfNumbersHasNone() {
        #expect(symmetricEigen([], order: 0) == nil)
        #expect(symmetricEigen([1, 2, 3], order: 2) == nil)
        #expect(symmetricEigen([.nan], order: 1) == nil)
    }
}
