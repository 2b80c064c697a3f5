import CVectorKernels
import Foundation
package import LinearAlgebra

/// Answers from a trained transformer.
package struct TransformerScoring: Sendable {
    package let layout: TransformerLayout
    /// One row, see ``TransformerLayout``.
    package let parameters: Matrix

    /// - Precondition: there are as many parameters as the layout says.
    package init(layout: TransformerLayout, parameters: Matrix) {
        precondition(parameters.rows == 1 && parameters.columns == layout.count)
        self.layout = layout
        self.parameters = parameters
    }

    /// One logit per item, of being met next after `items`, oldest first; only the newest that can be seen are read.
    ///
    /// Only the last position goes through all of the last layer; of the others it needs keys and values. Takes about
    /// length · 20 d² operations for each layer but the last, length · 4 d² there, and 2 · items · d.
    package func logits(after items: some BidirectionalCollection<UInt32>) -> [Float] {
        logits(of: lastState(of: items.suffix(layout.shape.length)))
    }

    /// One logit per item for a state.
    package func logits(of state: [Float]) -> [Float] {
        var logits = [Float](repeating: 0, count: layout.shape.itemCount)
        var state = state
        withTensors { tensors in
            state.withUnsafeMutableBufferPointer { state in
                logits.withUnsafeMutableBufferPointer { logits in
                    guard let source = state.baseAddress, let target = logits.baseAddress else { return }
                    tensors.itemVectors.multiply(source, into: target)
                    palate_add(target, tensors.itemBiases, logits.count)
                }
            }
        }
        return logits
    }

    private func withTensors(_ body: (TransformerTensors) -> Void) {
        parameters.withUnsafeElements { elements in
            guard let base = elements.baseAddress else { return }
            body(TransformerTensors(layout: layout, base: UnsafeMutablePointer(mutating: base)))
        }
    }

    /// The state after the last item.
    package func lastState(of items: some BidirectionalCollection<UInt32>) -> [Float] {
        let shape = layout.shape
        let (d, count) = (shape.dimension, items.count)
        var state = [Float](repeating: 0, count: d)
        guard count > 0 else { return state }
        let workspace = TransformerWorkspace(shape, capacity: count, withGradients: false)
        withTensors { tensors in
            let transformer = Transformer(tensors: tensors)
            var sequences = PackedSequences()
            sequences.append(items)
            transformer.forward(sequences, in: workspace, layers: shape.layers - 1)
            state = transformer.finish(sequences, in: workspace)
        }
        return state
    }
}
