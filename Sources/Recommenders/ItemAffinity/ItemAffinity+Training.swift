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

    static let objective = ImplicitFactorization.Objective(unobservedWeight: 0.1, regularization: 0.03)
    private static let sweeps = 8

    /// The part of every user's events, oldest first, from which the rest is foretold to learn how often things repeat.
    private static let fittedShare = 0.8
    /// With fewer there is no telling.
    private static let fewestHeldOutEvents = 50.0

    /// Learns from who met what; of when, only the order of the events plays a part.
    ///
    /// Cost: two runs of ``ImplicitFactorization``.
    init(
        training histories: UserHistories, items: Vocabulary, hyperparameters: Hyperparameters,
        options: TrainingOptions
    ) throws {
        let dimension = hyperparameters.hiddenDimension
        // The factorisation, one user's events, and the activities.
        try options.announce(
            memory: ImplicitFactorization.memory(histories, itemCount: items.count, dimension: dimension)
                + 64 * histories.longest + 8 * histories.count + 8 * items.count
                + Popularity.memory(itemCount: items.count), at: 0)
        let repeatFactor = try Self.repeatFactor(
            histories, itemCount: items.count, dimension: dimension, options: options.within(0...0.45))
        let factors = try ImplicitFactorization(
            of: InteractionPairs(histories, itemCount: items.count), dimension: dimension, objective: Self.objective,
            sweeps: Self.sweeps, options: options.within(0.45...0.98))
        self.init(
            items: items, userFactors: factors.users, itemFactors: factors.items,
            gram: Self.objective.gram(of: factors.items, threads: options.threads),
            activities: (0..<histories.count).map { Float(histories.offsets[$0 + 1] - histories.offsets[$0]) },
            repeatFactor: repeatFactor, popularity: Popularity(histories: histories, items: items))
    }

    /// The held-out events on met items for each meeting before, beside those on new items for each that their ratings
    /// foretell. 1 when there are too few events to tell.
    private static func repeatFactor(
        _ histories: UserHistories, itemCount: Int, dimension: Int, options: TrainingOptions
    ) throws -> Float {
        let pairs = InteractionPairs(histories, itemCount: itemCount, share: fittedShare)
        guard !pairs.byUser.columns.isEmpty else { return 1 }
        let factors = try ImplicitFactorization(
            of: pairs, dimension: dimension, objective: objective, sweeps: sweeps, options: options)
        var sum = [Float](repeating: 0, count: dimension)
        factors.items.accumulate(
            rows: (0..<itemCount).map { UInt32(truncatingIfNeeded: $0) },
            weights: [Float](repeating: 1, count: itemCount), into: &sum)
        guard let total = Matrix([sum]) else { return 1 }
        var (meetings, again, expectedNew, new) = (0.0, 0.0, 0.0, 0.0)
        for user in 0..<histories.count {
            let met = pairs.byUser[user]
            let range = InteractionPairs.range(of: user, in: histories, share: fittedShare)
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
}
