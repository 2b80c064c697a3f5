import Foundation
import Recommenders

extension Recipe {
    /// `aws-user-personalization-v2` (developer guide, "User-Personalization-v2 recipe").
    package static let userPersonalizationV2: Recipe = {
        var recipe = Recipe(
            name: "aws-user-personalization-v2", recipeType: .userPersonalization,
            description:
                "Predicts the items a user will interact with next with a transformer that reads the user's events in order, and explores new items.",
            algorithm: AlgorithmDescription(
                name: "aws-user-personalization-v2",
                hyperparameters: TransformerParameters.table),
            featureTransformation: FeatureTransformationDescription(
                name: "aws-user-personalization-v2", parameters: []),
            explores: true,
            creationDate: Date(timeIntervalSince1970: 1_795_392_000),
            lastUpdateDate: Date(timeIntervalSince1970: 1_795_392_000),
            trainer: .userPersonalizationV2)
        recipe.alwaysOffersMetadata = true
        recipe.takesRankingInfluence = true
        return recipe
    }()
}

/// What both recipes of version 2 can be told: the documented hyperparameter, and some of our own.
enum TransformerParameters {
    static let table: [Hyperparameter] = [
        .categorical(CategoricalHyperparameter("apply_recency_bias", default: true)),
        .integer(IntegerHyperparameter("hidden_dimension", in: 32...512, default: 64)),
        .integer(IntegerHyperparameter("layers", in: 1...8, default: 2)),
        .integer(IntegerHyperparameter("sequence_length", in: 10...1_000, default: 200)),
        // 0 lets the amount of data decide.
        .integer(IntegerHyperparameter("epochs", in: 0...1_000, default: 0)),
        .continuous(ContinuousHyperparameter("learning_rate", in: 0.0001...0.1, default: 0.004)),
        .continuous(ContinuousHyperparameter("dropout", in: 0...0.8, default: 0.2)),
        .integer(IntegerHyperparameter("transformer_items", in: 1...200_000, default: 30_000)),
        .integer(IntegerHyperparameter("closed_form_items", in: 1...50_000, default: 4_096)),
        .continuous(ContinuousHyperparameter("coverage_tolerance", in: 0...0.5, default: 0.06)),
    ]
}
