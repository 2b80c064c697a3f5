import Datasets

extension TransformerPersonalization: UpdatableRecommender {
    /// The closed form takes in what is new, see ``UserPersonalization/updated(with:items:eventTypes:hyperparameters:options:)``; the
    /// transformer stays as it was trained and knows the items that it knew.
    func updated(
        with histories: UserHistories, items: Vocabulary, eventTypes: Vocabulary, hyperparameters: [String: String],
        options: TrainingOptions
    ) throws -> TransformerPersonalization {
        let hyperparameters = try Hyperparameters(hyperparameters)
        return TransformerPersonalization(
            closedForm: try closedForm.updated(
                with: histories, items: items, eventTypes: eventTypes, hyperparameters: hyperparameters.closedForm,
                options: options),
            transformer: transformer, selection: ItemSelection(items: selection.items, itemCount: items.count),
            blend: blend, learned: learned)
    }
}
