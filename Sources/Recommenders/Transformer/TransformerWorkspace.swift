import LinearAlgebra

/// Memory for the activations of one pack of sequences, and for their gradients; used again for every pack.
///
/// One thread at a time uses a workspace.
final class TransformerWorkspace: @unchecked Sendable {
    let shape: TransformerShape
    let capacity: Int
    private let memory: UnsafeMutableRawPointer
    private let layers: [Layer]

    struct Layer: @unchecked Sendable {
        /// What the layer reads, rows × d.
        let input: MatrixView
        let normalized: MatrixView
        let inverse: UnsafeMutablePointer<Float>
        /// Queries, keys and values, rows × 3d.
        let projected: MatrixView
        /// Of each sequence and head, see ``TransformerWorkspace/attention(in:head:rows:)``.
        let attention: UnsafeMutablePointer<Float>
        let attended: MatrixView
        /// After attention, rows × d.
        let middle: MatrixView
        let middleNormalized: MatrixView
        let middleInverse: UnsafeMutablePointer<Float>
        let gates: MatrixView
        let gated: MatrixView
    }

    private struct Plan {
        var floats = 0
        mutating func take(_ count: Int) -> Int {
            defer { floats += TransformerLayout.padded(count) }
            return floats
        }
    }

    /// The output of the last layer, and the same normalised, rows × d.
    let output: MatrixView
    let hidden: MatrixView
    let outputInverse: UnsafeMutablePointer<Float>
    /// For gradients; absent without them.
    let gradients: Gradients?

    struct Gradients: @unchecked Sendable {
        let hidden: MatrixView
        let stream: MatrixView
        let narrow: MatrixView
        let branch: MatrixView
        let projected: MatrixView
        let attention: UnsafeMutablePointer<Float>
        let gates: MatrixView
        let gated: MatrixView
    }

    /// Bytes of a workspace with gradients.
    static func bytes(of shape: TransformerShape, capacity: Int) -> Int {
        let (d, h) = (shape.dimension, shape.feedForward)
        let stride = TransformerLayout.padded(shape.length)
        let attention = shape.heads * capacity * stride
        let layer = capacity * (2 * d + 1 + 3 * d + d + 2 * d + 1 + 3 * h) + attention
        let gradient = capacity * (7 * d + 3 * h) + shape.length * stride
        return 4 * (shape.layers * layer + capacity * (2 * d + 1) + gradient) + 65_536
    }

    init(_ shape: TransformerShape, capacity: Int, withGradients: Bool) {
        self.shape = shape
        self.capacity = capacity
        let (d, h, n) = (shape.dimension, shape.feedForward, capacity)
        let stride = TransformerLayout.padded(shape.length)
        var plan = Plan()
        var inputs: [Int] = []
        var others: [[Int]] = []
        for index in 0..<shape.layers {
            // Without gradients nothing is looked at again: layers share their memory, and read and write two inputs in turn.
            let isOwn = withGradients || index == 0
            inputs.append(withGradients || index < 2 ? plan.take(n * d) : inputs[index - 2])
            others.append(
                isOwn
                    ? [
                        n * d, n, n * 3 * d, shape.heads * n * stride, n * d, n * d, n * d, n, n * 2 * h, n * h,
                    ].map { plan.take($0) } : others[0])
        }
        let last = [n * d, n * d, n].map { plan.take($0) }
        let backward =
            withGradients
            ? [n * d, n * d, n * d, n * d, n * 3 * d, shape.length * stride, n * 2 * h, n * h].map { plan.take($0) }
            : []
        memory = .allocate(byteCount: max(plan.floats, 1) * MemoryLayout<Float>.stride, alignment: 64)
        let base = memory.bindMemory(to: Float.self, capacity: max(plan.floats, 1))
        // What is read was written before; where that is not evident, memory starts with 0.
        if withGradients { base.initialize(repeating: 0, count: plan.floats) }
        func view(_ offset: Int, _ columns: Int) -> MatrixView { MatrixView(base + offset, rows: n, columns: columns) }
        layers = zip(inputs, others).map { input, at in
            Layer(
                input: view(input, d), normalized: view(at[0], d), inverse: base + at[1],
                projected: view(at[2], 3 * d), attention: base + at[3], attended: view(at[4], d),
                middle: view(at[5], d), middleNormalized: view(at[6], d), middleInverse: base + at[7],
                gates: view(at[8], 2 * h), gated: view(at[9], h))
        }
        output = view(last[0], d)
        hidden = view(last[1], d)
        outputInverse = base + last[2]
        gradients =
            withGradients
            ? Gradients(
                hidden: view(backward[0], d), stream: view(backward[1], d), narrow: view(backward[2], d),
                branch: view(backward[3], d), projected: view(backward[4], 3 * d), attention: base + backward[5],
                gates: view(backward[6], 2 * h), gated: view(backward[7], h)) : nil
    }

    deinit { memory.deallocate() }

    func layer(_ index: Int) -> Layer { layers[index] }

    /// Where the attention of a sequence is kept: a matrix of its length, for one head and for an input row that it starts at.
    func attention(in layer: Int, head: Int, rows: Range<Int>) -> MatrixView {
        let longest = TransformerLayout.padded(shape.length)
        return MatrixView(
            layers[layer].attention + (head * capacity + rows.lowerBound) * longest, rows: rows.count,
            columns: rows.count, stride: TransformerLayout.padded(rows.count))
    }

    /// The input of layer `index`, or the output of the last.
    func input(of index: Int) -> MatrixView { index < layers.count ? layers[index].input : output }
}
