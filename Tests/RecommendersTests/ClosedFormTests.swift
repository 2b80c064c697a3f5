import Datasets
import Foundation
import LinearAlgebra
import Recommenders
import Testing

@Suite struct ClosedFormTests {
    private let sequences: ItemSequences

    init() {
        var random = SeededGenerator(seed: 5)
        sequences = ItemSequences(
            (0..<40).map { _ in (0..<(1 + random.index(below: 20))).map { _ in UInt32(random.index(below: 25)) } },
            itemCount: 25)
    }

    private func sequence(_ user: Int) -> [Int] {
        sequences.items[sequences.offsets[user]..<sequences.offsets[user + 1]].map { Int($0) }
    }

    @Test func sequencesKeepTheFirstOccurrenceOfEachItem() {
        let sequences = ItemSequences([[2, 1, 2, 0], [], [1, 1]], itemCount: 3)
        #expect(sequences.items == [2, 1, 0, 1])
        #expect(sequences.offsets == [0, 3, 3, 4])
        #expect(sequences.userCounts() == [1, 2, 1])
    }

    /// Where the constraint on the diagonal is not active, the gradient (XᵀX + Λ)B - XᵀX of the ridge loss is zero.
    @Test func easeSatisfiesItsOptimalityCondition() throws {
        let counts = sequences.userCounts()
        let weights = try EASE.fit(
            ItemOccurrences(sequences), userCounts: counts, regularization: 3, threads: 2
        ).dense(threads: 2)
        var gram = Matrix(rows: 25, columns: 25)
        for user in 0..<sequences.count {
            for a in sequence(user) {
                for b in sequence(user) { gram[a, b] += 1 }
            }
        }
        var regularized = gram
        let ridge = Regularization(strength: 3, userCounts: counts)
        for item in 0..<25 { regularized[item, item] += ridge[item] }
        let product = regularized.multiplied(by: weights)
        for row in 0..<25 {
            #expect(weights[row, row] == 0)
            for column in 0..<25 where row != column {
                #expect(abs(product[row, column] - gram[row, column]) < 1e-3)
            }
        }
    }

    /// An item's weights add up to the same, whether rows are whole or halves.
    @Test func weightsInHalfScoreAsDenseOnes() throws {
        let half = try EASE.fit(
            ItemOccurrences(sequences), userCounts: sequences.userCounts(), regularization: 3, threads: 2)
        let dense = EASEWeights.dense(half.dense(threads: 1))
        for items in [[], [3], [0, 7, 24]] as [[UInt32]] {
            for (left, right) in zip(half.scores(of: items), dense.scores(of: items)) {
                #expect(abs(left - right) < 1e-5)
            }
        }
    }

