public import Datasets

/// What a model can be trained with. The raw value is the public recipe name, the part of the ARN after `recipe/`.
public enum Algorithm: String, Sendable, CaseIterable {
    /// Next items from the order of a user's events, see ``UserPersonalization``.
    case userPersonalization = "aws-user-personalization"
    /// The same by a transformer, see ``TransformerPersonalization``.
    case userPersonalizationV2 = "aws-user-personalization-v2"
    /// The same list for everybody, see ``Popularity``.
    case popularity = "aws-popularity-count"
    /// Items like an item, see ``RelatedItems``.
    case similarItems = "aws-similar-items"
    /// The same with other hyperparameters.
    case sims = "aws-sims"
    /// What grows fastest, for everybody, see ``TrendingNow``.
    case trendingNow = "aws-trending-now"
    /// Actions that a user is likely to take, see ``NextBestAction``.
    case nextBestAction = "aws-next-best-action"
    /// Users by how likely they are to interact with an item, see ``ItemAffinity``.
    case itemAffinity = "aws-item-affinity"
    /// The same for the items that have some attributes.
    case itemAttributeAffinity = "aws-item-attribute-affinity"
    /// What is rated best, for everybody, see ``WeightedRating``.
    case weightedRating = "palate-weighted-rating"
    /// What goes together with everything a user met, see ``ShallowAutoencoder``.
    case ease = "palate-ease"
    /// By vectors of items, see ``ImplicitALS``.
    case als = "palate-als"
    /// What is like the items that a user met, see ``ItemKNN``.
    case itemKNN = "palate-item-knn"
    /// What like-minded users chose, see ``UserKNN``.
    case userKNN = "palate-user-knn"
    /// What is described like the items that a user liked, or like an item, see ``ContentBased``.
    case contentBased = "palate-content-based"
    /// Items whose texts are like an item's, see ``SemanticSimilarity``.
    case semanticSimilarity = "aws-semantic-similarity"
    /// The chance that a user takes an item, from user, item and context, see ``NeuralClassifier``.
    case neuralClassifier = "palate-neural-classifier"

    /// What a list of recommendations is made for.
    public enum Subject: Sendable {
        case user, item, everybody
        /// For an item when one is named, else for the user.
        case userOrItem
    }

    public var subject: Subject {
        switch self {
        case .userPersonalization, .userPersonalizationV2, .nextBestAction, .itemAffinity, .itemAttributeAffinity,
            .ease, .als, .itemKNN, .userKNN, .neuralClassifier:
            .user
        case .similarItems, .sims, .semanticSimilarity: .item
        case .contentBased: .userOrItem
        case .popularity, .trendingNow, .weightedRating: .everybody
        }
    }

    /// Whether there is nothing to learn without interactions.
    public var needsInteractions: Bool { self != .semanticSimilarity }

    /// Learns from `interactions`.
    ///
    /// Cooperative: it stops with `CancellationError` soon after the surrounding task is cancelled. The result depends on
    /// the data, the hyperparameters and the seed, not on the number of threads.
    ///
    /// - Parameter hyperparameters: Names and values as text; names that are missing get their default.
    /// - Throws: ``TrainingError`` for data or hyperparameters that cannot be used, `CancellationError`.
    public func train(
        on interactions: Interactions, hyperparameters: [String: String] = [:],
        options: TrainingOptions = TrainingOptions()
    ) throws -> TrainedModel {
        guard !needsInteractions || interactions.count > 0 && !interactions.items.isEmpty else {
            throw TrainingError.noInteractions
        }
        let recorder = TrainingRecorder()
        // Nothing is made before it is known to fit.
        let ownOptions = try recorder.following(options).holding(UserHistories.memory(of: interactions))
        try Task.checkCancellation()
        let histories = UserHistories(interactions)
        do {
            return try train(
                on: interactions, histories, hyperparameters: hyperparameters, options: ownOptions, recorder: recorder)
        } catch TrainingError.insufficientMemory(let needed, let limit, nil) {
            throw TrainingError.insufficientMemory(
                needed: needed, limit: limit,
                alternative: alternative(for: histories, itemCount: interactions.items.count, options: ownOptions))
        }
    }

