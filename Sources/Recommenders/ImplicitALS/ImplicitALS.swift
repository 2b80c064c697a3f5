public import Datasets
import Foundation
package import LinearAlgebra

/// Items by the vectors of a factorisation of who met what: the recipe `palate-als`.
///
/// ``ImplicitFactorization`` has the objective, the solver and the papers. Only the items' vectors are kept: a user's
/// vector is solved from the history when it is scored, so a user that training did not see is answered as well as any
/// other, and every event counts at once. A served model remembers the vectors of histories that it met of late. A history is a
/// set of items. An empty history is answered by popularity.
///
/// Scoring takes 12 steps of conjugate gradients, 4 · history · d + 2 · d² operations each for d dimensions, and 2 · items ·
/// d for the products.
public struct ImplicitALS: Recommender {
    public let items: Vocabulary
    /// One row per item.
    let itemFactors: Matrix
    /// α₀ · VᵀV.
    let gram: Matrix
    let objective: ImplicitFactorization.Objective
    let popularity: Popularity
    let learned: [String: Double]
    /// Of ``itemFactors``; nil after a training, when nobody asks for lists yet.
    private let index: InnerProductIndex?
    private let folded = FoldedUsers()

    public func scores(for history: History) -> [Float] {
        let known = known(history)
        guard !known.isEmpty else { return popularity.counts }
        return Self.scores(of: known, itemFactors, gram: gram, objective)
    }

    private func known(_ history: History) -> [UInt32] {
        var known: [UInt32] = []
        known.reserveCapacity(history.count)
        for item in history.items.sorted() where item != known.last && Int(item) < items.count { known.append(item) }
        return known
    }

    fileprivate static func scores(
        of items: [UInt32], _ factors: Matrix, gram: Matrix, _ objective: ImplicitFactorization.Objective
    ) -> [Float] {
        guard let user = Matrix([objective.foldIn(items, factors, gram: gram)]) else { return [] }
        return user.multiplied(by: factors, transposed: true, threads: 1).row(0)
    }
}

extension ImplicitALS {
    /// What a training run can be told.
    public struct Hyperparameters: Sendable, Equatable {
        /// `hidden_dimension`: d.
        public var hiddenDimension: Int
        /// `iterations`: how often users and items are solved in turn.
        public var iterations: Int
        /// `regularization`: λ; 0 lets training choose it.
        public var regularization: Double
        /// `regularization_exponent`: ν, from the same regularisation for all rows to one that grows with what they met.
        public var regularizationExponent: Double
        /// `unobserved_weight`: α₀, how much a pair counts that did not meet.
        public var unobservedWeight: Double

        /// - Throws: ``TrainingError`` for an unknown name or a value outside the range.
        public init(_ values: [String: String] = [:]) throws(TrainingError) {
            var reader = HyperparameterReader(values)
            hiddenDimension = try reader.integer("hidden_dimension", in: 8...512, default: 64)
            iterations = try reader.integer("iterations", in: 1...100, default: 12)
            regularization = try reader.number("regularization", in: 0...100, default: 0)
            regularizationExponent = try reader.number("regularization_exponent", in: 0...1, default: 1)
            unobservedWeight = try reader.number("unobserved_weight", in: 0.0001...10, default: 0.1)
            try reader.finish()
        }

        func objective(regularization: Double) -> ImplicitFactorization.Objective {
            // Below this the smallest system has no unique solution in single precision.
            ImplicitFactorization.Objective(
                unobservedWeight: Float(unobservedWeight), regularization: Float(max(regularization, 1e-7)),
                frequencyExponent: Float(regularizationExponent))
        }
    }

    /// Values of λ that training chooses from.
    private static let grid: [Double] = [0.001, 0.003, 0.01, 0.03, 0.1, 0.3]
    private static let gridStart = 3
    /// Sweeps of the models that are trained to choose.
    private static let searchSweeps = 6

    /// Bytes of a training.
    static func memory(
        _ histories: UserHistories, itemCount: Int, _ hyperparameters: Hyperparameters, threads: Int
    ) -> Int {
        let search =
            hyperparameters.regularization == 0
            ? HeldOutUsers.memory(histories, itemCount: itemCount, threads: threads) + 16 * histories.count : 0
        return search + Popularity.memory(itemCount: itemCount)
            + ImplicitFactorization.memory(
                histories, itemCount: itemCount, dimension: hyperparameters.hiddenDimension)
    }

