import Foundation
import Recommenders

extension Recipe {
    /// `aws-user-personalization-v2` (developer guide, "User-Personalization-v2 recipe").
    package static let userPersonalizationV2: Recipe = {
        var recipe = Recipe(
            name: "aws-user-personalization-v2", recipeType: .userPersonalization,
            description:
                "Predicts the items a user will interact with next, and explores new items. Trained with the closed-form model of aws-user-personalization; a transformer is to replace it.",
            algorithm: AlgorithmDescription(
                name: "aws-user-personalization-v2",
                hyperparameters: [.categorical(CategoricalHyperparameter("apply_recency_bias", default: true))]),
            featureTransformation: FeatureTransformationDescription(
                name: "aws-user-personalization-v2", parameters: []),
            explores: true,
            creationDate: Date(timeIntervalSince1970: 1_795_392_000),
            lastUpdateDate: Date(timeIntervalSince1970: 1_795_392_000),
            trainer: .userPersonalization, trainerNames: ["apply_recency_bias": "recency_mask"])
        recipe.alwaysOffersMetadata = true
        recipe.takesRankingInfluence = true
        return recipe
    }()
}
