import CVectorKernels
import Foundation
import LinearAlgebra

/// Which values are left out in a training step.
package struct Dropout: Sendable {
    let rate: Float
    let seed: UInt32

    package init(rate: Float, seed: UInt32) {
        self.rate = rate
        self.seed = seed
    }

    package static let none = Dropout(rate: 0, seed: 0)

    /// Applies to activations and, with the same place, to their gradients.
    func apply(to values: MatrixView, place: Int) {
        guard rate > 0 else { return }
        palate_dropout(
            values.base, values.rows * values.stride, rate,
            (seed &+ UInt32(truncatingIfNeeded: place)) &* 0x9E37_79B1)
    }
}

/// The functions of a transformer: from items to a state at every position, and back from gradients of states.
///
/// A layer is pre-norm: x ← x + Attention(RMSNorm(x)), x ← x + W₂ (silu(W₁ RMSNorm(x)) ∘ W₁' RMSNorm(x)). Position t
/// attends to s ≤ t of its own sequence by softmax(qₜ·kₛ/√d' + b_{t-s}), with a learned bias for every distance, so the
/// model knows order and needs no vectors of positions. W. Kang, J. McAuley, "Self-Attentive Sequential Recommendation"
/// (ICDM 2018); J. Zhai et al., "Actions Speak Louder than Words" (ICML 2024) for the biases of distances.
struct Transformer: Sendable {
    let tensors: TransformerTensors
    var shape: TransformerShape { tensors.layout.shape }

    private var attentionScale: Float { 1 / Float(shape.headDimension).squareRoot() }
    private var inputScale: Float { Float(shape.dimension).squareRoot() }

    /// Fills `workspace`; its `hidden` holds the states.
    ///
    /// - Precondition: the rows fit the workspace, and every item has a vector.
    func forward(_ sequences: PackedSequences, in workspace: TransformerWorkspace, dropout: Dropout = .none) {
        forward(sequences, in: workspace, layers: shape.layers, dropout: dropout)
        normalize(
            workspace.output.part(rows: 0..<sequences.rows), gain: tensors.finalGain, into: workspace.hidden,
            inverse: workspace.outputInverse)
    }

    /// The first layers only: fills the input of the next.
    func forward(
        _ sequences: PackedSequences, in workspace: TransformerWorkspace, layers: Int, dropout: Dropout = .none
    ) {
        precondition(sequences.rows <= workspace.capacity)
        let all = 0..<sequences.rows
        read(sequences.items, into: workspace.input(of: 0).part(rows: all))
        dropout.apply(to: workspace.input(of: 0).part(rows: all), place: 0)
        for index in 0..<layers {
            let layer = tensors.layer(index)
            let kept = workspace.layer(index)
            let (input, middle) = (kept.input.part(rows: all), kept.middle.part(rows: all))
            normalize(input, gain: layer.attentionGain, into: kept.normalized, inverse: kept.inverse)
            kept.projected.part(rows: all).setToProduct(kept.normalized.part(rows: all), layer.attentionInput)
            for sequence in 0..<sequences.count {
                for head in 0..<shape.heads {
                    attend(index, head: head, rows: sequences[sequence], layer: layer, in: workspace)
                }
            }
            middle.setToProduct(kept.attended.part(rows: all), layer.attentionOutput)
            dropout.apply(to: middle, place: 2 * index + 1)
            palate_add(middle.base, input.base, all.count * shape.dimension)
            feedForward(index, rows: all, in: workspace, dropout: dropout)
        }
    }

    /// Through the last layer and the last normalisation, but only the last row: its state.
    ///
    /// - Precondition: follows ``forward(_:in:layers:dropout:)`` of one sequence that is not empty, through all layers but the
    ///   last.
    func finish(_ sequences: PackedSequences, in workspace: TransformerWorkspace) -> [Float] {
        let (d, index, count) = (shape.dimension, shape.layers - 1, sequences.rows)
        let (layer, kept) = (tensors.layer(index), workspace.layer(index))
        let (all, last) = (0..<count, (count - 1)..<count)
        normalize(kept.input.part(rows: all), gain: layer.attentionGain, into: kept.normalized, inverse: kept.inverse)
        kept.projected.part(rows: last, columns: 0..<d).setToProduct(
            kept.normalized.part(rows: last), layer.attentionInput.part(columns: 0..<d))
        kept.projected.part(rows: all, columns: d..<3 * d).setToProduct(
            kept.normalized.part(rows: all), layer.attentionInput.part(columns: d..<3 * d))
        for head in 0..<shape.heads {
            let (queries, keys, values) = parts(of: kept.projected, head: head, rows: all)
            let attention = MatrixView(kept.attention, rows: 1, columns: count)
            attention.setToProduct(queries.part(rows: last), keys, rightTransposed: true)
            palate_softmax_row(
                attention.base, count, attentionScale, layer.distanceBias[head] + (shape.length - count))
            kept.attended.part(rows: last, columns: columns(of: head)).setToProduct(attention, values)
        }
        let middle = kept.middle.part(rows: last)
        middle.setToProduct(kept.attended.part(rows: last), layer.attentionOutput)
        palate_add(middle.base, kept.input.part(rows: last).base, d)
        feedForward(index, rows: last, in: workspace, dropout: .none)
        normalize(
            workspace.output.part(rows: last), gain: tensors.finalGain, into: workspace.hidden,
            inverse: workspace.outputInverse)
        return Array(UnsafeBufferPointer(start: workspace.hidden.base, count: d))
    }

