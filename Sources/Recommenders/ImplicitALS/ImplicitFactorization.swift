import Datasets
import Foundation
package import LinearAlgebra

/// The vectors of users and items whose products estimate a 1 for met and a 0 for not met, by alternating least squares.
///
/// Y. Hu, Y. Koren, C. Volinsky, "Collaborative Filtering for Implicit Feedback Datasets" (ICDM 2008), with the objective
/// and the frequency-scaled regularisation of S. Rendle, W. Krichene, L. Zhang, Y. Koren, "Revisiting the Performance of
/// iALS on Item Recommendation Benchmarks" (RecSys 2022), section 3:
///
///     Σ_met (1 - u·v)² + α₀ Σ_all (u·v)² + λ (Σ_u #(u)^ν |u|² + Σ_v #(v)^ν |v|²),  #(x) = |S(x)| + α₀ · n
///
/// S being what x met and n the number of rows on the other side. Cost of a sweep for d dimensions: 12 · pairs · d +
/// 6 · (users + items) · d² operations, twice. The result does not depend on the number of threads.
package struct ImplicitFactorization: Sendable {
    package private(set) var users: Matrix
    package private(set) var items: Matrix

    /// What is minimised.
    package struct Objective: Sendable, Equatable {
        /// α₀: how much every pair counts, beside one that met.
        package var unobservedWeight: Float
        /// λ.
        package var regularization: Float
        /// ν: 1 scales the regularisation of a row with what it met, 0 makes it the same for all.
        package var frequencyExponent: Float

        package init(unobservedWeight: Float, regularization: Float, frequencyExponent: Float = 1) {
            self.unobservedWeight = unobservedWeight
            self.regularization = regularization
            self.frequencyExponent = frequencyExponent
        }

        /// λ · #(x)^ν.
        package func ridge(interactionCount: Int, otherSideCount: Int) -> Float {
            let frequency = max(Float(interactionCount) + unobservedWeight * Float(otherSideCount), 1)
            return regularization * (frequencyExponent == 1 ? frequency : powf(frequency, frequencyExponent))
        }

        /// α₀ · VᵀV.
        package func gram(of factors: Matrix, threads: Int) -> Matrix {
            var gram = factors.gram(threads: threads)
            gram.withUnsafeMutableElements { elements in
                for index in elements.indices { elements[index] *= unobservedWeight }
            }
            return gram
        }

        /// The vector of a row that training did not see, from the distinct `rows` of `others` that it met.
        ///
        /// - Parameter gram: That of `others`.
        package func foldIn(_ rows: [UInt32], _ others: Matrix, gram: Matrix) -> [Float] {
            others.solveNormalEquations(
                rows: rows, gram: gram, ridge: ridge(interactionCount: rows.count, otherSideCount: others.rows),
                start: [Float](repeating: 0, count: gram.rows), steps: ImplicitFactorization.foldInSteps)
        }
    }

    /// Steps of conjugate gradients a row and sweep; each sweep begins where the one before ended.
    private static let steps = 3
    /// Those of the first sweep, which begins with nothing, and of the last over users, which nothing improves on later.
    private static let lastSteps = 8
    private static let foldInSteps = 12

    /// Bytes that a factorisation of everybody's events takes: the vectors, and the pairs from both sides.
    static func memory(_ histories: UserHistories, itemCount: Int, dimension: Int) -> Int {
        let rows = histories.count + itemCount
        // Pairs as they are sorted out of the events; where the rows begin, with room to grow; partial Gram matrices.
        let partial = 4 * dimension * dimension * (rows / Matrix.gramRows + 4)
        return 4 * dimension * rows + 8 * histories.eventCount + 32 * rows + 16 * histories.longest + partial
    }

    /// - Throws: `CancellationError`.
    package init(
        of pairs: InteractionPairs, dimension: Int, objective: Objective, sweeps: Int, options: TrainingOptions
    ) throws {
        var generator = SeededGenerator(seed: options.seed)
        items = Matrix(rows: pairs.byItem.count, columns: dimension)
        items.withUnsafeMutableElements { elements in
            let scale = 0.1 / Float(max(dimension, 1)).squareRoot()
            for index in elements.indices { elements[index] = scale * Float(generator.normal()) }
        }
        users = Matrix(rows: pairs.byUser.count, columns: dimension)
        var steps = Self.lastSteps
        let threads = options.threads
        for sweep in 0..<sweeps {
            try options.advance(
                to: Double(sweep) / Double(sweeps), "factorising, sweep \(sweep + 1) of \(sweeps)")
            try Self.improve(&users, pairs.byUser, with: items, objective, steps: steps, threads: threads)
            try Self.improve(&items, pairs.byItem, with: users, objective, steps: steps, threads: threads)
            steps = Self.steps
        }
        try Self.improve(&users, pairs.byUser, with: items, objective, steps: Self.lastSteps, threads: threads)
    }

    /// Moves every row of `factors` towards its least-squares solution, `others` being fixed.
    private static func improve(
        _ factors: inout Matrix, _ met: CompressedRows, with others: Matrix, _ objective: Objective, steps: Int,
        threads: Int
    ) throws {
        let gram = objective.gram(of: others, threads: threads)
        let count = others.rows
        try Task.checkCancellation()
        factors.solveNormalEquations(
            offsets: met.offsets, pairs: met.columns, others: others, gram: gram, steps: steps, threads: threads
        ) { objective.ridge(interactionCount: $0, otherSideCount: count) }
        try Task.checkCancellation()
    }
}
