public import Datasets

/// A trained model with everything that is needed to serve from it.
///
/// Made by ``Algorithm/train(on:hyperparameters:options:)`` or read from a directory by ``init(contentsOf:)``; both
/// score the same.
public struct TrainedModel: Sendable {
    public let manifest: ModelManifest
    public let algorithm: Algorithm
    let storable: any StorableRecommender
    /// Users of the training data.
    public let users: Vocabulary
    public let eventTypes: Vocabulary
    /// Their events, as far as they were in the training data.
    public let histories: UserHistories
    /// Events per item, for lists that do not depend on the user.
    public let popularity: Popularity
    /// What lists serve beside relevance; nil when nothing.
    let objective: ObjectiveRanking?
    /// How the model was trained, step by step; nil for one of before that was written down.
    public let training: TrainingRecord?

    public var recommender: any Recommender {
        objective.map { ObjectiveRecommender(relevance: storable, objective: $0) } ?? storable
    }
    public var items: Vocabulary { storable.items }

    /// The training events of a user, oldest first; nil for a user who was not in the training data.
    public func history(ofUser identifier: String) -> History? {
        users.index(of: identifier).map { histories[$0] }
    }

    init(
        algorithm: Algorithm, hyperparameters: [String: String], seed: UInt64, interactions: Interactions,
        histories: UserHistories, recommender: any StorableRecommender, objective: ItemObjective? = nil,
        learned: [String: Double]? = nil, training: TrainingRecord? = nil
    ) {
        self.training = training
        self.objective = objective.map { ObjectiveRanking($0, items: recommender.items) }
        manifest = ModelManifest(
            format: algorithm.modelFormat, recipe: algorithm.rawValue, hyperparameters: hyperparameters,
            seed: seed, trainingData: .init(interactions, histories: histories), learned: learned ?? recommender.learned
        )
        self.algorithm = algorithm
        storable = recommender
        users = interactions.users
        eventTypes = interactions.eventTypes
        self.histories = histories
        popularity = Popularity(histories: histories, items: recommender.items)
    }

    init(
        manifest: ModelManifest, algorithm: Algorithm, storable: any StorableRecommender, users: Vocabulary,
        eventTypes: Vocabulary, histories: UserHistories, objective: ObjectiveRanking? = nil,
        training: TrainingRecord? = nil
    ) {
        self.training = training
        self.objective = objective
        self.manifest = manifest
        self.algorithm = algorithm
        self.storable = storable
        self.users = users
        self.eventTypes = eventTypes
        self.histories = histories
        popularity = Popularity(histories: histories, items: storable.items)
    }
}

/// A recommender that can be written to a model directory and read back.
protocol StorableRecommender: Recommender {
    /// Goes into the manifest.
    var learned: [String: Double] { get }
    /// Goes into `weights.safetensors`.
    func tensors() -> [SafetensorsWriter.Tensor]
    /// Reads what ``tensors()`` wrote. Never traps, whatever the file holds.
    init(file: SafetensorsFile, items: Vocabulary, eventTypes: Vocabulary) throws(ModelError)
}
