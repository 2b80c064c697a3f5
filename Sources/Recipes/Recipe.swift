package import Datasets
package import Foundation
package import Recommenders

/// An entry of the catalogue: what the API says about a recipe, and how it trains.
package struct Recipe: Sendable {
    /// The part of the ARN after `recipe/`.
    package let name: String
    package let recipeType: RecipeType
    /// The domain whose dataset groups offer the recipe; nil for custom dataset groups.
    package let domain: String?
    package let description: String
    package let algorithm: AlgorithmDescription
    package let featureTransformation: FeatureTransformationDescription
    /// Whether campaigns take an `itemExplorationConfig`.
    package let explores: Bool
    /// When the entry was added to the catalogue and when it last changed.
    package let creationDate: Date
    package let lastUpdateDate: Date

    /// Only of domain recipes.
    package internal(set) var useCase: UseCase?

    /// Whether campaigns return item metadata without having been told to.
    package internal(set) var alwaysOffersMetadata = false

    /// Whether campaigns take a `rankingInfluence`.
    package internal(set) var takesRankingInfluence = false

    /// Parameters that are accepted and checked without an effect on training.
    package internal(set) var parametersOfOthers: Set<String> = []

    /// Knows every other parameter of the recipe, by ``trainerName(of:)``.
    package let trainer: Algorithm
    private let trainerNames: [String: String]

    package init(
        name: String, recipeType: RecipeType, domain: String? = nil, description: String,
        algorithm: AlgorithmDescription, featureTransformation: FeatureTransformationDescription, explores: Bool,
        creationDate: Date, lastUpdateDate: Date, trainer: Algorithm, trainerNames: [String: String] = [:]
    ) {
        self.name = name
        self.recipeType = recipeType
        self.domain = domain
        self.description = description
        self.algorithm = algorithm
        self.featureTransformation = featureTransformation
        self.explores = explores
        self.creationDate = creationDate
        self.lastUpdateDate = lastUpdateDate
        self.trainer = trainer
        self.trainerNames = trainerNames
    }

    package var arn: String { "arn:aws:personalize:::recipe/\(name)" }
    package var algorithmArn: String { algorithm.arn }
    package var featureTransformationArn: String { featureTransformation.arn }

    /// Checks `algorithmHyperParameters` and `featureTransformationParameters` of a solution without training.
    package func check(
        hyperparameters: [String: String], featureTransformationParameters: [String: String] = [:]
    ) throws(HyperparameterError) {
        _ = try HyperparameterValues(hyperparameters, for: algorithm.hyperparameters)
        let featurization = try HyperparameterValues(
            featureTransformationParameters, for: featureTransformation.parameters)
        try HistoryLengthPercentiles.check(featurization)
        try ItemCountPercentiles.check(featurization)
    }

    /// Trains on `interactions` with documented names and values.
    ///
    /// The same data, parameters and seed give the same model. Stops with `CancellationError` soon after the task is
    /// cancelled.
    ///
    /// - Throws: ``HyperparameterError`` for parameters the recipe refuses, `TrainingError` for data it cannot use.
    package func train(
        on interactions: Interactions, hyperparameters: [String: String] = [:],
        featureTransformationParameters: [String: String] = [:], options: TrainingOptions = TrainingOptions()
    ) throws -> TrainedModel {
        let parameters = try trainerParameters(
            hyperparameters: hyperparameters, featureTransformationParameters: featureTransformationParameters)
        return try trainer.train(on: interactions, hyperparameters: parameters, options: options)
    }

    /// Both kinds of parameters, checked, in the one list that ``trainer`` takes and by the names that it knows.
    package func trainerParameters(
        hyperparameters: [String: String], featureTransformationParameters: [String: String]
    ) throws(HyperparameterError) -> [String: String] {
        try check(
            hyperparameters: hyperparameters, featureTransformationParameters: featureTransformationParameters)
        let parameters = hyperparameters.merging(featureTransformationParameters) { given, _ in given }
            .filter { !parametersOfOthers.contains($0.key) }
        return Dictionary(
            parameters.map { (trainerName(of: $0.key), $0.value) }, uniquingKeysWith: { first, _ in first })
    }

    /// What ``trainer`` calls a parameter.
    package func trainerName(of parameter: String) -> String { trainerNames[parameter] ?? parameter }

    /// Separates parameters that were given in one list, as on the command line, by the table that knows them; what
    /// neither knows counts as a hyperparameter and is refused there.
    package func separated(
        _ parameters: [String: String]
    ) -> (hyperparameters: [String: String], featureTransformationParameters: [String: String]) {
        let featurization = Set(featureTransformation.parameters.map(\.name))
        return (
            parameters.filter { !featurization.contains($0.key) }, parameters.filter { featurization.contains($0.key) }
        )
    }
}

/// What `DescribeAlgorithm` says.
package struct AlgorithmDescription: Sendable, Hashable {
    package let name: String
    package let hyperparameters: [Hyperparameter]

    package init(name: String, hyperparameters: [Hyperparameter]) {
        self.name = name
        self.hyperparameters = hyperparameters
    }

    package var arn: String { "arn:aws:personalize:::algorithm/\(name)" }

    /// The defaults as they are written on the wire.
    package var defaults: [String: String] {
        Dictionary(hyperparameters.map { ($0.name, $0.defaultText) }, uniquingKeysWith: { first, _ in first })
    }
}

/// What `DescribeFeatureTransformation` says.
package struct FeatureTransformationDescription: Sendable, Hashable {
    package let name: String
    package let parameters: [Hyperparameter]

    package init(name: String, parameters: [Hyperparameter]) {
        self.name = name
        self.parameters = parameters
    }

    package var arn: String { "arn:aws:personalize:::feature-transformation/\(name)" }

    /// The defaults as they are written on the wire.
    package var defaults: [String: String] {
        Dictionary(parameters.map { ($0.name, $0.defaultText) }, uniquingKeysWith: { first, _ in first })
    }
}
