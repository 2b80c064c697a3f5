import Foundation
import LinearAlgebra

/// A linear model of which candidate of a list is taken: softmax regression over lists.
///
/// The chance of candidate i of a list is e^{w·xᵢ} / Σⱼ e^{w·xⱼ}, the conditional logit of D. McFadden, "Conditional Logit
/// Analysis of Qualitative Choice Behavior" (1974); as a loss for ranking that is ListNet's (Z. Cao and others, "Learning
/// to Rank: From Pairwise Approach to Listwise Approach", ICML 2007). Features are brought to mean 0 and deviation 1 and cut
/// off at 4 deviations, so that an item unlike all that were learned from is not rated by extrapolation; one that is NaN is
/// taken as its mean. The loss is convex and is minimised by Newton's method.
package struct ListwiseRegression: Sendable, Equatable {
    /// Of the features as they are given.
    package let means: [Float]
    package let deviations: [Float]
    /// Of the features in units of their deviations.
    package let weights: [Float]

    private static let cut: Float = 4

    /// Lists of candidates.
    package struct Examples: Sendable {
        package let featureCount: Int
        /// Candidates of list l are at `offsets[l]..<offsets[l + 1]`.
        package private(set) var offsets: [Int] = [0]
        /// Candidate by candidate.
        package private(set) var features: [Float] = []
        /// How much of the list's choices fell on each candidate; these sum to 1 in a list.
        package private(set) var shares: [Float] = []
        /// How much each list counts.
        package private(set) var weights: [Double] = []

        package var count: Int { weights.count }

        package init(featureCount: Int) { self.featureCount = featureCount }

        /// A list without a choice says nothing and is left out.
        package mutating func append(_ rows: [Float], gains: [Float], weight: Double) {
            let total = gains.reduce(0, +)
            guard total > 0, rows.count == gains.count * featureCount else { return }
            features.append(contentsOf: rows)
            shares.append(contentsOf: gains.map { $0 / total })
            offsets.append(shares.count)
            weights.append(weight)
        }
    }

    package init(means: [Float], deviations: [Float], weights: [Float]) {
        self.means = means
        self.deviations = deviations
        self.weights = weights
    }

    /// Minimises the weighted mean of -Σ share · log chance, plus penalty/2 · ‖w - prior‖² in units of deviations.
    ///
    /// - Parameters:
    ///   - prior: Weights of the features as they are given.
    ///   - supporting: Features that may only speak for a candidate. One whose weight would be negative is left out, and the
    ///     rest is fitted again.
    package init(
        fitting examples: Examples, prior: [Float], supporting: Set<Int> = [], penalty: Double, threads: Int
    ) throws {
        let count = examples.featureCount
        var (means, deviations) = Self.moments(examples)
        for feature in 0..<count where !(deviations[feature] >= 1e-6) {
            (means[feature], deviations[feature]) = (0, .infinity)
        }
        var weights: [Double] = []
        for _ in 0..<4 {
            weights = try Self.fit(
                examples, means: means, deviations: deviations, prior: prior, start: weights, penalty: penalty,
                threads: threads)
            let opposing = supporting.filter { weights[$0] < 0 }
            if opposing.isEmpty { break }
            for feature in opposing { (means[feature], deviations[feature]) = (0, .infinity) }
        }
        self.init(
            means: means, deviations: deviations.map { $0.isFinite ? $0 : 1 },
            weights: (0..<count).map { feature in
                let weight = deviations[feature].isFinite ? Float(weights[feature]) : 0
                return supporting.contains(feature) ? max(weight, 0) : weight
            })
    }

    private static func fit(
        _ examples: Examples, means: [Float], deviations: [Float], prior: [Float], start: [Double], penalty: Double,
        threads: Int
    ) throws -> [Double] {
        let count = examples.featureCount
        let scaled = Self.standardised(examples, means: means, deviations: deviations)
        let center = (0..<count).map { deviations[$0].isFinite ? Double(prior[$0] * deviations[$0]) : 0 }
        var weights = start.isEmpty ? center : (0..<count).map { deviations[$0].isFinite ? start[$0] : 0 }
        func penalised(_ loss: Double, _ weights: [Double]) -> Double {
            loss + penalty / 2 * zip(weights, center).reduce(0) { $0 + ($1.0 - $1.1) * ($1.0 - $1.1) }
        }
        for _ in 0..<15 {
            try Task.checkCancellation()
            var step = Self.derivatives(scaled, examples, weights, threads: threads)
            let loss = penalised(step.loss, weights)
            for feature in 0..<count {
                step.gradient[feature] += penalty * (weights[feature] - center[feature])
                step.curvature[feature * count + feature] += penalty
            }
            guard let change = solveSymmetric(step.curvature, step.gradient) else { break }
            var scale = 1.0
            var accepted = false
            while scale > 1e-3, !accepted {
                let candidate = zip(weights, change).map { $0 - scale * $1 }
                let found = penalised(Self.loss(scaled, examples, candidate, threads: threads), candidate)
                if found <= loss { (weights, accepted) = (candidate, true) } else { scale /= 2 }
            }
            if !accepted || change.allSatisfy({ abs($0) < 2e-3 }) { break }
        }
        return weights
    }

    private static func scaled(_ value: Float, mean: Float, deviation: Float) -> Float {
        value.isNaN ? 0 : min(max((value - mean) / deviation, -cut), cut)
    }

    /// Part of the way from the weights it would have had without examples.
    ///
    /// - Parameters:
    ///   - prior: Weights of the features as they are given.
    ///   - share: 0 for the prior, 1 for what was fitted.
    package func shrunk(towards prior: [Float], share: Float) -> ListwiseRegression {
        ListwiseRegression(
            means: means, deviations: deviations,
            weights: weights.indices.map {
                share * weights[$0] + (1 - share) * prior[$0] * deviations[$0]
            })
    }

    /// w·x of each row of features.
    package func logits(_ rows: [Float]) -> [Float] {
        let count = weights.count
        return (0..<(rows.count / max(count, 1))).map { row in
            var sum: Float = 0
            for feature in 0..<count {
                sum +=
                    weights[feature]
                    * Self.scaled(
                        rows[row * count + feature], mean: means[feature], deviation: deviations[feature])
            }
            return sum
        }
    }

    private static func moments(_ examples: Examples) -> (means: [Float], deviations: [Float]) {
        let count = examples.featureCount
        var sums = [Double](repeating: 0, count: count)
        var squares = sums
        var known = sums
        for row in examples.shares.indices {
            for feature in 0..<count {
                let value = Double(examples.features[row * count + feature])
                guard !value.isNaN else { continue }
                sums[feature] += value
                squares[feature] += value * value
                known[feature] += 1
            }
        }
        let means = (0..<count).map { sums[$0] / max(known[$0], 1) }
        let deviations = (0..<count).map {
            Float(max(squares[$0] / max(known[$0], 1) - means[$0] * means[$0], 0).squareRoot())
        }
        return (means.map { Float($0) }, deviations)
    }

    private static func standardised(_ examples: Examples, means: [Float], deviations: [Float]) -> [Float] {
        let count = examples.featureCount
        var scaled = examples.features
        scaled.withUnsafeMutableBufferPointer { scaled in
            for row in examples.shares.indices {
                for feature in 0..<count {
                    scaled[row * count + feature] = Self.scaled(
                        scaled[row * count + feature], mean: means[feature], deviation: deviations[feature])
                }
            }
        }
        return scaled
    }

    package static func loss(_ scaled: [Float], _ examples: Examples, _ weights: [Double], threads: Int) -> Double {
        let chunks = Parallel.ranges(of: examples.count, size: 64)
        let parts = Parallel.map(chunks.count, threads: threads) { chunk -> Double in
            var loss = 0.0
            scaled.withUnsafeBufferPointer { scaled in
                for list in chunks[chunk] {
                    loss += chances(of: list, scaled, examples, weights).loss * examples.weights[list]
                }
            }
            return loss
        }
        return parts.reduce(0, +) / max(examples.weights.reduce(0, +), 1e-12)
    }

    /// The chance of each candidate of one list, and -Σ share · log chance.
    private static func chances(
        of list: Int, _ scaled: UnsafeBufferPointer<Float>, _ examples: Examples, _ weights: [Double]
    ) -> (chances: [Double], loss: Double) {
        let count = weights.count
        let range = examples.offsets[list]..<examples.offsets[list + 1]
        var chances = range.map { row -> Double in
            var sum = 0.0
            for feature in 0..<count { sum += weights[feature] * Double(scaled[row * count + feature]) }
            return sum
        }
        let greatest = chances.max() ?? 0
        var chosen = 0.0
        var total = 0.0
        for index in chances.indices {
            chosen += Double(examples.shares[range.lowerBound + index]) * (chances[index] - greatest)
            chances[index] = exp(chances[index] - greatest)
            total += chances[index]
        }
        for index in chances.indices { chances[index] /= total }
        return (chances, log(total) - chosen)
    }

    /// Loss, gradient and, row by row, the matrix of second derivatives of the weighted mean.
    package static func derivatives(
        _ scaled: [Float], _ examples: Examples, _ weights: [Double], threads: Int
    ) -> (loss: Double, gradient: [Double], curvature: [Double]) {
        let count = weights.count
        let chunks = Parallel.ranges(of: examples.count, size: 64)
        let parts = Parallel.map(chunks.count, threads: threads) { chunk -> Sums in
            var sums = Sums(count)
            let first = examples.offsets[chunks[chunk].lowerBound]
            var bent = Matrix(rows: examples.offsets[chunks[chunk].upperBound] - first, columns: count)
            bent.withUnsafeMutableElements { bent in
                scaled.withUnsafeBufferPointer { scaled in
                    for list in chunks[chunk] {
                        let start = (examples.offsets[list] - first) * count
                        sums.add(
                            list, scaled, examples, weights, bent: UnsafeMutableBufferPointer(rebasing: bent[start...]))
                    }
                }
            }
            bent.gram(threads: 1).withUnsafeElements { products in
                for index in products.indices { sums.curvature[index] += Double(products[index]) }
            }
            return sums
        }
        var total = Sums(count)
        for sums in parts {
            total.loss += sums.loss
            for feature in total.gradient.indices { total.gradient[feature] += sums.gradient[feature] }
            for index in total.curvature.indices { total.curvature[index] += sums.curvature[index] }
        }
        let scale = 1 / max(examples.weights.reduce(0, +), 1e-12)
        for feature in 0..<count {
            total.gradient[feature] *= scale
            for other in 0...feature {
                total.curvature[feature * count + other] *= scale
                total.curvature[other * count + feature] = total.curvature[feature * count + other]
            }
        }
        return (total.loss * scale, total.gradient, total.curvature)
    }

    /// What some lists add to the loss and its derivatives.
    private struct Sums: Sendable {
        var loss = 0.0
        var gradient: [Double]
        /// The lower triangle, row by row.
        var curvature: [Double]

        init(_ count: Int) {
            gradient = [Double](repeating: 0, count: count)
            curvature = [Double](repeating: 0, count: count * count)
        }

        /// - Parameter bent: Takes the candidates, each times the root of its chance, whose products are still to be added;
        ///   holds zeros.
        mutating func add(
            _ list: Int, _ scaled: UnsafeBufferPointer<Float>, _ examples: Examples, _ weights: [Double],
            bent: UnsafeMutableBufferPointer<Float>
        ) {
            let count = weights.count
            let weight = examples.weights[list]
            let (chances, loss) = ListwiseRegression.chances(of: list, scaled, examples, weights)
            self.loss += loss * weight
            var mean = [Double](repeating: 0, count: count)
            for (index, chance) in chances.enumerated() {
                let row = examples.offsets[list] + index
                let error = (chance - Double(examples.shares[row])) * weight
                for feature in 0..<count {
                    let value = Double(scaled[row * count + feature])
                    mean[feature] += chance * value
                    gradient[feature] += error * value
                }
                // Candidates with hardly a chance hardly bend the loss.
                guard chance > 1e-6 else { continue }
                let root = Float((chance * weight).squareRoot())
                for feature in 0..<count { bent[index * count + feature] = root * scaled[row * count + feature] }
            }
            for feature in 0..<count {
                for other in 0...feature {
                    curvature[feature * count + other] -= weight * mean[feature] * mean[other]
                }
            }
        }
    }
}
