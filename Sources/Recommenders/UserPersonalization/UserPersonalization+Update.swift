import Datasets

extension UserPersonalization: UpdatableRecommender {
    /// Counts users and events of every item anew, and finds the neighbours of all items, new ones included; the
    /// closed-form weights, the blend, the repeat model and the worth of ranks stay as they were fitted.
    ///
    /// Time is that of ``NearbyItems``: events · window additions.
    func updated(
        with histories: UserHistories, items: Vocabulary, eventTypes: Vocabulary, hyperparameters: [String: String],
        options: TrainingOptions
    ) throws -> UserPersonalization {
        let hyperparameters = try Hyperparameters(hyperparameters)
        let weights = options.eventWeights.numbered(by: eventTypes)
        let trainer = ComponentTrainer(
            histories: histories, itemCount: items.count, weights: weights, hyperparameters: hyperparameters,
            options: options)
        let sequences = trainer.sequences(of: Self.users(of: histories, hyperparameters))
        try options.advance(to: 0.2, "finding neighbours")
        let nearby = NearbyItems(
            ItemOccurrences(sequences), neighbourLimit: hyperparameters.hiddenDimension, threads: options.threads)
        try options.advance(to: 0.9, "counting")
        return UserPersonalization(
            items: items, eventTypes: eventTypes,
            components: ItemComponents(
                selection: ItemSelection(items: components.selection.items, itemCount: items.count),
                ridge: components.ridge, ease: components.ease, nearby: nearby, userCounts: sequences.userCounts()),
            settings: settings, repeats: repeats, ranks: ranks,
            popularity: Popularity(histories: histories, items: items, weights: weights), learned: learned)
    }
}
