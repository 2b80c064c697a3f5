/// The positions of the `count` largest scores, best first; of equal scores the lower position comes first.
///
/// Scores of -∞ and NaN are left out, so the answer can be shorter than `count`. One pass over the scores with a heap of
/// `count` positions: O(n log count) at worst, O(n) in practice.
public func topIndices(of scores: [Float], count: Int) -> [Int] {
    guard count > 0, !scores.isEmpty else { return [] }
    var heap = WorstFirstHeap(capacity: min(count, scores.count))
    for (index, score) in scores.enumerated() where score > -.infinity { heap.offer(score, index) }
    return heap.sorted()
}

/// Keeps the best entries seen; the root is the worst of them.
private struct WorstFirstHeap {
    private var scores: [Float] = []
    private var indices: [Int] = []
    private let capacity: Int

    init(capacity: Int) {
        self.capacity = capacity
        scores.reserveCapacity(capacity)
        indices.reserveCapacity(capacity)
    }

    mutating func offer(_ score: Float, _ index: Int) {
        if scores.count < capacity {
            scores.append(score)
            indices.append(index)
            siftUp(scores.count - 1)
        } else if score > scores[0] {
            // Positions come in ascending order, so an equal score never displaces an earlier one.
            scores[0] = score
            indices[0] = index
            siftDown(0)
        }
    }

    func sorted() -> [Int] {
        scores.indices.sorted { isWorse($1, $0) }.map { indices[$0] }
    }

    private func isWorse(_ left: Int, _ right: Int) -> Bool {
        scores[left] == scores[right] ? indices[left] > indices[right] : scores[left] < scores[right]
    }

    private mutating func siftUp(_ start: Int) {
        var child = start
        while child > 0 {
            let parent = (child - 1) / 2
            guard isWorse(child, parent) else { return }
            scores.swapAt(child, parent)
            indices.swapAt(child, parent)
            child = parent
        }
    }

    private mutating func siftDown(_ start: Int) {
        var parent = start
        while true {
            var worst = parent
            for child in (2 * parent + 1)...(2 * parent + 2) where child < scores.count && isWorse(child, worst) {
                worst = child
            }
            if worst == parent { return }
            scores.swapAt(parent, worst)
            indices.swapAt(parent, worst)
            parent = worst
        }
    }
}
