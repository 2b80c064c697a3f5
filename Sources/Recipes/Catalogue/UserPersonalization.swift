import Foundation
import Recommenders

extension Recipe {
    /// `aws-user-personalization`.
    package static let userPersonalization: Recipe = {
        var recipe = Recipe(
            name: "aws-user-personalization", recipeType: .userPersonalization,
            description:
                "Predicts the items a user will interact with next from the order of the user's events, and can explore new items.",
            algorithm: AlgorithmDescription(
                name: "aws-user-personalization",
                hyperparameters: [
                    .integer(UserPersonalizationParameters.hiddenDimension),
                    .integer(UserPersonalizationParameters.bptt),
                    .categorical(UserPersonalizationParameters.recencyMask),
                    .integer(UserPersonalizationParameters.closedFormItems),
                    .continuous(UserPersonalizationParameters.coverageTolerance),
                    .integer(UserPersonalizationParameters.validationUsers),
                ]),
            featureTransformation: FeatureTransformationDescription(
                name: "JSON-percentile-filtering", parameters: HistoryLengthPercentiles.table),
            explores: true,
            creationDate: Date(timeIntervalSince1970: 1_795_392_000),
            lastUpdateDate: Date(timeIntervalSince1970: 1_795_392_000),
            trainer: .userPersonalization)
        recipe.takesRankingInfluence = true
        return recipe
    }()
}

/// The documented table (developer guide, "User-Personalization recipe", properties and hyperparameters).
private enum UserPersonalizationParameters {
    static let hiddenDimension = IntegerHyperparameter("hidden_dimension", in: 32...256, default: 149, isTunable: true)
    static let bptt = IntegerHyperparameter("bptt", in: 2...32, default: 32, isTunable: true)
    static let recencyMask = CategoricalHyperparameter("recency_mask", default: true, isTunable: true)

    // Beyond the documented table.
    static let closedFormItems = IntegerHyperparameter("closed_form_items", in: 1...50_000, default: 4_096)
    static let coverageTolerance = ContinuousHyperparameter("coverage_tolerance", in: 0...0.5, default: 0.06)
    static let validationUsers = IntegerHyperparameter("validation_users", in: 0...10_000, default: 2_000)
}
