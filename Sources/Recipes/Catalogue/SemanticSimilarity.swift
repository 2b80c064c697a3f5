import Foundation
import Recommenders

extension Recipe {
    /// `aws-semantic-similarity` (developer guide, "Semantic-Similarity recipe").
    package static let semanticSimilarity: Recipe = {
        var recipe = Recipe(
            name: "aws-semantic-similarity", recipeType: .relatedItems,
            description:
                "Recommends items whose texts are similar to those of an item you specify. Learns from the textual columns of the items dataset, by words and latent topics; needs no interactions.",
            algorithm: AlgorithmDescription(name: "aws-semantic-similarity", hyperparameters: []),
            featureTransformation: FeatureTransformationDescription(name: "aws-semantic-similarity", parameters: []),
            explores: false,
            creationDate: Date(timeIntervalSince1970: 1_795_564_800),
            lastUpdateDate: Date(timeIntervalSince1970: 1_795_564_800),
            trainer: .semanticSimilarity)
        recipe.alwaysOffersMetadata = true
        recipe.takesRankingInfluence = true
        return recipe
    }()
}