    /// Builds H and Y row by row, as the definition says, and solves by plain elimination in double precision.
    @Test(arguments: [([3], 10), ([1.5, 6], 10), ([4], 2), ([1, 3, 1e30], 30)] as [([Float], Float)])
    func sequentialRidgeAgreesWithTheDenseRegression(decays: [Float], horizon: Float) throws {
        let parameters = SequentialRidge.Parameters(
            decays: decays, regularization: 0.7, window: 6, futureWeight: 0.2, horizon: horizon)
        let counts = sequences.userCounts()
        let weights = try SequentialRidge.fit(
            ItemOccurrences(sequences), userCounts: counts, parameters: parameters, threads: 2)

        let gammas = decays.map { exp(-1 / Double($0)) }
        let size = 25 * decays.count
        var gram = [[Double]](repeating: [Double](repeating: 0, count: size), count: size)
        var targets = [[Double]](repeating: [Double](repeating: 0, count: 25), count: size)
        for user in 0..<sequences.count {
            let items = sequence(user)
            for time in 0..<(items.count + 6) {
                var row = [Double](repeating: 0, count: size)
                for past in max(0, time - 6)...time where past < items.count {
                    for (memory, gamma) in gammas.enumerated() {
                        row[25 * memory + items[past]] += pow(gamma, Double(time - past))
                    }
                }
                for a in 0..<size where row[a] != 0 {
                    for b in 0..<size { gram[a][b] += row[a] * row[b] }
                }
                // Pairs of a past and a future item further apart than the window are not counted.
                for future in (time + 1)..<max(items.count, time + 1) {
                    let ahead = 0.2 * exp(-Double(future - time - 1) / Double(horizon)) + (future == time + 1 ? 1 : 0)
                    for past in 0...time where future - past <= 6 {
                        for (memory, gamma) in gammas.enumerated() {
                            targets[25 * memory + items[past]][items[future]] +=
                                pow(gamma, Double(time - past)) * ahead
                        }
                    }
                }
            }
        }
        for (memory, gamma) in gammas.enumerated() {
            let diagonal = (0...6).reduce(0.0) { $0 + pow(gamma, Double(2 * $1)) }
            let ridge = Regularization(strength: 0.7 * Float(diagonal), userCounts: counts)
            for item in 0..<25 { gram[25 * memory + item][25 * memory + item] += Double(ridge[item]) }
        }
        let expected = eliminate(gram, targets)
        for row in 0..<size {
            for column in 0..<25 { #expect(abs(Double(weights[row, column]) - expected[row][column]) < 1e-4) }
        }
    }

    private func eliminate(_ matrix: [[Double]], _ rightSide: [[Double]]) -> [[Double]] {
        var rows = zip(matrix, rightSide).map { $0 + $1 }
        for pivot in rows.indices {
            let scale = rows[pivot][pivot]
            rows[pivot] = rows[pivot].map { $0 / scale }
            for other in rows.indices where other != pivot {
                let factor = rows[other][pivot]
                rows[other] = zip(rows[other], rows[pivot]).map { $0 - factor * $1 }
            }
        }
        return rows.map { Array($0[matrix.count...]) }
    }

    @Test func logisticDerivativesAgreeWithFiniteDifferences() {
        var random = SeededGenerator(seed: 6)
        var examples = LogisticRegression.Examples(featureCount: 4)
        for _ in 0..<50 {
            examples.append([1, random.normal(), random.normal(), random.unit()], outcome: random.index(below: 3) == 0)
        }
        let weights = [0.3, -0.5, 0.8, 0.1]
        let (gradient, curvature) = LogisticRegression.derivatives(examples, weights, penalty: 0.7, threads: 2)
        let step = 1e-5
        for feature in 0..<4 {
            var (up, down) = (weights, weights)
            up[feature] += step
            down[feature] -= step
            let slope =
                (LogisticRegression.loss(examples, up, penalty: 0.7)
                    - LogisticRegression.loss(examples, down, penalty: 0.7)) / (2 * step)
            #expect(abs(gradient[feature] - slope) < 1e-6)
            let above = LogisticRegression.derivatives(examples, up, penalty: 0.7, threads: 1).gradient
            let below = LogisticRegression.derivatives(examples, down, penalty: 0.7, threads: 1).gradient
            for other in 0..<4 {
                #expect(abs(curvature[other * 4 + feature] - (above[other] - below[other]) / (2 * step)) < 1e-6)
            }
        }
    }

    @Test func aFittedRegressionHasNoSlopeLeft() throws {
        var random = SeededGenerator(seed: 7)
        var examples = LogisticRegression.Examples(featureCount: 3)
        for _ in 0..<500 {
            let x = random.normal()
            examples.append([1, x, random.normal()], outcome: random.unit() < 1 / (1 + exp(-2 * x)))
        }
        let fitted = try LogisticRegression(fitting: examples, penalty: 0.5, threads: 2)
        let slope = LogisticRegression.derivatives(examples, fitted.weights, penalty: 0.5, threads: 2).gradient
        #expect(slope.allSatisfy { abs($0) < 1e-4 })
        #expect(fitted.weights[1] > 1)
    }
}