    /// The second half of a layer, for some of the rows.
    private func feedForward(_ index: Int, rows: Range<Int>, in workspace: TransformerWorkspace, dropout: Dropout) {
        let (layer, kept) = (tensors.layer(index), workspace.layer(index))
        let (middle, output) = (kept.middle.part(rows: rows), workspace.input(of: index + 1).part(rows: rows))
        let normalized = kept.middleNormalized.part(rows: rows)
        let (gates, gated) = (kept.gates.part(rows: rows), kept.gated.part(rows: rows))
        normalize(middle, gain: layer.feedForwardGain, into: normalized, inverse: kept.middleInverse + rows.lowerBound)
        gates.setToProduct(normalized, layer.feedForwardInput)
        palate_gated_silu(gates.base, rows.count, shape.feedForward, gated.base)
        output.setToProduct(gated, layer.feedForwardOutput)
        dropout.apply(to: output, place: 2 * index + 2)
        palate_add(output.base, middle.base, rows.count * shape.dimension)
    }

    /// Adds the gradient of all parameters of the network to `gradient`, from that of `hidden`, which is in the workspace.
    /// Afterwards its `stream` holds the gradient of what was read.
    ///
    /// - Precondition: follows ``forward(_:in:dropout:)`` with the same sequences and dropout.
    func backward(
        _ sequences: PackedSequences, in workspace: TransformerWorkspace, dropout: Dropout = .none,
        gradient: TransformerTensors
    ) {
        guard let buffers = workspace.gradients else { return }
        let all = 0..<sequences.rows
        let elements = all.count * shape.dimension
        let (stream, narrow, branch) = (
            buffers.stream.part(rows: all), buffers.narrow.part(rows: all), buffers.branch.part(rows: all)
        )
        stream.fill(with: 0)
        normalizeGradient(
            buffers.hidden, of: workspace.output, inverse: workspace.outputInverse, rows: all.count,
            gain: tensors.finalGain, into: stream, gainGradient: gradient.finalGain)
        for index in (0..<shape.layers).reversed() {
            let (layer, layerGradient) = (tensors.layer(index), gradient.layer(index))
            let kept = workspace.layer(index)
            let (gates, gated) = (buffers.gates.part(rows: all), buffers.gated.part(rows: all))

            branch.base.update(from: stream.base, count: elements)
            dropout.apply(to: branch, place: 2 * index + 2)
            layerGradient.feedForwardOutput.setToProduct(
                kept.gated.part(rows: all), branch, leftTransposed: true, adding: true)
            gated.setToProduct(branch, layer.feedForwardOutput, rightTransposed: true)
            palate_gated_silu_gradient(gated.base, kept.gates.base, all.count, shape.feedForward, gates.base)
            layerGradient.feedForwardInput.setToProduct(
                kept.middleNormalized.part(rows: all), gates, leftTransposed: true, adding: true)
            narrow.setToProduct(gates, layer.feedForwardInput, rightTransposed: true)
            normalizeGradient(
                narrow, of: kept.middle, inverse: kept.middleInverse, rows: all.count, gain: layer.feedForwardGain,
                into: stream, gainGradient: layerGradient.feedForwardGain)

            branch.base.update(from: stream.base, count: elements)
            dropout.apply(to: branch, place: 2 * index + 1)
            layerGradient.attentionOutput.setToProduct(
                kept.attended.part(rows: all), branch, leftTransposed: true, adding: true)
            narrow.setToProduct(branch, layer.attentionOutput, rightTransposed: true)
            for sequence in 0..<sequences.count {
                for head in 0..<shape.heads {
                    attendGradient(
                        index, head: head, rows: sequences[sequence], in: workspace, buffers: buffers,
                        biasGradient: layerGradient.distanceBias)
                }
            }
            let projected = buffers.projected.part(rows: all)
            layerGradient.attentionInput.setToProduct(
                kept.normalized.part(rows: all), projected, leftTransposed: true, adding: true)
            narrow.setToProduct(projected, layer.attentionInput, rightTransposed: true)
            normalizeGradient(
                narrow, of: kept.input, inverse: kept.inverse, rows: all.count, gain: layer.attentionGain,
                into: stream, gainGradient: layerGradient.attentionGain)
        }
        dropout.apply(to: stream, place: 0)
    }

