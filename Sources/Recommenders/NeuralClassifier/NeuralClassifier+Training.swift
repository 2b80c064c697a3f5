import Datasets
import Foundation
import LinearAlgebra

extension NeuralClassifier {
    /// What a training run can be told.
    public struct Hyperparameters: Sendable, Equatable {
        /// `hidden_dimension`: d, of the vectors of items and users.
        public var hiddenDimension: Int
        /// `interaction_units`: rectified units that see user and candidate together.
        public var interactionUnits: Int
        /// `negatives`: candidates that a batch is compared with; all of them when there are no more.
        public var negatives: Int
        /// `max_epochs`: passes over the events; fewer when held-out users are served no better.
        public var maxEpochs: Int
        /// `learning_rate`.
        public var learningRate: Double
        /// `weight_decay`.
        public var weightDecay: Double
        /// `dropout`: of rectified units, and of the events of a history at most.
        public var dropout: Double

        /// - Throws: ``TrainingError`` for an unknown name or a value outside the range.
        public init(_ values: [String: String] = [:]) throws(TrainingError) {
            var reader = HyperparameterReader(values)
            hiddenDimension = try reader.integer("hidden_dimension", in: 8...256, default: 64)
            interactionUnits = try reader.integer("interaction_units", in: 0...64, default: 16)
            negatives = try reader.integer("negatives", in: 32...16_384, default: 1_024)
            maxEpochs = try reader.integer("max_epochs", in: 1...500, default: 60)
            learningRate = try reader.number("learning_rate", in: 1e-5...0.1, default: 0.002)
            weightDecay = try reader.number("weight_decay", in: 0...1, default: 0.01)
            dropout = try reader.number("dropout", in: 0...0.9, default: 0.3)
            try reader.finish()
        }
    }

    /// - Parameter items: Those of the interactions; those that only the items dataset knows follow them in the catalogue.
    /// - Throws: ``TrainingError``, `CancellationError`.
    init(
        training interactions: Interactions, histories: UserHistories, hyperparameters: Hyperparameters,
        options: TrainingOptions
    ) throws {
        let users = AttributeEncoder(fitting: options.metadata.users?.columns ?? [])
        let contexts = AttributeEncoder(
            fitting: interactions.contextColumns.filter { !SideData.columnsOfAnswers.contains($0.name) })
        let kinds = EventKinds(histories, eventTypes: interactions.eventTypes)
        let itemCount = interactions.items.count + (options.metadata.items?.count ?? 0)
        let shape = ClassifierParameters.Shape(
            items: itemCount, features: CatalogueFeatures.most(of: options.metadata.items),
            attributes: users.featureCount + contexts.featureCount, kinds: kinds.count,
            hyperparameters: hyperparameters)
        try options.announce(
            memory: CatalogueFeatures.memory(options.metadata.items, itemCount: itemCount)
                + ClassifierTraining.memory(
                    shape, histories, negatives: hyperparameters.negatives, threads: options.threads)
                + ExampleSource.memory(interactions, users: users, contexts: contexts))
        let catalogue = ContentBased.catalogue(interactions.items, options.metadata.items)
        let features = try CatalogueFeatures(histories, items: catalogue, options: options.within(0.01...0.05))
        let training = ClassifierTraining(
            items: catalogue, features: features, users: users, contexts: contexts,
            source: ExampleSource(
                interactions, histories: histories, users: users, contexts: contexts, kinds: kinds,
                dropout: hyperparameters.dropout, options: options),
            interactions: interactions, hyperparameters: hyperparameters, options: options)
        self = try training.run()
    }
}

extension ClassifierParameters.Shape {
    init(
        items: Int, features: Int, attributes: Int, kinds: Int, hyperparameters: NeuralClassifier.Hyperparameters
    ) {
        self.init(
            items: items, features: features, attributes: attributes, kinds: kinds,
            dimension: hyperparameters.hiddenDimension, hidden: 2 * hyperparameters.hiddenDimension,
            interactions: hyperparameters.interactionUnits)
    }
}
