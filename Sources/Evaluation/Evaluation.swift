public import Datasets
import LinearAlgebra
public import Recommenders

/// How well an algorithm does on some data.
public struct Evaluation: Sendable {
    public var algorithm: Algorithm
    public var hyperparameters: [String: String]
    public var method: EvaluationProtocol
    /// Divisions to average over, from 1 to 10; ten make every user a test user once. Leave-one-out has only one.
    public var folds: Int
    /// Protocol `personalize` only: items of the input are neither recommended nor relevant.
    public var excludeSeen: Bool
    /// Shuffles the users, and seeds training.
    public var seed: UInt64
    /// Distinct items of the interactions and items datasets; nil counts those of the interactions.
    public var catalogueItemCount: Int?

    public init(
        of algorithm: Algorithm, hyperparameters: [String: String] = [:], method: EvaluationProtocol = .personalize,
        folds: Int = 1, excludeSeen: Bool = false, seed: UInt64 = 0, catalogueItemCount: Int? = nil
    ) {
        self.algorithm = algorithm
        self.hyperparameters = hyperparameters
        self.method = method
        self.folds = folds
        self.excludeSeen = excludeSeen
        self.seed = seed
        self.catalogueItemCount = catalogueItemCount
    }

    /// Averages of the folds' averages.
    public struct Result: Sendable, Equatable {
        /// By the names of ``RankingMetrics/names``, and `coverage`.
        public var metrics: [String: Double]
        /// Test users that had something to find, over all folds.
        public var testUsers: Int
        public var trainingSeconds: Double
        public var evaluationSeconds: Double
    }

    /// Trains and measures fold after fold, users of a fold in parallel. Rank metrics are averages over the test users
    /// that have at least one relevant item; coverage counts the lists of all.
    ///
    /// - Parameter observe: Called with the model of each fold, between its training and its measurement.
    /// - Throws: ``EvaluationError``, and what training and `observe` throw.
    public func run(
        on interactions: Interactions, options: TrainingOptions = TrainingOptions(),
        observing observe: (TrainedModel) throws -> Void = { _ in }
    ) throws -> Result {
        guard (1...10).contains(folds) else { throw EvaluationError.foldsOutOfRange(folds) }
        let histories = UserHistories(interactions)
        let folds = method == .leaveOneOut ? 1 : folds
        let catalogue = catalogueItemCount ?? Set(interactions.itemIndices).count
        var result = Result(metrics: [:], testUsers: 0, trainingSeconds: 0, evaluationSeconds: 0)
        for fold in 0..<folds {
            let share = Double(fold) / Double(folds)...Double(fold + 1) / Double(folds)
            let prefix = folds > 1 ? "fold \(fold + 1) of \(folds): " : ""
            let part = try run(
                split(interactions, histories, fold: fold, options), of: interactions, catalogue: catalogue,
                options: options.within(share, prefix: prefix), observing: observe)
            for (name, value) in part.metrics { result.metrics[name, default: 0] += value }
            result.testUsers += part.testUsers
            result.trainingSeconds += part.trainingSeconds
            result.evaluationSeconds += part.evaluationSeconds
            guard method == .coldStart, options.metadata.items != nil else { continue }
            let shuffled = ColdStart.renumbered(interactions, seed: seed)
            let ofItems = try run(
                describing(
                    .newItems(shuffled, UserHistories(shuffled), fold: fold, seed: seed), shuffled,
                    options.metadata.users),
                of: shuffled, catalogue: catalogue,
                options: options.within(share.upperBound...share.upperBound, prefix: prefix), observing: { _ in })
            for (name, value) in ofItems.metrics where name.hasSuffix("new_items") {
                result.metrics[name, default: 0] += value
            }
            result.trainingSeconds += ofItems.trainingSeconds
            result.evaluationSeconds += ofItems.evaluationSeconds
        }
        result.metrics = result.metrics.mapValues { $0 / Double(folds) }
        return result
    }

