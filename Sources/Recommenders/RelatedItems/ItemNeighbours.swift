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
/// Time is the sum of the squared sequence lengths; memory is 8 bytes a neighbour, see ``Plan``. Rows
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
    ///   - capacity: Neighbours of all items, at most.
    init(
        _ occurrences: ItemOccurrences, similarity: ItemSimilarity, minimumCoInteractions: Int, limit: Int,
        capacity: Int, options: TrainingOptions
    ) throws {
        let count = occurrences.sequences.itemCount
        let chunks = Self.chunks(of: count)
        var offsets = [0]
        var items: [UInt32] = []
        var similarities: [Float] = []
        offsets.reserveCapacity(count + 1)
        // Memory that is never written to is never taken.
        items.reserveCapacity(capacity)
        similarities.reserveCapacity(capacity)
        // In batches, so that a cancelled training ends soon and few lists are held twice.
        for batch in Parallel.ranges(of: chunks.count, size: Self.batch(threads: options.threads)) {
            try options.advance(
                to: 0.1 + 0.8 * Double(batch.lowerBound) / Double(chunks.count), "finding neighbours of items")
            let rows = Parallel.map(batch.count, threads: options.threads) { index in
                Rows(
                    of: chunks[batch.lowerBound + index], occurrences, similarity,
                    minimumCoInteractions: minimumCoInteractions, limit: limit)
            }
            for part in rows {
                for count in part.counts { offsets.append((offsets.last ?? 0) + count) }
                items.append(contentsOf: part.items)
                similarities.append(contentsOf: part.similarities)
            }
        }
        self.offsets = offsets
        self.items = items
        self.similarities = similarities
    }

    private static func chunks(of itemCount: Int) -> [Range<Int>] {
        Parallel.ranges(of: itemCount, size: max(64, itemCount / 512))
    }

    private static func batch(threads: Int) -> Int { 4 * threads }

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

extension ItemNeighbours {
    /// What making the lists takes, from the sequences on.
    struct Plan: Sendable, Equatable {
        /// Neighbours of an item, at most.
        private(set) var limit: Int
        /// Neighbours of all items, at most.
        private(set) var capacity: Int
        private(set) var bytes: Int

        /// As many neighbours as are asked for, or as many as fit.
        ///
        /// - Parameters:
        ///   - neighbours: Of an item, at most.
        ///   - sequencesPerEvent: Whether every event may begin a sequence; otherwise every user has one.
        ///   - limit: Bytes that may be taken.
        init(
            _ histories: UserHistories, itemCount: Int, neighbours: Int, limit: Int, sequencesPerEvent: Bool = false,
            threads: Int
        ) {
            // Each list has no more than the other events of its item's users.
            var others = [Int](repeating: 0, count: itemCount)
            for user in 0..<histories.count {
                let range = histories.offsets[user]..<histories.offsets[user + 1]
                let length = min(range.count, RelatedItems.longestSequence)
                for event in range {
                    let item = Int(histories.items[event])
                    others[item] = min(others[item] + length - 1, itemCount)
                }
            }
            let sequences = sequencesPerEvent ? histories.eventCount : histories.count
            // Entries of sequences and where they are, with room to grow; weights and frequencies; for each thread the sums
            // of one item and its candidates.
            let fixed = 24 * histories.eventCount + 24 * sequences + 16 * histories.count + 72 * itemCount
            let chunk = ItemNeighbours.chunks(of: itemCount).first?.count ?? 0
            func plan(_ neighbours: Int, threads: Int) -> (capacity: Int, bytes: Int) {
                let capacity = others.reduce(0) { $0 + min($1, neighbours) }
                let inBatch = min(ItemNeighbours.batch(threads: threads) * chunk, itemCount)
                let beside = 64 * threads * itemCount + 24 * min(inBatch * neighbours, capacity)
                return (capacity, fixed + beside + 8 * capacity)
            }
            // By the threads that there are and not those that are used, on which no model depends.
            var (low, high) = (1, max(min(neighbours, itemCount), 1))
            while low < high {
                let middle = (low + high + 1) / 2
                let fits = plan(middle, threads: Parallel.availableThreads).bytes <= limit
                if fits { low = middle } else { high = middle - 1 }
            }
            self.limit = low
            (capacity, bytes) = plan(low, threads: threads)
        }
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
