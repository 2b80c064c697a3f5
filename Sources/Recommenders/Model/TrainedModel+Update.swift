public import Datasets

/// A recommender that takes in new items and events without learning everything again.
protocol UpdatableRecommender: StorableRecommender {
    /// The same fitted parameters over a grown catalogue and newer histories.
    ///
    /// - Parameters:
    ///   - histories: Of all users, old events and new.
    ///   - items: Begins with the items of this recommender.
    ///   - eventTypes: Begins with those that this recommender was trained on.
    func updated(
        with histories: UserHistories, items: Vocabulary, eventTypes: Vocabulary, hyperparameters: [String: String],
        options: TrainingOptions
    ) throws -> Self
}

extension TrainedModel {
    /// A model with the fitted parameters of this one that knows the items, users and events of `interactions`.
    ///
    /// Much faster than a training, and no substitute for one: what is new has its popularity and its neighbours, but
    /// nothing that was fitted is fitted anew. Items that are in this model stay in it.
    ///
    /// - Parameters:
    ///   - interactions: All events, not only the new ones.
    ///   - catalogue: Items to recommend beside those of the events, such as new ones that nobody has met.
    /// - Throws: ``TrainingError``, `CancellationError`.
    public func updated(
        with interactions: Interactions, catalogue: [String] = [], options: TrainingOptions = TrainingOptions()
    ) throws -> TrainedModel {
        guard interactions.count > 0 else { throw TrainingError.noInteractions }
        guard let updatable = storable as? any UpdatableRecommender else {
            throw TrainingError.cannotUpdate(algorithm.rawValue)
        }
        let recorder = TrainingRecorder()
        let options = recorder.following(options)
        // Numbers of items and event types are kept, because fitted parameters go by them.
        var grown = Interactions(items: items, eventTypes: eventTypes).followed(by: interactions)
        for identifier in catalogue { grown.items.insert(identifier) }
        try options.advance(to: 0.05, "ordering histories")
        let histories = UserHistories(grown)
        let recommender = try updatable.updated(
            with: histories, items: grown.items, eventTypes: grown.eventTypes,
            hyperparameters: manifest.hyperparameters, options: options)
        options.progress(TrainingProgress(fraction: 1, stage: "updated"))
        return TrainedModel(
            algorithm: algorithm, hyperparameters: manifest.hyperparameters, seed: manifest.seed, interactions: grown,
            histories: histories, recommender: recommender, objective: options.objective, learned: manifest.learned,
            training: recorder.current)
    }
}