    private func train(
        on interactions: Interactions, _ histories: UserHistories, hyperparameters: [String: String],
        options: TrainingOptions, recorder: TrainingRecorder
    ) throws -> TrainedModel {
        let recommender: any StorableRecommender
        switch self {
        case .userPersonalization:
            recommender = try UserPersonalization(
                training: histories, of: interactions, items: interactions.items, eventTypes: interactions.eventTypes,
                hyperparameters: try .init(hyperparameters), options: options)
        case .userPersonalizationV2:
            recommender = try TransformerPersonalization(
                training: histories, items: interactions.items, eventTypes: interactions.eventTypes,
                hyperparameters: try .init(hyperparameters), options: options)
        case .popularity:
            try HyperparameterReader(hyperparameters).finish()
            try options.announce(memory: Popularity.memory(itemCount: interactions.items.count))
            recommender = Popularity(
                histories: histories, items: interactions.items,
                weights: options.eventWeights.numbered(by: interactions.eventTypes))
        case .similarItems:
            recommender = try RelatedItems(
                training: histories, items: interactions.items, eventTypes: interactions.eventTypes,
                hyperparameters: try .init(similarItems: hyperparameters), options: options)
        case .sims:
            recommender = try RelatedItems(
                training: histories, items: interactions.items, eventTypes: interactions.eventTypes,
                hyperparameters: try .init(sims: hyperparameters), options: options)
        case .trendingNow:
            let frequency = try TrendingNow.Frequency(hyperparameters)
            try options.announce(memory: TrendingNow.memory(itemCount: interactions.items.count))
            recommender = TrendingNow(histories: histories, items: interactions.items, frequency: frequency)
        case .nextBestAction:
            recommender = try NextBestAction(
                training: ActionData(actionInteractions: interactions), hyperparameters: .init(hyperparameters),
                options: options)
        case .itemAffinity, .itemAttributeAffinity:
            recommender = try ItemAffinity(
                training: histories, items: interactions.items, hyperparameters: try .init(hyperparameters),
                options: options)
        case .weightedRating:
            let parameters = try WeightedRating.Hyperparameters(hyperparameters)
            try options.announce(memory: WeightedRating.memory(histories, itemCount: interactions.items.count))
            recommender = WeightedRating(
                training: histories, items: interactions.items, hyperparameters: parameters)
        case .ease:
            recommender = try ShallowAutoencoder(
                training: histories, items: interactions.items, eventTypes: interactions.eventTypes,
                hyperparameters: try .init(hyperparameters), options: options)
        case .als:
            recommender = try ImplicitALS(
                training: histories, items: interactions.items, hyperparameters: try .init(hyperparameters),
                options: options)
        case .itemKNN:
            recommender = try ItemKNN(
                training: histories, items: interactions.items, hyperparameters: try .init(hyperparameters),
                options: options)
        case .userKNN:
            recommender = try UserKNN(
                training: histories, items: interactions.items, hyperparameters: try .init(hyperparameters),
                options: options)
        case .contentBased:
            recommender = try ContentBased(
                training: histories, items: interactions.items, hyperparameters: try .init(hyperparameters),
                options: options)
        case .semanticSimilarity:
            try HyperparameterReader(hyperparameters).finish()
            recommender = try SemanticSimilarity(training: histories, items: interactions.items, options: options)
        case .neuralClassifier:
            recommender = try NeuralClassifier(
                training: interactions, histories: histories, hyperparameters: try .init(hyperparameters),
                options: options)
        }
        try options.advance(to: 1, "trained")
        return TrainedModel(
            algorithm: self, hyperparameters: hyperparameters, seed: options.seed, interactions: interactions,
            histories: histories, recommender: recommender, objective: options.objective,
            training: recorder.current)
    }

    /// Checks names and values without training.
    public func validate(hyperparameters: [String: String]) throws(TrainingError) {
        switch self {
        case .userPersonalization: _ = try UserPersonalization.Hyperparameters(hyperparameters)
        case .userPersonalizationV2: _ = try TransformerPersonalization.Hyperparameters(hyperparameters)
        case .popularity, .semanticSimilarity: try HyperparameterReader(hyperparameters).finish()
        case .similarItems: _ = try RelatedItems.Hyperparameters(similarItems: hyperparameters)
        case .sims: _ = try RelatedItems.Hyperparameters(sims: hyperparameters)
        case .trendingNow: _ = try TrendingNow.Frequency(hyperparameters)
        case .nextBestAction: _ = try NextBestAction.Hyperparameters(hyperparameters)
        case .itemAffinity, .itemAttributeAffinity: _ = try ItemAffinity.Hyperparameters(hyperparameters)
        case .weightedRating: _ = try WeightedRating.Hyperparameters(hyperparameters)
        case .ease: _ = try ShallowAutoencoder.Hyperparameters(hyperparameters)
        case .als: _ = try ImplicitALS.Hyperparameters(hyperparameters)
        case .itemKNN: _ = try ItemKNN.Hyperparameters(hyperparameters)
        case .userKNN: _ = try UserKNN.Hyperparameters(hyperparameters)
        case .contentBased: _ = try ContentBased.Hyperparameters(hyperparameters)
        case .neuralClassifier: _ = try NeuralClassifier.Hyperparameters(hyperparameters)
        }
    }
}
