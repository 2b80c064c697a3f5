/// Sequences of items one after the other, without padding; a row of every activation belongs to one entry.
struct PackedSequences: Sendable {
    /// Sequence s is at `offsets[s]..<offsets[s + 1]`; none is longer than the transformer's length.
    private(set) var offsets: [Int] = [0]
    private(set) var items: [UInt32] = []

    var rows: Int { items.count }
    var count: Int { offsets.count - 1 }

    subscript(sequence: Int) -> Range<Int> { offsets[sequence]..<offsets[sequence + 1] }

    init() {}

    init(_ sequences: [some Collection<UInt32>]) {
        for sequence in sequences { append(sequence) }
    }

    mutating func append(_ sequence: some Collection<UInt32>) {
        items.append(contentsOf: sequence)
        offsets.append(items.count)
    }
}

/// Sequences with what is to be predicted at each position.
package struct TrainingBatch: Sendable {
    var sequences = PackedSequences()
    /// Per row, the item that came next.
    var targets: [UInt32] = []
    /// Per row, how much the target counts; 0 where nothing is to be predicted.
    var weights: [Float] = []
    /// Per row, where ``TransformerSequences/met`` has the items that the user had met by then.
    var met: [Range<Int>] = []

    var rows: Int { sequences.rows }

    package init() {}

    /// Adds a sequence of one item.
    package mutating func append(item: UInt32, target: UInt32, weight: Float, met: Range<Int>) {
        sequences.append([item])
        targets.append(target)
        weights.append(weight)
        self.met.append(met)
    }
}
