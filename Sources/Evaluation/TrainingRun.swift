public import Datasets
public import Recommenders

/// What a training job does: measures the recipe on held-out users, then trains on everybody.
public struct TrainingRun: Sendable {
    public var algorithm: Algorithm
    public var hyperparameters: [String: String]
    /// Seed, threads, memory and where progress goes: first the measurement (to 0.5), then the training.
    public var options: TrainingOptions
    /// Distinct items of the interactions and items datasets, for coverage; nil counts those of the interactions.
    public var catalogueItemCount: Int?
    /// Whether the recipe is measured before the training.
    public var measuresFirst: Bool

    public init(
        of algorithm: Algorithm, hyperparameters: [String: String] = [:], options: TrainingOptions = TrainingOptions(),
        catalogueItemCount: Int? = nil, measuresFirst: Bool = true
    ) {
        self.measuresFirst = measuresFirst
        self.algorithm = algorithm
        self.hyperparameters = hyperparameters
        self.options = options
        self.catalogueItemCount = catalogueItemCount
    }

    public struct Outcome: Sendable {
        public let model: TrainedModel
        /// One fold of protocol `personalize`, every name of ``RankingMetrics/names`` and `coverage`; for segments of users
        /// ``SegmentEvaluation/names``. Empty when there are too few users to hold some out.
        public let metrics: [String: Double]
        /// The part that the managed service reports for a solution version, by its names.
        public var managedServiceMetrics: [String: Double] {
            metrics.filter {
                RankingMetrics.managedServiceNames.contains($0.key) || RewardMetrics.names.contains($0.key)
                    || SegmentEvaluation.names.contains($0.key)
            }
        }
        public let trainingSeconds: Double
        public let evaluationSeconds: Double
    }

    /// Blocks the calling thread; stops with `CancellationError` when the surrounding task is cancelled.
    ///
    /// - Throws: ``TrainingError``, `CancellationError`.
    public func run(on interactions: Interactions) throws -> Outcome {
        let clock = ContinuousClock()
        let start = clock.now
        var metrics: [String: Double] = [:]
        let share = measuresFirst ? 0.5 : 0
        if measuresFirst {
            do {
                let options = options.within(0...share, prefix: "measuring: ")
                switch algorithm {
                case .itemAffinity, .itemAttributeAffinity:
                    metrics = try SegmentEvaluation(of: algorithm, hyperparameters: hyperparameters)
                        .run(on: interactions, options: options)
                default:
                    metrics = try Self.evaluatePersonalize(
                        algorithm, on: interactions, hyperparameters: hyperparameters,
                        catalogueItemCount: catalogueItemCount, options: options)
                }
            } catch EvaluationError.tooFewUsers {}
        }
        let evaluated = clock.now
        let model = try algorithm.train(
            on: interactions, hyperparameters: hyperparameters, options: options.within(share...1))
        return Outcome(
            model: model, metrics: metrics, trainingSeconds: (clock.now - evaluated).seconds,
            evaluationSeconds: (evaluated - start).seconds)
    }

    /// One fold of protocol `personalize`: trained on nine tenths of the users, measured on the others.
    public static func evaluatePersonalize(
        _ algorithm: Algorithm, on interactions: Interactions, hyperparameters: [String: String] = [:],
        catalogueItemCount: Int? = nil, options: TrainingOptions = TrainingOptions()
    ) throws -> [String: Double] {
        try Evaluation(
            of: algorithm, hyperparameters: hyperparameters, seed: options.seed, catalogueItemCount: catalogueItemCount
        ).run(on: interactions, options: options).metrics
    }
}