    /// Adds the gradient of what was read to the rows of the items.
    static func addInputGradient(_ stream: MatrixView, of items: [UInt32], to itemVectors: MatrixView) {
        let scale = Float(itemVectors.columns).squareRoot()
        for (row, item) in items.enumerated() {
            let (target, source) = (itemVectors[Int(item)], stream[row])
            for column in 0..<itemVectors.columns { target[column] += scale * source[column] }
        }
    }

    /// Rows become the scaled vectors of the items.
    func read(_ items: [UInt32], into rows: MatrixView) {
        for (row, item) in items.enumerated() {
            let (target, source) = (rows[row], tensors.itemVectors[Int(item)])
            for column in 0..<shape.dimension { target[column] = inputScale * source[column] }
        }
    }

    func normalize(
        _ input: MatrixView, gain: UnsafeMutablePointer<Float>, into output: MatrixView,
        inverse: UnsafeMutablePointer<Float>
    ) {
        palate_rms_norm(input.base, input.rows, shape.dimension, gain, output.base, inverse)
    }

    private func normalizeGradient(
        _ gradient: MatrixView, of input: MatrixView, inverse: UnsafeMutablePointer<Float>, rows: Int,
        gain: UnsafeMutablePointer<Float>, into inputGradient: MatrixView, gainGradient: UnsafeMutablePointer<Float>
    ) {
        palate_rms_norm_gradient(
            gradient.base, input.base, inverse, rows, shape.dimension, gain, inputGradient.base, gainGradient)
    }

    private func attend(
        _ index: Int, head: Int, rows: Range<Int>, layer: TransformerTensors.Layer, in workspace: TransformerWorkspace
    ) {
        let (queries, keys, values) = parts(of: workspace.layer(index).projected, head: head, rows: rows)
        let attention = workspace.attention(in: index, head: head, rows: rows)
        attention.setToProduct(queries, keys, rightTransposed: true)
        palate_causal_softmax(
            attention.base, rows.count, attention.stride, attentionScale,
            layer.distanceBias[head] + (shape.length - rows.count))
        workspace.layer(index).attended.part(rows: rows, columns: columns(of: head)).setToProduct(attention, values)
    }

    private func attendGradient(
        _ index: Int, head: Int, rows: Range<Int>, in workspace: TransformerWorkspace,
        buffers: TransformerWorkspace.Gradients, biasGradient: MatrixView
    ) {
        let (queries, keys, values) = parts(of: workspace.layer(index).projected, head: head, rows: rows)
        let (queryGradient, keyGradient, valueGradient) = parts(of: buffers.projected, head: head, rows: rows)
        let attention = workspace.attention(in: index, head: head, rows: rows)
        let gradient = MatrixView(
            buffers.attention, rows: rows.count, columns: rows.count, stride: attention.stride)
        let attendedGradient = buffers.narrow.part(rows: rows, columns: columns(of: head))
        gradient.setToProduct(attendedGradient, values, rightTransposed: true)
        valueGradient.setToProduct(attention, attendedGradient, leftTransposed: true)
        palate_causal_softmax_gradient(
            attention.base, gradient.base, rows.count, attention.stride, attentionScale,
            biasGradient[head] + (shape.length - rows.count))
        queryGradient.setToProduct(gradient, keys)
        keyGradient.setToProduct(gradient, queries, leftTransposed: true)
    }

    private func columns(of head: Int) -> Range<Int> {
        head * shape.headDimension..<(head + 1) * shape.headDimension
    }

    private func parts(
        of projected: MatrixView, head: Int, rows: Range<Int>
    ) -> (queries: MatrixView, keys: MatrixView, values: MatrixView) {
        let columns = columns(of: head)
        func part(_ index: Int) -> MatrixView {
            let shift = index * shape.dimension
            return projected.part(rows: rows, columns: columns.lowerBound + shift..<columns.upperBound + shift)
        }
        return (part(0), part(1), part(2))
    }
}
