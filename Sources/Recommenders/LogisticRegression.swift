import Foundation
import LinearAlgebra

/// Logistic regression with an L2 penalty, by Newton's method; feature 0 is the constant and is not penalised.
package struct LogisticRegression: Sendable, Equatable {
    package var weights: [Double]

    /// Rows of features, one after the other.
    package struct Examples: Sendable {
        package let featureCount: Int
        package private(set) var features: [Double] = []
        package private(set) var outcomes: [Double] = []
        /// How often each example counts.
        package private(set) var weights: [Double] = []

        package var count: Int { outcomes.count }

        package init(featureCount: Int) { self.featureCount = featureCount }

        package mutating func append(_ row: [Double], outcome: Bool, weight: Double = 1) {
            features.append(contentsOf: row)
            outcomes.append(outcome ? 1 : 0)
            weights.append(weight)
        }
    }

    package init(weights: [Double]) { self.weights = weights }

    /// Minimises -Σ log-likelihood + penalty/2 · ‖w without the constant‖².
    ///
    /// Stops after 30 steps or when the largest change is below 10⁻⁶; steps are halved while they do not improve.
    package init(fitting examples: Examples, penalty: Double, threads: Int) throws {
        let count = examples.featureCount
        weights = [Double](repeating: 0, count: count)
        // Half an example of each outcome keeps the constant finite where something never or always happens.
        let positives = zip(examples.outcomes, examples.weights).reduce(0) { $0 + $1.0 * $1.1 }
        let total = examples.weights.reduce(0, +)
        weights[0] = log((positives + 0.5) / (total - positives + 0.5))
        guard positives > 0, positives < total else { return }
        var loss = Self.loss(examples, weights, penalty: penalty)
        for _ in 0..<30 {
            try Task.checkCancellation()
            let (gradient, curvature) = Self.derivatives(examples, weights, penalty: penalty, threads: threads)
            guard let step = solveSymmetric(curvature, gradient) else { return }
            var scale = 1.0
            var accepted = false
            while scale > 1e-3, !accepted {
                let candidate = zip(weights, step).map { $0 - scale * $1 }
                let candidateLoss = Self.loss(examples, candidate, penalty: penalty)
                if candidateLoss <= loss {
                    (weights, loss, accepted) = (candidate, candidateLoss, true)
                } else {
                    scale /= 2
                }
            }
            if !accepted || step.allSatisfy({ abs($0) < 1e-6 }) { return }
        }
    }

    /// The logarithm of the odds.
    package func logit(_ row: [Double]) -> Double {
        var sum = 0.0
        for (weight, value) in zip(weights, row) { sum += weight * value }
        return sum
    }

    package static func loss(_ examples: Examples, _ weights: [Double], penalty: Double) -> Double {
        var loss = 0.0
        for row in 0..<examples.count {
            var logit = 0.0
            for feature in weights.indices {
                logit += weights[feature] * examples.features[row * weights.count + feature]
            }
            // log(1 + e^x) without overflow.
            loss += examples.weights[row] * (max(logit, 0) + log1p(exp(-abs(logit))) - examples.outcomes[row] * logit)
        }
        return loss + penalty / 2 * weights.dropFirst().reduce(0) { $0 + $1 * $1 }
    }

    /// The gradient and, row by row, the matrix of second derivatives.
    package static func derivatives(
        _ examples: Examples, _ weights: [Double], penalty: Double, threads: Int
    ) -> (gradient: [Double], curvature: [Double]) {
        let count = weights.count
        let chunks = Parallel.ranges(of: examples.count, size: 4096)
        let partial = Parallel.map(chunks.count, threads: threads) { chunk -> [Double] in
            var sums = [Double](repeating: 0, count: count + count * count)
            examples.features.withUnsafeBufferPointer { features in
                for row in chunks[chunk] {
                    let values = UnsafeBufferPointer(rebasing: features[(row * count)..<((row + 1) * count)])
                    var logit = 0.0
                    for feature in 0..<count { logit += weights[feature] * values[feature] }
                    let probability = 1 / (1 + exp(-logit))
                    let error = (probability - examples.outcomes[row]) * examples.weights[row]
                    let variance = probability * (1 - probability) * examples.weights[row]
                    for feature in 0..<count where values[feature] != 0 {
                        sums[feature] += error * values[feature]
                        let scaled = variance * values[feature]
                        for other in 0...feature { sums[count + feature * count + other] += scaled * values[other] }
                    }
                }
            }
            return sums
        }
        var total = [Double](repeating: 0, count: count + count * count)
        for sums in partial {
            for index in total.indices { total[index] += sums[index] }
        }
        for feature in 0..<count {
            if feature > 0 { total[feature] += penalty * weights[feature] }
            total[count + feature * count + feature] += feature > 0 ? penalty : 1e-9
            for other in 0..<feature { total[count + other * count + feature] = total[count + feature * count + other] }
        }
        return (Array(total[..<count]), Array(total[count...]))
    }
}
