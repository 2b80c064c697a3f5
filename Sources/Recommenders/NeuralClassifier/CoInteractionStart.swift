import LinearAlgebra

/// Vectors of items from which training sets out: items that the same users met point the same way.
///
/// With nᵤ the items of user u and nᵢ the users of item i, coordinates of the matrix 1 / (nᵤ^½ · nᵢ^¼) of who met what along
/// its largest singular vectors but the first, which is popularity and has its place in the biases: P. Cremonesi, Y. Koren,
/// R. Turrin, "Performance of Recommender Algorithms on Top-N Recommendation Tasks" (RecSys 2010), section 3.2.2. From a
/// random start, a network on few users learns them by heart before it learns what items have to do with each other.
enum CoInteractionStart {
    /// The root of the mean squared length of the vectors of the items of the events.
    private static let length: Float = 0.4

    /// - Parameter users: Those that are learned from.
    /// - Returns: `items × dimension` or narrower; nil when there is nothing in common.
    static func vectors(
        _ histories: UserHistories, users: [Int], itemCount: Int, dimension: Int, seed: UInt64, threads: Int
    ) -> Matrix? {
        var counts = [Float](repeating: 0, count: itemCount)
        let met = users.map { user in
            Set(histories.items[histories.offsets[user]..<histories.offsets[user + 1]]).sorted()
        }
        for items in met { for item in items { counts[Int(item)] += 1 } }
        var rows = SparseRows(columnCount: itemCount)
        for items in met {
            rows.append(
                items.map { (Int($0), 1 / (Float(items.count) * counts[Int($0)].squareRoot()).squareRoot()) })
        }
        guard
            let found = LatentProjection.coordinates(
                of: rows.transposed(), dimension: dimension + 1, seed: seed, threads: threads),
            found.columns > 1
        else { return nil }
        var vectors = found.columns(1..<found.columns)
        var (sum, total): (Float, Float) = (0, 0)
        for item in 0..<itemCount where counts[item] > 0 {
            sum += counts[item] * vectors.row(item).reduce(0) { $0 + $1 * $1 }
            total += counts[item]
        }
        guard sum > 0, sum.isFinite else { return nil }
        let scale = length / (sum / total).squareRoot()
        vectors.withUnsafeMutableElements { elements in
            for index in elements.indices { elements[index] *= scale }
        }
        return vectors
    }
}
