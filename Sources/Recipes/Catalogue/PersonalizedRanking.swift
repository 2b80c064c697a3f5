import Foundation
import Recommenders

extension Recipe {
    /// `aws-personalized-ranking` (developer guide, "Personalized-Ranking recipe"): the hyperparameters, and their
    /// defaults and ranges, are those of `aws-user-personalization`.
    package static let personalizedRanking = Recipe(
        name: "aws-personalized-ranking", recipeType: .personalizedRanking,
        description:
            "Orders a list of items for a user, such as search results, by how likely the user is to interact with each next.",
        algorithm: AlgorithmDescription(
            name: "aws-personalized-ranking", hyperparameters: userPersonalization.algorithm.hyperparameters),
        featureTransformation: userPersonalization.featureTransformation,
        explores: false,
        creationDate: Date(timeIntervalSince1970: 1_795_392_000),
        lastUpdateDate: Date(timeIntervalSince1970: 1_795_392_000),
        trainer: .userPersonalization)
}
