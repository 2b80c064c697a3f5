import LinearAlgebra

/// The most similar items of each item, compressed sparse rows, most similar first, by any ``ItemSimilarity``.
///
/// That of related items:
/// With c(i, j) the sequences that hold both items and f(i) those that hold i, each sequence of n items counted as
/// n^(-1/2), the similarity of j to i is
///
///     c(i, j) / ((f(i) + s)^(1 - a) · (f(j) + s)^a)
///
/// M. Deshpande and G. Karypis, "Item-Based Top-N Recommendation Algorithms" (ACM TOIS 2004), section 4.2: similarity by
/// conditional probability with rows of unit length, c(i, j) / (f(i) · f(j)^a). The other exponent of f(i) changes no
/// list and makes the measure the cosine at a = 1/2. The exponent a says how much popularity is discounted: at 0
/// popular items are everywhere, at 1 popularity counts for nothing. The constant s restrains items that were met a few
/// times only (R. M. Bell and Y. Koren, "Scalable Collaborative Filtering with Jointly Derived Neighborhood
/// Interpolation Weights", ICDM 2007, section 3.1, shrinkage); it is the weight of ``shrinkage`` average sequences.
///
/// Time is the sum of the squared sequence lengths; memory is 8 bytes a neighbour, twice while the lists are made. Rows
/// are independent and added up in a fixed order, so that the lists do not depend on the number of threads.
struct ItemNeighbours: Sendable, Equatable {
    /// Recall at 10 with MovieLens small, leave-one-out, a = 1/2: 0.084 without, 0.097 with 5, 0.098 with 20.
    static let shrinkage: Float = 20

    /// Neighbours of item i are at `offsets[i]..<offsets[i + 1]`.
    let offsets: [Int]
    let items: [UInt32]
    let similarities: [Float]

    /// - Parameters:
    ///   - minimumCoInteractions: Sequences that must hold both items, at least.
    ///   - limit: Neighbours of an item, at most.
    init(
        _ occurrences: ItemOccurrences, similarity: ItemSimilarity, minimumCoInteractions: Int, limit: Int,
        options: TrainingOptions
    ) throws {
        let count = occurrences.sequences.itemCount
        let chunks = Parallel.ranges(of: count, size: max(64, count / 512))
        var rows: [Rows] = []
        // In batches, so that a cancelled training ends soon.
        for batch in Parallel.ranges(of: chunks.count, size: 16 * options.threads) {
            try options.advance(
                to: 0.1 + 0.8 * Double(batch.lowerBound) / Double(chunks.count), "finding neighbours of items")
            rows += Parallel.map(batch.count, threads: options.threads) { index in
                Rows(
                    of: chunks[batch.lowerBound + index], occurrences, similarity,
                    minimumCoInteractions: minimumCoInteractions, limit: limit)
            }
        }
        offsets = rows.reduce(into: [0]) { offsets, rows in
            for count in rows.counts { offsets.append((offsets.last ?? 0) + count) }
        }
        items = rows.flatMap(\.items)
        similarities = rows.flatMap(\.similarities)
    }

    /// From stored columns; nil when they do not fit together.
    init?(offsets: [Int], items: [UInt32], similarities: [Float], itemCount: Int) {
        guard offsets.count == itemCount + 1, offsets.first == 0, offsets.last == items.count,
            similarities.count == items.count, zip(offsets, offsets.dropFirst()).allSatisfy({ $0 <= $1 }),
            items.allSatisfy({ Int($0) < itemCount })
        else { return nil }
        self.offsets = offsets
        self.items = items
        self.similarities = similarities
    }

    init(file: SafetensorsFile, itemCount: Int) throws(ModelError) {
        guard
            let neighbours = ItemNeighbours(
                offsets: try file.array("neighbours.offsets", of: Int64.self).map(Int.init),
                items: try file.array("neighbours.items", of: UInt32.self),
                similarities: try file.array("neighbours.similarities", of: Float.self), itemCount: itemCount)
        else { throw .damaged(file: "weights.safetensors", reason: "the neighbour lists do not fit together") }
        self = neighbours
    }

    func tensors() -> [SafetensorsWriter.Tensor] {
        [
            .init("neighbours.offsets", offsets.map(Int64.init)), .init("neighbours.items", items),
            .init("neighbours.similarities", similarities),
        ]
    }

    /// Calls `body` with each neighbour of an item of the catalogue.
    func forEach(of item: Int, _ body: (_ neighbour: Int, _ similarity: Float) -> Void) {
        for index in offsets[item]..<offsets[item + 1] { body(Int(items[index]), similarities[index]) }
    }
}

/// The neighbours of a range of items.
private struct Rows: Sendable {
    private(set) var counts: [Int] = []
    private(set) var items: [UInt32] = []
    private(set) var similarities: [Float] = []

    init(
        of range: Range<Int>, _ occurrences: ItemOccurrences, _ similarity: ItemSimilarity,
        minimumCoInteractions: Int, limit: Int
    ) {
        let sequences = occurrences.sequences
        let count = sequences.itemCount
        var sums = [Float](repeating: 0, count: count)
        var supports = [Int32](repeating: 0, count: count)
        for item in range {
            var touched: [Int] = []
            for sequence in occurrences.sequences(with: item) {
                let weight = similarity.weights[sequence]
                for other in sequences.items[sequences.offsets[sequence]..<sequences.offsets[sequence + 1]] {
                    let other = Int(other)
                    if supports[other] == 0 { touched.append(other) }
                    supports[other] += 1
                    sums[other] += weight
                }
            }
            // In the order of the catalogue, which decides between equal similarities.
            if touched.count > count / 16 {
                touched = (0..<count).filter { supports[$0] > 0 }
            } else {
                touched.sort()
            }
            let found = touched.filter { $0 != item && Int(supports[$0]) >= minimumCoInteractions }
            let values = found.map { similarity.value(ofSum: sums[$0], from: item, to: $0) }
            for other in touched {
                sums[other] = 0
                supports[other] = 0
            }
            let best = topIndices(of: values, count: limit)
            counts.append(best.count)
            items.append(contentsOf: best.map { UInt32(found[$0]) })
            similarities.append(contentsOf: best.map { values[$0] })
        }
    }
}
