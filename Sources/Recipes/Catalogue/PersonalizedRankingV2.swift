import Foundation
import Recommenders

extension Recipe {
    /// `aws-personalized-ranking-v2` (developer guide, "Personalized-Ranking-v2 recipe").
    package static let personalizedRankingV2: Recipe = {
        var recipe = Recipe(
            name: "aws-personalized-ranking-v2", recipeType: .personalizedRanking,
            description:
                "Orders a list of items for a user with a transformer that reads the user's events in order.",
            algorithm: AlgorithmDescription(
                name: "aws-personalized-ranking-v2",
                hyperparameters: TransformerParameters.table),
            featureTransformation: FeatureTransformationDescription(
                name: "aws-personalized-ranking-v2", parameters: []),
            explores: false,
            creationDate: Date(timeIntervalSince1970: 1_795_392_000),
            lastUpdateDate: Date(timeIntervalSince1970: 1_795_392_000),
            trainer: .userPersonalizationV2)
        recipe.alwaysOffersMetadata = true
        return recipe
    }()
}
