import Foundation
import Recommenders

extension Recipe {
    /// `aws-user-personalization`.
    package static let userPersonalization = Recipe(
        name: "aws-user-personalization", recipeType: .userPersonalization,
        description:
            "Predicts the items a user will interact with next from the order of the user's events, and can explore new items.",
        algorithm: AlgorithmDescription(
            name: "aws-user-personalization",
            hyperparameters: [
                .integer(UserPersonalizationParameters.hiddenDimension), .integer(UserPersonalizationParameters.bptt),
                .categorical(UserPersonalizationParameters.recencyMask),
            ]),
        featureTransformation: FeatureTransformationDescription(
            name: "JSON-percentile-filtering", parameters: HistoryLengthFilter.table),
        explores: true,
        creationDate: Date(timeIntervalSince1970: 1_795_392_000),
        lastUpdateDate: Date(timeIntervalSince1970: 1_795_392_000),
        trainer: .userPersonalization)
}

/// The documented table (developer guide, "User-Personalization recipe", properties and hyperparameters).
private enum UserPersonalizationParameters {
    static let hiddenDimension = IntegerHyperparameter("hidden_dimension", in: 32...256, default: 149, isTunable: true)
    static let bptt = IntegerHyperparameter("bptt", in: 2...32, default: 32, isTunable: true)
    static let recencyMask = CategoricalHyperparameter("recency_mask", default: true, isTunable: true)
}
