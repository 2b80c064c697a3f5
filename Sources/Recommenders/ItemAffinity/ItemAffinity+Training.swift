import Datasets
import LinearAlgebra

extension ItemAffinity {
    /// What a training run can be told.
    public struct Hyperparameters: Sendable, Equatable {
        public var hiddenDimension = 149

        public init(_ values: [String: String] = [:]) throws(TrainingError) {
            var reader = HyperparameterReader(values)
            hiddenDimension = try reader.integer("hidden_dimension", in: 32...256, default: hiddenDimension)
            try reader.finish()
        }
    }

    /// α₀: how much a pair counts that did not meet, beside one that did.
    private static let unobservedWeight: Float = 0.1
    /// λ.
    private static let regularization: Float = 0.03
    fileprivate static let sweeps = 8
    /// Steps of conjugate gradients a row and sweep; each sweep begins where the one before ended.
    fileprivate static let steps = 3
    /// Rows of the last sweep over users, which nothing improves on later.
    fileprivate static let lastSteps = 8

    /// λ · (|S| + α₀ · n), S being what was met and n the number of rows on the other side.
    static func ridge(interactionCount: Int, otherSideCount: Int) -> Float {
        regularization * max(Float(interactionCount) + unobservedWeight * Float(otherSideCount), 1)
    }

    /// The part of every user's events, oldest first, from which the rest is foretold to learn how often things repeat.
    private static let fittedShare = 0.8
    /// With fewer there is no telling.
    private static let fewestHeldOutEvents = 50.0

    /// Learns from who met what; of when, only the order of the events plays a part.
    ///
    /// Cost per sweep: 12 · pairs · d + 6 · (users + items) · d² operations for d dimensions, twice. The result does not
    /// depend on the number of threads.
    init(
        training histories: UserHistories, items: Vocabulary, hyperparameters: Hyperparameters,
        options: TrainingOptions
    ) throws {
        let dimension = hyperparameters.hiddenDimension
        let repeatFactor = try Self.repeatFactor(
            histories, itemCount: items.count, dimension: dimension, options: options.within(0...0.45))
        let factors = try Factors(
            of: Pairs(histories, itemCount: items.count), dimension: dimension, options: options.within(0.45...0.98))
        self.init(
            items: items, userFactors: factors.users, itemFactors: factors.items,
            gram: Self.gram(of: factors.items, threads: options.threads),
            activities: (0..<histories.count).map { Float(histories.offsets[$0 + 1] - histories.offsets[$0]) },
            repeatFactor: repeatFactor, popularity: Popularity(histories: histories, items: items))
    }

    /// The held-out events on met items for each meeting before, beside those on new items for each that their ratings
    /// foretell. 1 when there are too few events to tell.
    private static func repeatFactor(
        _ histories: UserHistories, itemCount: Int, dimension: Int, options: TrainingOptions
    ) throws -> Float {
        let pairs = Pairs(histories, itemCount: itemCount, share: fittedShare)
        guard !pairs.byUser.columns.isEmpty else { return 1 }
        let factors = try Factors(of: pairs, dimension: dimension, options: options)
        var sum = [Float](repeating: 0, count: dimension)
        factors.items.accumulate(
            rows: (0..<itemCount).map { UInt32(truncatingIfNeeded: $0) },
            weights: [Float](repeating: 1, count: itemCount), into: &sum)
        guard let total = Matrix([sum]) else { return 1 }
        var (meetings, again, expectedNew, new) = (0.0, 0.0, 0.0, 0.0)
        for user in 0..<histories.count {
            let met = pairs.byUser[user]
            let range = Pairs.range(of: user, in: histories, share: fittedShare)
            let heldOut = histories.items[range.upperBound..<histories.offsets[user + 1]]
            let isMet = Set(met)
            let repeats = heldOut.count { isMet.contains($0) }
            meetings += Double(range.count)
            again += Double(repeats)
            new += Double(heldOut.count - repeats)
            var rating = baseline * Float(itemCount - met.count) + factors.users.dot(row: user, with: total, row: 0)
            for item in met { rating -= factors.users.dot(row: user, with: factors.items, row: Int(item)) }
            expectedNew += Double(range.count) * Double(max(rating, 0))
        }
        guard again + new >= fewestHeldOutEvents, meetings > 0, expectedNew > 0 else { return 1 }
        return Float(((again + 0.5) / meetings) / ((new + 0.5) / expectedNew))
    }