    /// - Throws: ``TrainingError``, `CancellationError`.
    init(
        training histories: UserHistories, items: Vocabulary, hyperparameters: Hyperparameters,
        options: TrainingOptions
    ) throws {
        let dimension = hyperparameters.hiddenDimension
        try options.announce(
            memory: Self.memory(histories, itemCount: items.count, hyperparameters, threads: options.threads))
        var learned: [String: Double] = [:]
        var regularization = hyperparameters.regularization
        if regularization == 0 {
            (regularization, learned) = try Self.choose(
                histories, itemCount: items.count, hyperparameters: hyperparameters,
                options: options.within(0.02...0.6))
        }
        learned["regularization"] = regularization
        try options.advance(to: 0.6, "training on everybody", measurements: learned)
        objective = hyperparameters.objective(regularization: regularization)
        itemFactors = try ImplicitFactorization(
            of: InteractionPairs(histories, itemCount: items.count), dimension: dimension, objective: objective,
            sweeps: hyperparameters.iterations, options: options.within(0.6...0.99)
        ).items
        gram = objective.gram(of: itemFactors, threads: options.threads)
        popularity = Popularity(histories: histories, items: items)
        self.items = items
        self.learned = learned
        index = nil
    }

    /// The λ that finds most of what held-out users met next.
    private static func choose(
        _ histories: UserHistories, itemCount: Int, hyperparameters: Hyperparameters, options: TrainingOptions
    ) throws -> (Double, [String: Double]) {
        let heldOut = HeldOutUsers(of: histories, itemCount: itemCount, seed: options.seed)
        guard heldOut.canChoose else { return (grid[gridStart], [:]) }
        let pairs = InteractionPairs(histories, itemCount: itemCount, users: heldOut.others)
        var step = 0.0
        let best = try HeldOutUsers.climb(grid, from: gridStart) { candidate in
            let share = step / Double(grid.count)...(step + 1) / Double(grid.count)
            step += 1
            let objective = hyperparameters.objective(regularization: candidate)
            let factors = try ImplicitFactorization(
                of: pairs, dimension: hyperparameters.hiddenDimension, objective: objective,
                sweeps: min(hyperparameters.iterations, searchSweeps),
                options: options.within(share, prefix: "choosing regularisation: ")
            ).items
            let gram = objective.gram(of: factors, threads: options.threads)
            let gain = heldOut.gain(threads: options.threads) {
                scores(of: $0.history.sorted(), factors, gram: gram, objective)
            }
            try options.advance(
                to: share.upperBound, "choosing regularisation", measurements: ["validation_ndcg_at_25": gain])
            return gain
        }
        return (
            best.value, ["validation_ndcg_at_25": best.gain, "validation_users": Double(heldOut.cases.count)]
        )
    }
}

extension ImplicitALS: StorableRecommender {
    func tensors() -> [SafetensorsWriter.Tensor] {
        [
            .init("als.items", itemFactors), .init("als.gram", gram),
            .init(
                "als.objective",
                [objective.unobservedWeight, objective.regularization, objective.frequencyExponent]),
            .init("popularity.counts", popularity.counts),
        ]
    }

    init(file: SafetensorsFile, items: Vocabulary, eventTypes: Vocabulary) throws(ModelError) {
        itemFactors = try file.matrix("als.items", rows: items.count)
        gram = try file.matrix("als.gram", rows: itemFactors.columns, columns: itemFactors.columns)
        let numbers = try file.array("als.objective", of: Float.self, count: 3)
        guard numbers.allSatisfy({ $0.isFinite && $0 >= 0 }) else {
            throw .damaged(file: "weights.safetensors", reason: "'als.objective' is not usable")
        }
        objective = ImplicitFactorization.Objective(
            unobservedWeight: numbers[0], regularization: numbers[1], frequencyExponent: numbers[2])
        popularity = try Popularity(file: file, items: items, eventTypes: eventTypes)
        self.items = items
        learned = [:]
        index = InnerProductIndex(itemFactors, threads: Parallel.availableThreads)
    }
}

extension ImplicitALS: ShortlistingRecommender {
    package func shortlist(
        for history: History, in context: RequestContext, count: Int, choosing choice: InnerProductIndex.Choice
    ) -> Shortlist? {
        guard let index else { return nil }
        let user = folded.user(of: history.items) {
            let known = known(history)
            let vector = known.isEmpty ? [] : objective.foldIn(known, itemFactors, gram: gram)
            return FoldedUser(vector: vector, logSum: vector.isEmpty ? 0 : index.logSum(for: vector))
        }
        guard !user.vector.isEmpty else { return nil }
        let best = index.best(count, for: user.vector, in: choice)
        return Shortlist(
            items: best.rows, probabilities: best.products.map { exp(Double($0) - user.logSum) })
    }
}
