import CVectorKernels
import Datasets
package import LinearAlgebra

/// A fixed part of every batch: computes the gradient of its own rows, on one thread.
package final class TransformerShard: @unchecked Sendable {
    let workspace: TransformerWorkspace
    /// Of the network, and of the candidates in place of all items.
    package let gradient: TransformerTensors
    private(set) var batch = TrainingBatch()
    /// The items that the softmax goes over; empty when it goes over all.
    private(set) var candidates: [UInt32] = []
    private let memory: UnsafeMutableRawPointer
    private let logits: MatrixView
    private let states: MatrixView
    private let stateGradients: MatrixView
    private let sampling: CandidateSampling?
    private let candidateVectors: MatrixView
    private let candidateBiases: UnsafeMutablePointer<Float>
    private var rows = SoftmaxLoss.Rows()

    static func bytes(of shape: TransformerShape, capacity: Int, sampling: CandidateSampling?) -> Int {
        var candidateShape = shape
        candidateShape.itemCount = sampling?.capacity(rows: capacity) ?? shape.itemCount
        let (d, candidates) = (shape.dimension, candidateShape.itemCount)
        let chunk = SoftmaxLoss.chunk(candidates: candidates)
        return TransformerWorkspace.bytes(of: shape, capacity: capacity)
            + 4 * (TransformerLayout(candidateShape).count + chunk * (candidates + 2 * d))
            + (sampling == nil ? 0 : 4 * (candidates * (d + 1) + shape.itemCount))
    }

    package init(_ shape: TransformerShape, capacity: Int, sampling: CandidateSampling?) {
        workspace = TransformerWorkspace(shape, capacity: capacity, withGradients: true)
        self.sampling = sampling
        var candidateShape = shape
        candidateShape.itemCount = sampling?.capacity(rows: capacity) ?? shape.itemCount
        let (d, candidates) = (shape.dimension, candidateShape.itemCount)
        let layout = TransformerLayout(candidateShape)
        let chunk = SoftmaxLoss.chunk(candidates: candidates)
        let stride = TransformerLayout.padded(candidates)
        let counts = [
            layout.count, chunk * stride, chunk * d, chunk * d, sampling == nil ? 0 : candidates * d,
            sampling == nil ? 0 : candidates,
        ].map(TransformerLayout.padded)
        let total = counts.reduce(0, +)
        memory = .allocate(byteCount: total * MemoryLayout<Float>.stride, alignment: 64)
        let base = memory.initializeMemory(as: Float.self, repeating: 0, count: total)
        let starts = counts.indices.map { counts[..<$0].reduce(0, +) }
        gradient = TransformerTensors(layout: layout, base: base)
        logits = MatrixView(base + starts[1], rows: chunk, columns: candidates, stride: stride)
        states = MatrixView(base + starts[2], rows: chunk, columns: d)
        stateGradients = MatrixView(base + starts[3], rows: chunk, columns: d)
        candidateVectors = MatrixView(base + starts[4], rows: sampling == nil ? 0 : candidates, columns: d)
        candidateBiases = base + starts[5]
    }

    deinit { memory.deallocate() }

    /// Takes the windows that the shard answers for in this step.
    package func prepare(
        _ windows: [TransformerSequences.Window], of sequences: TransformerSequences, parameters: TransformerTensors,
        seed: UInt64
    ) {
        batch = sequences.batch(windows)
        rows.weights = batch.weights
        guard let sampling else {
            rows.targets = batch.targets
            rows.met = batch.met
            return
        }
        var generator = SeededGenerator(seed: seed)
        let sample = sampling.sample(for: batch, met: sequences.met, generator: &generator)
        candidates = sample.items
        rows.targets = sample.targets
        rows.met = sample.met
        rows.excluded = sample.excluded
        rows.targetCorrections = sample.corrections
        let vectors = parameters.itemVectors
        for (place, item) in candidates.enumerated() {
            candidateVectors[place].update(from: vectors[Int(item)], count: vectors.columns)
            candidateBiases[place] = parameters.itemBiases[Int(item)] + sample.corrections[place]
        }
    }

    /// Fills the gradient; the returned loss and the gradient are multiplied by `scale`.
    package func run(
        parameters: TransformerTensors, met: [UInt32], dropout: Dropout, scale: Float
    ) -> Double {
        let transformer = Transformer(tensors: parameters)
        gradient.base.update(repeating: 0, count: gradient.layout.count)
        guard batch.rows > 0, let buffers = workspace.gradients else { return 0 }
        transformer.forward(batch.sequences, in: workspace, dropout: dropout)
        let all = 0..<batch.rows
        let isSampled = sampling != nil
        let active = isSampled ? candidates.count : gradient.layout.shape.itemCount
        let loss = SoftmaxLoss(
            vectors: isSampled ? candidateVectors.part(rows: 0..<active) : parameters.itemVectors,
            biases: isSampled ? candidateBiases : parameters.itemBiases,
            vectorGradient: gradient.itemVectors.part(rows: 0..<active), biasGradient: gradient.itemBiases,
            logits: logits.part(columns: 0..<active), states: states, stateGradients: stateGradients)
        let total = loss.evaluate(
            rows, excluded: isSampled ? rows.excluded : met, hidden: workspace.hidden.part(rows: all), scale: scale,
            gradient: buffers.hidden.part(rows: all))
        transformer.backward(batch.sequences, in: workspace, dropout: dropout, gradient: gradient)
        return total
    }

    /// Adds the gradient of the vectors of all items: as what is read, and as candidates.
    package func addItemGradient(to vectors: MatrixView) {
        let shape = workspace.shape
        if candidates.isEmpty {
            palate_add(vectors.base, gradient.itemVectors.base, shape.itemCount * shape.dimension)
        }
        addSparseItemGradient(to: vectors)
    }

    /// The same without what a softmax over all items gives, which has the layout of the whole gradient.
    func addSparseItemGradient(to vectors: MatrixView) {
        for (place, item) in candidates.enumerated() {
            palate_add(vectors[Int(item)], gradient.itemVectors[place], vectors.columns)
        }
        guard batch.rows > 0, let stream = workspace.gradients?.stream else { return }
        Transformer.addInputGradient(stream, of: batch.sequences.items, to: vectors)
    }
}
