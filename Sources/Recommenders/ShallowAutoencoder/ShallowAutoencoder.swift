public import Datasets
import LinearAlgebra

/// Items that go together with everything that a user ever met: the recipe `palate-ease`.
///
/// ``EASE`` has the model and the paper. A history is a set, whatever its order and however often an item is in it: the
/// score of an item is the sum of its weights from the items of the history. The most used items are covered; others
/// follow in the order of their popularity, and an empty history, or one without an item that is covered, is answered by
/// popularity.
///
/// Scoring takes distinct items · covered items additions.
public struct ShallowAutoencoder: Recommender {
    public let items: Vocabulary
    let selection: ItemSelection
    /// By position in ``selection``.
    let weights: EASEWeights
    let popularity: Popularity
    let learned: [String: Double]
    private let tail: [Float]

    init(
        items: Vocabulary, selection: ItemSelection, weights: EASEWeights, popularity: Popularity,
        learned: [String: Double]
    ) {
        self.items = items
        self.selection = selection
        self.weights = weights
        self.popularity = popularity
        self.learned = learned
        tail = popularity.tail()
    }

    public func scores(for history: History) -> [Float] {
        let known = Set(history.items.compactMap(selection.position(of:))).sorted()
        guard !known.isEmpty else { return popularity.counts }
        let covered = weights.scores(of: known)
        let lowest = covered.min() ?? 0
        var scores = tail.map { lowest + $0 }
        for (position, item) in selection.items.enumerated() { scores[Int(item)] = covered[position] }
        return scores
    }
}

extension ShallowAutoencoder {
    /// What a training run can be told.
    public struct Hyperparameters: Sendable, Equatable {
        /// `regularization`: λ, in users; 0 lets training choose it.
        public var regularization: Double
        /// `closed_form_items`: how many of the most used items are covered, memory permitting.
        public var closedFormItems: Int

        /// - Throws: ``TrainingError`` for an unknown name or a value outside the range.
        public init(_ values: [String: String] = [:]) throws(TrainingError) {
            var reader = HyperparameterReader(values)
            regularization = try reader.number("regularization", in: 0...1_000_000, default: 0)
            closedFormItems = try reader.integer("closed_form_items", in: 1...50_000, default: 20_000)
            try reader.finish()
        }
    }

    /// Values of λ that training chooses from; it begins in the middle.
    private static let grid: [Double] = [10, 30, 100, 300, 1_000, 3_000]
    private static let defaultRegularization = 300.0
    /// Items of the models that are trained to choose; the choice does not need the whole catalogue.
    fileprivate static let searchItems = 3_072
    /// With fewer users an item is left to popularity.
    fileprivate static let minimumUsers: Float = 2

    /// - Throws: ``TrainingError``, `CancellationError`.
    init(
        training histories: UserHistories, items: Vocabulary, eventTypes: Vocabulary, hyperparameters: Hyperparameters,
        options: TrainingOptions
    ) throws {
        let weights = options.eventWeights.numbered(by: eventTypes)
        let plan = ShallowAutoencoderPlan(
            histories, itemCount: items.count, weights: weights, hyperparameters: hyperparameters,
            limit: options.effectiveMemoryLimit, threads: options.threads)
        try options.announce(
            memory: plan.bytes, measurements: ["closed_form_items": Double(plan.closedFormItems)])
        var learned: [String: Double] = [:]
        var regularization = hyperparameters.regularization
        if regularization == 0 {
            (regularization, learned) = try Self.choose(
                histories, itemCount: items.count, weights: weights, plan: plan, options: options.within(0.02...0.5))
        }
        try options.advance(to: 0.5, "training on everybody", measurements: learned)
        let fitted = try Fitted(
            histories, users: Array(0..<histories.count), itemCount: items.count, weights: weights,
            limit: plan.closedFormItems, regularization: regularization, threads: options.threads)
        learned["regularization"] = regularization
        learned["closed_form_items"] = Double(fitted.selection.items.count)
        self.init(
            items: items, selection: fitted.selection, weights: fitted.weights,
            popularity: Popularity(histories: histories, items: items, weights: weights), learned: learned)
    }

