import LinearAlgebra

/// The sizes of a transformer.
package struct TransformerShape: Sendable, Equatable {
    package var itemCount: Int
    /// d: the length of the vectors that stand for items and positions.
    package var dimension: Int
    package var layers: Int
    package var heads: Int
    /// Positions that a position can see, itself included.
    package var length: Int

    /// The width of the gated feed-forward network.
    package var feedForward: Int { 2 * dimension }
    var headDimension: Int { dimension / heads }

    /// - Precondition: there is a head at least, and the dimension is a multiple of the heads.
    package init(itemCount: Int, dimension: Int, layers: Int, heads: Int? = nil, length: Int) {
        self.itemCount = itemCount
        self.dimension = dimension
        self.layers = layers
        self.heads = heads ?? max(dimension / 32, 1)
        self.length = length
        precondition(self.heads > 0 && dimension % self.heads == 0)
    }
}

/// Where each parameter stands in one buffer: the network first, then one row and one number per item.
///
/// Gradients and moments have the same layout, and so has the gradient of a few of the items.
package struct TransformerLayout: Sendable {
    package let shape: TransformerShape
    /// Floats of the network, without the items.
    package let networkCount: Int
    /// Floats in all.
    package let count: Int
    package let layers: [Layer]
    package let finalGain: Int

    package struct Layer: Sendable {
        package let attentionGain, attentionInput, distanceBias, attentionOutput: Int
        package let feedForwardGain, feedForwardInput, feedForwardOutput: Int
    }

    package init(_ shape: TransformerShape) {
        self.shape = shape
        let (d, h) = (shape.dimension, shape.feedForward)
        var end = 0
        func place(_ count: Int) -> Int {
            defer { end += Self.padded(count) }
            return end
        }
        layers = (0..<shape.layers).map { _ in
            Layer(
                attentionGain: place(d), attentionInput: place(3 * d * d),
                distanceBias: place(shape.heads * shape.length), attentionOutput: place(d * d),
                feedForwardGain: place(d), feedForwardInput: place(2 * d * h), feedForwardOutput: place(h * d))
        }
        finalGain = place(d)
        networkCount = end
        count = networkCount + Self.padded(shape.itemCount * d) + Self.padded(shape.itemCount)
    }

    /// Every parameter starts at a multiple of 16 floats.
    static func padded(_ count: Int) -> Int { (count + 15) / 16 * 16 }

    package var itemVectors: Range<Int> { networkCount..<(networkCount + shape.itemCount * shape.dimension) }
    package var itemBiases: Range<Int> {
        let start = networkCount + Self.padded(shape.itemCount * shape.dimension)
        return start..<(start + shape.itemCount)
    }

    /// The ranges of matrices, which decay; gains and biases do not.
    var decaying: [Range<Int>] {
        let (d, h) = (shape.dimension, shape.feedForward)
        func range(_ start: Int, _ count: Int) -> Range<Int> { start..<(start + count) }
        var ranges: [Range<Int>] = []
        for layer in layers {
            ranges.append(range(layer.attentionInput, 3 * d * d))
            ranges.append(range(layer.attentionOutput, d * d))
            ranges.append(range(layer.feedForwardInput, 2 * d * h))
            ranges.append(range(layer.feedForwardOutput, h * d))
        }
        return ranges + [itemVectors]
    }

    package var gains: [Range<Int>] {
        let d = shape.dimension
        return layers.flatMap {
            [$0.attentionGain..<($0.attentionGain + d), $0.feedForwardGain..<($0.feedForwardGain + d)]
        } + [finalGain..<(finalGain + d)]
    }
}

/// The parameters of a transformer, or their gradient, by name.
package struct TransformerTensors: @unchecked Sendable {
    package let layout: TransformerLayout
    package let base: UnsafeMutablePointer<Float>

    package init(layout: TransformerLayout, base: UnsafeMutablePointer<Float>) {
        self.layout = layout
        self.base = base
    }

    struct Layer {
        /// d.
        let attentionGain: UnsafeMutablePointer<Float>
        /// d × 3d: queries, keys, values.
        let attentionInput: MatrixView
        /// heads × length: what is added to the attention at a distance, the longest distance first.
        let distanceBias: MatrixView
        /// d × d.
        let attentionOutput: MatrixView
        /// d.
        let feedForwardGain: UnsafeMutablePointer<Float>
        /// d × 2h: gates, then what they let through.
        let feedForwardInput: MatrixView
        /// h × d.
        let feedForwardOutput: MatrixView
    }

    func layer(_ index: Int) -> Layer {
        let (shape, at) = (layout.shape, layout.layers[index])
        let (d, h) = (shape.dimension, shape.feedForward)
        return Layer(
            attentionGain: base + at.attentionGain,
            attentionInput: MatrixView(base + at.attentionInput, rows: d, columns: 3 * d),
            distanceBias: MatrixView(base + at.distanceBias, rows: shape.heads, columns: shape.length),
            attentionOutput: MatrixView(base + at.attentionOutput, rows: d, columns: d),
            feedForwardGain: base + at.feedForwardGain,
            feedForwardInput: MatrixView(base + at.feedForwardInput, rows: d, columns: 2 * h),
            feedForwardOutput: MatrixView(base + at.feedForwardOutput, rows: h, columns: d))
    }

    /// d.
    var finalGain: UnsafeMutablePointer<Float> { base + layout.finalGain }
    /// items × d: what is read of an item, and what the last state is compared with.
    var itemVectors: MatrixView {
        MatrixView(
            base + layout.itemVectors.lowerBound, rows: layout.shape.itemCount, columns: layout.shape.dimension)
    }
    /// One number per item.
    package var itemBiases: UnsafeMutablePointer<Float> { base + layout.itemBiases.lowerBound }
}
