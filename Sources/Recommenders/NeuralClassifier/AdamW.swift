import CVectorKernels
import Foundation
import LinearAlgebra

/// Adam with decoupled weight decay: I. Loshchilov, F. Hutter, "Decoupled Weight Decay Regularization" (ICLR 2019),
/// algorithm 2. Of matrices of which a batch touches a few rows, only those are moved.
struct AdamW: Sendable {
    let learningRate: Float
    let weightDecay: Float
    private var step = 0
    private var first: [Matrix] = []
    private var second: [Matrix] = []

    /// Single numbers, which do not decay, have further to go than those of vectors.
    private static let scalarRate: Float = 10
    private static let firstDecay: Float = 0.9
    private static let secondDecay: Float = 0.99

    init(_ parameters: ClassifierParameters, learningRate: Double, weightDecay: Double) {
        self.learningRate = Float(learningRate)
        self.weightDecay = Float(weightDecay)
        first = ClassifierParameters.matrices.map {
            Matrix(rows: parameters[keyPath: $0.matrix].rows, columns: parameters[keyPath: $0.matrix].columns)
        }
        second = first
    }

    /// - Parameter rate: The part of the learning rate that counts in this step.
    mutating func update(_ parameters: inout ClassifierParameters, by gradients: ClassifierGradients, rate: Float) {
        step += 1
        for (place, (_, path)) in ClassifierParameters.matrices.enumerated() {
            let (rows, gradient, decayed) = gradients.derivatives(by: path)
            update(
                &parameters[keyPath: path], place, rows, gradient, decayed: decayed,
                rate: decayed == 0 ? Self.scalarRate * rate : rate)
        }
    }

    /// - Parameters:
    ///   - rows: Of the parameter, each once, in the order of the gradient's rows; nil for all.
    ///   - decayed: How many of the first columns decay.
    private mutating func update(
        _ parameter: inout Matrix, _ place: Int, _ rows: [UInt32]?, _ gradient: Matrix, decayed: Int, rate: Float
    ) {
        let firstScale = 1 / (1 - powf(Self.firstDecay, Float(step)))
        let secondScale = 1 / (1 - powf(Self.secondDecay, Float(step)))
        let (learningRate, weightDecay) = (rate * learningRate, weightDecay)
        let width = gradient.columns
        parameter.withUnsafeMutableElements { parameter in
            first[place].withUnsafeMutableElements { first in
                second[place].withUnsafeMutableElements { second in
                    gradient.withUnsafeElements { gradient in
                        guard let parameter = parameter.baseAddress, let first = first.baseAddress,
                            let second = second.baseAddress, let derivatives = gradient.baseAddress
                        else { return }
                        func move(_ start: Int, by from: Int, count: Int, decay: Float) {
                            palate_adamw(
                                parameter + start, derivatives + from, first + start, second + start, count,
                                learningRate, Self.firstDecay, Self.secondDecay, decay, firstScale, secondScale)
                        }
                        for index in 0..<gradient.count / max(width, 1) {
                            let start = (rows.map { Int($0[index]) } ?? index) * width
                            move(start, by: index * width, count: decayed, decay: weightDecay)
                            move(start + decayed, by: index * width + decayed, count: width - decayed, decay: 0)
                        }
                    }
                }
            }
        }
    }
}