    fileprivate static func gram(of factors: Matrix, threads: Int) -> Matrix {
        let transposed = factors.transposed()
        var gram = transposed.multiplied(by: transposed, transposed: true, threads: threads)
        gram.withUnsafeMutableElements { elements in
            for index in elements.indices { elements[index] *= unobservedWeight }
        }
        return gram
    }

    /// Moves every row of `factors` towards its least-squares solution, `others` being fixed.
    fileprivate static func improve(
        _ factors: inout Matrix, _ met: CompressedRows, with others: Matrix, steps: Int, threads: Int
    ) throws {
        let gram = gram(of: others, threads: threads)
        let count = others.rows
        try Task.checkCancellation()
        factors.updateRows(threads: threads) { row, elements in
            let rows = met[row]
            let solution =
                rows.isEmpty
                ? [Float](repeating: 0, count: elements.count)
                : others.solveNormalEquations(
                    rows: rows, gram: gram,
                    ridge: ridge(interactionCount: rows.count, otherSideCount: count),
                    start: Array(elements), steps: steps)
            for (index, value) in solution.enumerated() { elements[index] = value }
        }
        try Task.checkCancellation()
    }
}

/// The vectors of users and items.
private struct Factors {
    var users: Matrix
    var items: Matrix

    init(of pairs: Pairs, dimension: Int, options: TrainingOptions) throws {
        var generator = SeededGenerator(seed: options.seed)
        items = Matrix(rows: pairs.byItem.count, columns: dimension)
        items.withUnsafeMutableElements { elements in
            let scale = 0.1 / Float(max(dimension, 1)).squareRoot()
            for index in elements.indices { elements[index] = scale * Float(generator.normal()) }
        }
        users = Matrix(rows: pairs.byUser.count, columns: dimension)
        var steps = ItemAffinity.lastSteps
        let sweeps = ItemAffinity.sweeps
        let threads = options.threads
        for sweep in 0..<sweeps {
            try options.advance(
                to: Double(sweep) / Double(sweeps), "factorising, sweep \(sweep + 1) of \(sweeps)")
            try ItemAffinity.improve(&users, pairs.byUser, with: items, steps: steps, threads: threads)
            try ItemAffinity.improve(&items, pairs.byItem, with: users, steps: steps, threads: threads)
            steps = ItemAffinity.steps
        }
        try ItemAffinity.improve(
            &users, pairs.byUser, with: items, steps: ItemAffinity.lastSteps, threads: threads)
    }
}

/// Which users and items met, each pair once, from both sides.
private struct Pairs {
    let byUser: CompressedRows
    let byItem: CompressedRows

    /// - Parameter share: Only this part of every user's events, from the oldest on.
    init(_ histories: UserHistories, itemCount: Int, share: Double = 1) {
        var offsets = [0]
        var items: [UInt32] = []
        items.reserveCapacity(histories.eventCount)
        for user in 0..<histories.count {
            let range = Self.range(of: user, in: histories, share: share)
            var last: UInt32?
            for item in histories.items[range].sorted() where item != last {
                items.append(item)
                last = item
            }
            offsets.append(items.count)
        }
        byUser = CompressedRows(offsets: offsets, columns: items)
        byItem = byUser.transposed(columnCount: itemCount)
    }

    static func range(of user: Int, in histories: UserHistories, share: Double) -> Range<Int> {
        let (start, end) = (histories.offsets[user], histories.offsets[user + 1])
        return start..<(start + Int(Double(end - start) * share))
    }
}

/// The positions of the ones of a sparse matrix.
private struct CompressedRows: Sendable {
    let offsets: [Int]
    let columns: [UInt32]

    var count: Int { offsets.count - 1 }

    subscript(row: Int) -> [UInt32] { Array(columns[offsets[row]..<offsets[row + 1]]) }

    /// Counting sort, so rows stay in order within a column.
    func transposed(columnCount: Int) -> CompressedRows {
        var starts = [Int](repeating: 0, count: columnCount + 1)
        for column in columns { starts[Int(column) + 1] += 1 }
        for column in 0..<columnCount { starts[column + 1] += starts[column] }
        var next = starts
        var rows = [UInt32](repeating: 0, count: columns.count)
        for row in 0..<(offsets.count - 1) {
            for column in columns[offsets[row]..<offsets[row + 1]] {
                rows[next[Int(column)]] = UInt32(truncatingIfNeeded: row)
                next[Int(column)] += 1
            }
        }
        return CompressedRows(offsets: starts, columns: rows)
    }
}