    private func split(
        _ interactions: Interactions, _ histories: UserHistories, fold: Int, _ options: TrainingOptions
    ) -> EvaluationSplit {
        let split: EvaluationSplit =
            switch method {
            case .personalize:
                .personalize(
                    interactions, histories, fold: fold, seed: seed, excludeSeen: excludeSeen,
                    eventWeights: options.eventWeights)
            case .leaveOneOut: .leaveOneOut(interactions, histories)
            case .strongGeneralization: .strongGeneralization(interactions, histories, fold: fold, seed: seed)
            case .coldStart: .beginners(interactions, histories, fold: fold, seed: seed)
            }
        return describing(split, interactions, options.metadata.users)
    }

    /// With what the users dataset says of the test users.
    private func describing(
        _ split: EvaluationSplit, _ interactions: Interactions, _ users: MetadataTable?
    ) -> EvaluationSplit {
        guard let users else { return split }
        var split = split
        for index in split.cases.indices {
            let user = interactions.users[split.cases[index].user]
            split.cases[index].context = RequestContext(ofUser: user, in: users)
        }
        return split
    }

    private func run(
        _ split: EvaluationSplit, of interactions: Interactions, catalogue: Int, options: TrainingOptions,
        observing observe: (TrainedModel) throws -> Void
    ) throws -> Result {
        guard !split.cases.isEmpty, !split.trainingRows.isEmpty else { throw EvaluationError.tooFewUsers }
        var training = options.within(0...0.9)
        training.seed = seed
        let clock = ContinuousClock()
        let start = clock.now
        let model = try algorithm.train(
            on: interactions.selecting(rows: split.trainingRows), hyperparameters: hyperparameters, options: training)
        let trained = clock.now
        try observe(model)
        let observed = clock.now
        options.progress(TrainingProgress(fraction: 0.9, stage: "ranking for \(split.cases.count) test users"))
        let totals = try Self.measure(
            model.recommender, on: split.cases, objective: options.objective, threads: options.threads)
        let measured = clock.now
        options.progress(TrainingProgress(fraction: 1, stage: "measured"))
        return Result(
            metrics: totals.averages(catalogueItemCount: catalogue), testUsers: totals.users,
            trainingSeconds: (trained - start).seconds, evaluationSeconds: (measured - observed).seconds)
    }

    /// Ranks the whole catalogue for every case.
    static func measure(
        _ recommender: any Recommender, on cases: [EvaluationCase], objective: ItemObjective? = nil, threads: Int
    ) throws -> MetricTotals {
        var totals = MetricTotals()
        let items = recommender.items
        for chunk in Parallel.ranges(of: cases.count, size: 512) {
            try Task.checkCancellation()
            let lists = Parallel.map(chunk.count, threads: threads) { index in
                let testCase = cases[chunk.lowerBound + index]
                return recommender.recommendations(
                    for: testCase.input, in: testCase.context, count: RankingMetrics.depth
                ) {
                    testCase.excluded.contains($0) || testCase.among?.contains($0) == false
                }.map(\.item)
            }
            for (list, testCase) in zip(lists, cases[chunk]) {
                let metrics =
                    testCase.relevant.isEmpty ? nil : RankingMetrics(list: list, relevant: testCase.relevant)
                totals.add(metrics, list: list)
                if let part = testCase.part, let metrics {
                    for (name, value) in zip(RankingMetrics.names, metrics.values)
                    where ColdStart.metrics.contains(name) {
                        totals.add(value, "\(name)_\(part)")
                    }
                }
                if !testCase.rewards.isEmpty {
                    for (name, value) in RewardMetrics.weightedGains(list: list, rewards: testCase.rewards) {
                        totals.add(value, name)
                    }
                }
                let share = objective.flatMap { objective in
                    RewardMetrics.rewardShare(list: list, relevant: testCase.relevant) {
                        objective.values[items[$0]] ?? 0
                    }
                }
                if let share { totals.add(share, RewardMetrics.rewardShareName) }
            }
        }
        return totals
    }
}

/// Why nothing was measured.
public enum EvaluationError: Error, Equatable, Sendable, CustomStringConvertible {
    case foldsOutOfRange(Int)
    case tooFewUsers

    public var description: String {
        switch self {
        case .foldsOutOfRange(let folds): "the number of folds is \(folds); expected 1 to 10"
        case .tooFewUsers: "there are too few users to hold some out and train on the others"
        }
    }
}

extension Duration {
    /// As a number of seconds.
    package var seconds: Double {
        Double(components.seconds) + Double(components.attoseconds) * 1e-18
    }
}
