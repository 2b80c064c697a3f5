import Foundation
import Recommenders

extension Recipe {
    /// `aws-personalized-ranking-v2` (developer guide, "Personalized-Ranking-v2 recipe").
    ///
    /// The managed service trains a transformer under this name. Here it is the algorithm of `aws-personalized-ranking`,
    /// with the one documented hyperparameter.
    package static let personalizedRankingV2: Recipe = {
        var recipe = Recipe(
            name: "aws-personalized-ranking-v2", recipeType: .personalizedRanking,
            description:
                "Orders a list of items for a user. In this version it is trained like aws-personalized-ranking, not with a transformer.",
            algorithm: AlgorithmDescription(
                name: "aws-personalized-ranking-v2",
                hyperparameters: [.categorical(CategoricalHyperparameter("apply_recency_bias", default: true))]),
            featureTransformation: FeatureTransformationDescription(
                name: "aws-personalized-ranking-v2", parameters: []),
            explores: false,
            creationDate: Date(timeIntervalSince1970: 1_795_392_000),
            lastUpdateDate: Date(timeIntervalSince1970: 1_795_392_000),
            trainer: .userPersonalization, trainerNames: ["apply_recency_bias": "recency_mask"])
        recipe.alwaysOffersMetadata = true
        return recipe
    }()
}
