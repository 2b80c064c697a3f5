import Foundation
import Recommenders

/// The transformer's loss written down as its documentation says, in double precision, one number at a time.
struct ReferenceTransformer {
    let layout: TransformerLayout
    var parameters: [Double]

    private var shape: TransformerShape { layout.shape }

    private func matrix(_ start: Int, _ rows: Int, _ columns: Int) -> [[Double]] {
        (0..<rows).map { row in
            Array(parameters[(start + row * columns)..<(start + (row + 1) * columns)])
        }
    }

    private func product(_ x: [Double], _ matrix: [[Double]]) -> [Double] {
        var result = [Double](repeating: 0, count: matrix.first?.count ?? 0)
        for (value, row) in zip(x, matrix) {
            for column in result.indices { result[column] += value * row[column] }
        }
        return result
    }

    private func normalized(_ x: [Double], gain start: Int) -> [Double] {
        let squares = x.reduce(0) { $0 + $1 * $1 }
        let factor = 1 / (squares / Double(x.count) + 1e-6).squareRoot()
        return x.indices.map { x[$0] * factor * parameters[start + $0] }
    }

    private func softmax(_ x: [Double]) -> [Double] {
        let highest = x.max() ?? 0
        let powers = x.map { exp($0 - highest) }
        let sum = powers.reduce(0, +)
        return powers.map { $0 / sum }
    }

    /// The states after each item of one sequence.
    func states(of items: [UInt32]) -> [[Double]] {
        let (d, h) = (shape.dimension, shape.feedForward)
        let headDimension = d / shape.heads
        let vectors = matrix(layout.itemVectors.lowerBound, shape.itemCount, d)
        var x = items.map { item in vectors[Int(item)].map { $0 * Double(d).squareRoot() } }
        for layer in layout.layers {
            let input = matrix(layer.attentionInput, d, 3 * d)
            let output = matrix(layer.attentionOutput, d, d)
            let projected = x.map { product(normalized($0, gain: layer.attentionGain), input) }
            for t in x.indices {
                var attended = [Double](repeating: 0, count: d)
                for head in 0..<shape.heads {
                    let columns = head * headDimension..<(head + 1) * headDimension
                    let scores = (0...t).map { s in
                        let dot = columns.reduce(0.0) { $0 + projected[t][$1] * projected[s][d + $1] }
                        let bias = parameters[
                            layer.distanceBias + head * shape.length + shape.length - 1 - (t - s)]
                        return dot / Double(headDimension).squareRoot() + bias
                    }
                    for (s, weight) in softmax(scores).enumerated() {
                        for column in columns { attended[column] += weight * projected[s][2 * d + column] }
                    }
                }
                let added = product(attended, output)
                for column in 0..<d { x[t][column] += added[column] }
            }
            let gates = matrix(layer.feedForwardInput, d, 2 * h)
            let down = matrix(layer.feedForwardOutput, h, d)
            for t in x.indices {
                let opened = product(normalized(x[t], gain: layer.feedForwardGain), gates)
                let gated = (0..<h).map { opened[$0] / (1 + exp(-opened[$0])) * opened[h + $0] }
                let added = product(gated, down)
                for column in 0..<d { x[t][column] += added[column] }
            }
        }
        return x.map { normalized($0, gain: layout.finalGain) }
    }

    func logits(of state: [Double]) -> [Double] {
        let vectors = matrix(layout.itemVectors.lowerBound, shape.itemCount, shape.dimension)
        return vectors.indices.map { item in
            zip(state, vectors[item]).reduce(0) { $0 + $1.0 * $1.1 } + parameters[layout.itemBiases.lowerBound + item]
        }
    }

    /// The weighted sum of -log of the chance of each first meeting, among the items that were not met before.
    func loss(of sequences: [[UInt32]]) -> Double {
        var loss = 0.0
        for sequence in sequences {
            let states = states(of: sequence.dropLast())
            for t in states.indices where !sequence[...t].contains(sequence[t + 1]) {
                var logits = logits(of: states[t])
                for item in sequence[...t] { logits[Int(item)] = -.infinity }
                loss -= log(softmax(logits)[Int(sequence[t + 1])])
            }
        }
        return loss
    }
}
