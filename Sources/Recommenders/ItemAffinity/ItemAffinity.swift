public import Datasets
public import LinearAlgebra

/// How likely each user is to interact with an item, or with the items of a kind: the recipes `aws-item-affinity` and
/// `aws-item-attribute-affinity`.
///
/// A user is expected to meet a new item aᵤ · (c + u · v) times, up to a constant. aᵤ is the number of the user's events; u ·
/// v estimates a 1 for met and a 0 for not met, so what different users are said to like can be compared; c keeps an item
/// of which little is known from being decided by noise. An item that the user has met n times counts ``repeatFactor`` · n
/// instead, a factor that training learns from held-out events: nobody watches most films again, everybody buys bread
/// again. The rating of a set of items is the sum of its items', one product with the sum of their vectors.
///
/// The vectors are a factorisation of who met what by alternating least squares, see ``ImplicitFactorization``.
///
/// Memory: 4 · hidden dimension bytes a user and an item, in the mapped model file.
public struct ItemAffinity: Recommender {
    public let items: Vocabulary
    /// One row per user of the training data.
    let userFactors: Matrix
    /// One row per item.
    let itemFactors: Matrix
    /// α₀ · VᵀV.
    let gram: Matrix
    /// aᵤ, one for each user.
    let activities: [Float]
    /// What one meeting before counts, on the scale of the ratings of new items.
    public let repeatFactor: Float
    let popularity: Popularity

    /// c.
    static let baseline: Float = 0.1

    init(
        items: Vocabulary, userFactors: Matrix, itemFactors: Matrix, gram: Matrix, activities: [Float],
        repeatFactor: Float, popularity: Popularity
    ) {
        self.items = items
        self.userFactors = userFactors
        self.itemFactors = itemFactors
        self.gram = gram
        self.activities = activities
        self.repeatFactor = repeatFactor
        self.popularity = popularity
    }

    /// Users of the training data.
    public var userCount: Int { userFactors.rows }

    public func scores(for history: History) -> [Float] {
        let counts = Dictionary(history.items.filter { Int($0) < items.count }.map { ($0, 1) }, uniquingKeysWith: +)
        let known = counts.keys.sorted()
        guard !known.isEmpty else { return popularity.counts }
        let user = Self.objective.foldIn(known, itemFactors, gram: gram)
        guard let vector = Matrix([user]) else { return popularity.counts }
        let activity = Float(history.count)
        var scores = vector.multiplied(by: itemFactors, transposed: true, threads: 1).row(0).map {
            activity * ($0 + Self.baseline)
        }
        for (item, count) in counts { scores[Int(item)] = repeatFactor * Float(count) }
        return scores
    }

    /// The ratings of sets of items by every user of the training data: one row per set, one column per user.
    ///
    /// 2 · sets · users · hidden dimension operations, one pass over the events, and 4 · sets · users bytes.
    ///
    /// - Parameters:
    ///   - sets: Distinct item numbers; those that do not exist are left out.
    ///   - histories: Those of the training data, user by user.
    public func userScores(
        forEach sets: [[Int]], histories: UserHistories, threads: Int = Parallel.availableThreads
    ) -> Matrix {
        var queries = Matrix(rows: sets.count, columns: itemFactors.columns)
        let known = sets.map { set in
            set.compactMap { $0 >= 0 && $0 < itemFactors.rows ? UInt32(exactly: $0) : nil }
        }
        for (row, set) in known.enumerated() {
            var sum = [Float](repeating: 0, count: itemFactors.columns)
            itemFactors.accumulate(rows: set, weights: [Float](repeating: 1, count: set.count), into: &sum)
            for (column, value) in sum.enumerated() { queries[row, column] = value }
        }
        var scores = queries.multiplied(by: userFactors, transposed: true, threads: threads)
        let met = met(known, histories)
        scores.updateRows(threads: threads) { row, elements in
            let baseline = Self.baseline * Float(known[row].count)
            for user in elements.indices { elements[user] = activities[user] * (elements[user] + baseline) }
            for pair in met[row] {
                let asNew = Self.baseline + userFactors.dot(row: pair.user, with: itemFactors, row: pair.item)
                elements[pair.user] += repeatFactor * pair.count - activities[pair.user] * asNew
            }
        }
        return scores
    }

    private struct Meeting {
        let user: Int
        let item: Int
        var count: Float
    }

    /// For each set, how often users have met which of its items.
    private func met(_ sets: [[UInt32]], _ histories: UserHistories) -> [[Meeting]] {
        var rowsOfItem: [[Int]] = Array(repeating: [], count: itemFactors.rows)
        for (row, set) in sets.enumerated() {
            for item in set { rowsOfItem[Int(item)].append(row) }
        }
        var met: [[Meeting]] = Array(repeating: [], count: sets.count)
        for user in 0..<min(histories.count, userFactors.rows) {
            var counts: [Int: Float] = [:]
            for item in histories.items[histories.offsets[user]..<histories.offsets[user + 1]]
            where Int(item) < rowsOfItem.count && !rowsOfItem[Int(item)].isEmpty {
                counts[Int(item), default: 0] += 1
            }
            // Sorted, because ratings are sums of floats in this order.
            for (item, count) in counts.sorted(by: { $0.key < $1.key }) {
                for row in rowsOfItem[item] { met[row].append(Meeting(user: user, item: item, count: count)) }
            }
        }
        return met
    }
}
