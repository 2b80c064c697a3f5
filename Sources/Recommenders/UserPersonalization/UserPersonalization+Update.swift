import Datasets

extension UserPersonalization: UpdatableRecommender {
    /// Counts users and events of every item anew, and finds the neighbours of all items, new ones included; the
    /// closed-form weights, the blend, the repeat model, the worth of ranks and side information stay as they were fitted.
    ///
    /// Time is that of ``NearbyItems``: events · window additions.
    func updated(
        with histories: UserHistories, items: Vocabulary, eventTypes: Vocabulary, hyperparameters: [String: String],
        options: TrainingOptions
    ) throws -> UserPersonalization {
        let hyperparameters = try Hyperparameters(hyperparameters)
        let weights = options.eventWeights.numbered(by: eventTypes)
        let users = Self.users(of: histories, hyperparameters)
        let trainer = ComponentTrainer(
            histories: histories, users: users, itemCount: items.count, weights: weights,
            hyperparameters: hyperparameters, options: options)
        let sequences = trainer.sequences(of: users)
        try options.advance(to: 0.2, "finding neighbours")
        let nearby = NearbyItems(
            ItemOccurrences(sequences), neighbourLimit: hyperparameters.hiddenDimension, threads: options.threads)
        try options.advance(to: 0.9, "counting")
        let selection = ItemSelection(items: next.components.selection.items, itemCount: items.count)
        let components = ItemComponents(
            selection: selection, ridge: next.components.ridge, ease: next.components.ease,
            horizon: next.components.horizon, nearby: nearby, userCounts: sequences.userCounts())
        let content = try next.content.map { old in
            try Self.content(of: items, options: options) ?? old.padded(to: items.count)
        }
        return UserPersonalization(
            items: items, eventTypes: eventTypes,
            next: NextItems(
                components: components, settings: next.settings,
                moments: trainer.moments(of: users, selection: selection), content: content,
                side: next.side?.padded(to: items.count), ranker: next.ranker, rankedItemCount: next.rankedItemCount),
            repeats: repeats, ranks: ranks,
            popularity: Popularity(histories: histories, items: items, weights: weights), learned: learned)
    }
}
