import Foundation
import LinearAlgebra

/// Items that users met within a few steps of each other: cosine similarity of decayed, symmetric co-occurrence, the
/// strongest neighbours of each item only. A neighbour's occurrences count as often as their reward.
///
/// It reaches the whole catalogue, also items too rare for the closed-form components, in events · window additions
/// and 8 bytes per neighbour. The small constant in the norm restrains items that were met once or twice.
struct NearbyItems: Sendable, Equatable {
    /// Steps between two events that still count, and steps to fall to 1/e.
    static let window = 10
    static let decay: Float = 3
    private static let shrinkage: Float = 5

    /// Neighbours of item i are at `offsets[i]..<offsets[i + 1]`.
    let offsets: [Int]
    let neighbours: [UInt32]
    let similarities: [Float]

    init(_ occurrences: ItemOccurrences, neighbourLimit: Int, threads: Int) {
        let count = occurrences.sequences.itemCount
        let weights = (0...Self.window).map { $0 == 0 ? 0 : expf(-Float($0 - 1) / Self.decay) }
        let chunks = Parallel.ranges(of: count, size: max(64, count / 256))
        let sums = Parallel.map(chunks.count, threads: threads) { chunk in
            chunks[chunk].map { item in
                var sum: Float = 0
                occurrences.forEachNeighbour(of: item, window: Self.window) { _, lag, _, _ in sum += weights[abs(lag)] }
                return sum
            }
        }
        let norms = sums.flatMap(\.self).map { 1 / ($0 + Self.shrinkage).squareRoot() }
        let rows = Parallel.map(chunks.count, threads: threads) { chunk in
            var scratch = [Float](repeating: 0, count: count)
            return chunks[chunk].map { item -> [(UInt32, Float)] in
                var touched: [Int] = []
                occurrences.forEachNeighbour(of: item, window: Self.window) { neighbour, lag, reward, _ in
                    if scratch[neighbour] == 0 { touched.append(neighbour) }
                    scratch[neighbour] += weights[abs(lag)] * reward
                }
                touched.sort()
                let similarities = touched.map { scratch[$0] * norms[$0] * norms[item] }
                for other in touched { scratch[other] = 0 }
                return topIndices(of: similarities, count: neighbourLimit).map {
                    (UInt32(touched[$0]), similarities[$0])
                }
            }
        }
        let flat = rows.flatMap(\.self)
        offsets = flat.reduce(into: [0]) { $0.append(($0.last ?? 0) + $1.count) }
        neighbours = flat.flatMap { $0.map(\.0) }
        similarities = flat.flatMap { $0.map(\.1) }
    }

    /// From stored columns; nil when they do not fit together.
    init?(offsets: [Int], neighbours: [UInt32], similarities: [Float], itemCount: Int) {
        guard offsets.count == itemCount + 1, offsets.first == 0, offsets.last == neighbours.count,
            similarities.count == neighbours.count,
            zip(offsets, offsets.dropFirst()).allSatisfy({ $0 <= $1 }),
            neighbours.allSatisfy({ Int($0) < itemCount })
        else { return nil }
        self.offsets = offsets
        self.neighbours = neighbours
        self.similarities = similarities
    }

    /// Adds the similarities to recent items, most recent first, each weighted by its age in steps.
    func accumulate(recent items: ArraySlice<UInt32>, into scores: inout [Float], scale: Float) {
        for (age, item) in items.prefix(Self.window).enumerated() {
            let weight = scale * expf(-Float(age) / Self.decay)
            for index in offsets[Int(item)]..<offsets[Int(item) + 1] {
                scores[Int(neighbours[index])] += weight * similarities[index]
            }
        }
    }
}
