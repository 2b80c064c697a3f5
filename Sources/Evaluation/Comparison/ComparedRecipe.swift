public import Recommenders

/// What a recipe turned out to be on some data.
public struct ComparedRecipe: Sendable {
    public let name: String
    /// By the names of ``RankingMetrics/names``, and `coverage`.
    public let metrics: [String: Double]
    /// Test users that had something to find, over all folds.
    public let testUsers: Int
    /// Of one training, the average over the folds.
    public let trainingSeconds: Double
    /// Of the model of the first fold, as a directory.
    public let modelBytes: Int
    /// Nil when there was no history to score.
    public let latency: ScoringLatency?
    /// What training said at its start that it may allocate beside the data; nil when it did not say.
    public let announcedMemoryBytes: Double?
    /// The training of the first fold, step by step.
    public let training: TrainingRecord
    /// What training chose in the first fold.
    public let learned: [String: Double]
    /// The most memory that the process had resident meanwhile, the data included; nil where that is not known.
    public var peakMemoryBytes: Int?

    public init(
        name: String, metrics: [String: Double], testUsers: Int, trainingSeconds: Double, modelBytes: Int,
        latency: ScoringLatency?, announcedMemoryBytes: Double?, training: TrainingRecord = TrainingRecord(),
        learned: [String: Double] = [:], peakMemoryBytes: Int? = nil
    ) {
        self.name = name
        self.metrics = metrics
        self.testUsers = testUsers
        self.trainingSeconds = trainingSeconds
        self.modelBytes = modelBytes
        self.latency = latency
        self.announcedMemoryBytes = announcedMemoryBytes
        self.training = training
        self.learned = learned
        self.peakMemoryBytes = peakMemoryBytes
    }
}
