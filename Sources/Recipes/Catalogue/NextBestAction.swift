import Foundation
import Recommenders

extension Recipe {
    /// `aws-next-best-action` (developer guide, "Next-Best-Action recipe", properties and hyperparameters).
    package static let nextBestAction = Recipe(
        name: "aws-next-best-action", recipeType: .personalizedActions,
        description:
            "Predicts the actions that a user is most likely to take in the days to come, such as joining a loyalty program.",
        algorithm: AlgorithmDescription(name: "aws-next-best-action", hyperparameters: []),
        featureTransformation: FeatureTransformationDescription(
            name: "aws-next-best-action",
            parameters: [.integer(IntegerHyperparameter("action_optimization_period", in: 7...28, default: 14))]),
        explores: false,
        creationDate: Date(timeIntervalSince1970: 1_795_392_000),
        lastUpdateDate: Date(timeIntervalSince1970: 1_795_392_000),
        trainer: .nextBestAction)
}