    /// The λ that finds most of what held-out users met next.
    private static func choose(
        _ histories: UserHistories, itemCount: Int, weights: NumberedEventWeights, plan: ShallowAutoencoderPlan,
        options: TrainingOptions
    ) throws -> (Double, [String: Double]) {
        let heldOut = HeldOutUsers(of: histories, itemCount: itemCount, weights: weights, seed: options.seed)
        guard heldOut.canChoose else { return (defaultRegularization, [:]) }
        var step = 0.0
        let best = try HeldOutUsers.climb(grid, from: 3) { candidate in
            try options.advance(to: step / Double(grid.count), "choosing regularisation")
            step += 1
            let fitted = try Fitted(
                histories, users: heldOut.others, itemCount: itemCount, weights: weights,
                limit: min(plan.closedFormItems, searchItems), regularization: candidate, threads: options.threads)
            // Many histories are scored.
            let weights = EASEWeights.dense(fitted.weights.dense(threads: options.threads))
            let gain = heldOut.gain(threads: options.threads) { heldOutCase in
                var dense = [Float](repeating: -.infinity, count: itemCount)
                let known = heldOutCase.history.compactMap(fitted.selection.position(of:)).sorted()
                let scores = weights.scores(of: known)
                for (position, item) in fitted.selection.items.enumerated() { dense[Int(item)] = scores[position] }
                return dense
            }
            try options.advance(
                to: step / Double(grid.count), "choosing regularisation",
                measurements: ["validation_ndcg_at_25": gain])
            return gain
        }
        return (
            best.value,
            ["validation_ndcg_at_25": best.gain, "validation_users": Double(heldOut.cases.count)]
        )
    }
}

/// How many items a training covers, and what it takes.
struct ShallowAutoencoderPlan: Sendable, Equatable {
    let closedFormItems: Int
    let bytes: Int

    /// As many items as are asked for, or as many as fit.
    init(
        _ histories: UserHistories, itemCount: Int, weights: NumberedEventWeights,
        hyperparameters: ShallowAutoencoder.Hyperparameters, limit: Int, threads: Int
    ) {
        // The sequences, once more those of the covered items, with room to grow, where items stand in them, and sorted.
        let perEvent = weights.areEqual ? 28 : 44
        func fixed(threads: Int) -> Int {
            perEvent * histories.eventCount + 32 * histories.count + 64 * itemCount
                + HeldOutUsers.memory(histories, itemCount: itemCount, threads: threads)
        }
        // While λ is chosen, the weights are expanded beside those of half the size.
        func square(_ items: Int) -> Int {
            let tried = min(items, ShallowAutoencoder.searchItems)
            return max(
                EASE.bytes(items: items, rewarded: !weights.areEqual),
                EASE.bytes(items: tried, rewarded: false) + 4 * tried * tried)
        }
        // By the threads that there are and not those that are used, on which no model depends.
        let left = limit - fixed(threads: Parallel.availableThreads)
        var (low, high) = (1, max(min(itemCount, hyperparameters.closedFormItems), 1))
        while low < high {
            let middle = (low + high + 1) / 2
            if square(middle) <= left { low = middle } else { high = middle - 1 }
        }
        closedFormItems = low
        bytes = fixed(threads: threads) + square(low)
    }
}

/// ``EASE`` on some of the users.
private struct Fitted: Sendable {
    let selection: ItemSelection
    let weights: EASEWeights

    init(
        _ histories: UserHistories, users: [Int], itemCount: Int, weights: NumberedEventWeights, limit: Int,
        regularization: Double, threads: Int
    ) throws {
        let sequences = ItemSequences(histories, users: users, itemCount: itemCount, weights: weights)
        selection = ItemSelection(
            userCounts: sequences.userCounts(), limit: limit, minimumUsers: ShallowAutoencoder.minimumUsers)
        let selected = sequences.restricted(to: selection)
        do {
            self.weights = try EASE.fit(
                ItemOccurrences(selected), userCounts: selected.userCounts(), regularization: Float(regularization),
                threads: threads)
        } catch let error as LinearAlgebraError {
            throw TrainingError.numerical("\(error); a greater regularization than \(regularization) may help")
        }
    }
}
