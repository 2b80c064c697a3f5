import Datasets
import Foundation
import Recommenders

extension Recipe {
    /// `aws-vod-top-picks`.
    package static let topPicks = personal(
        "aws-vod-top-picks", domain: .videoOnDemand, requiring: nil, leavingOut: "Watch",
        description: "Predicts the videos a user will watch next. Videos that the user watched are left out.")

    /// `aws-vod-most-popular`.
    package static let mostPopularVideos = popular(
        "aws-vod-most-popular", domain: .videoOnDemand, by: "Watch", countsUsersOnce: true,
        description: "Recommends to every user the videos that the most users watched.")

    /// `aws-ecomm-recommended-for-you`.
    package static let recommendedForYou = personal(
        "aws-ecomm-recommended-for-you", domain: .ecommerce, requiring: nil, leavingOut: "Purchase",
        description: "Predicts the items a user will interact with next. Items that the user purchased are left out.")

    /// `aws-ecomm-popular-items-by-views`.
    package static let mostViewed = popular(
        "aws-ecomm-popular-items-by-views", domain: .ecommerce, by: "View", countsUsersOnce: false,
        description: "Recommends to every user the items that were viewed most often.")

    /// `aws-ecomm-popular-items-by-purchases`.
    package static let bestSellers = popular(
        "aws-ecomm-popular-items-by-purchases", domain: .ecommerce, by: "Purchase", countsUsersOnce: false,
        description: "Recommends to every user the items that were purchased most often.")

    private static func personal(
        _ name: String, domain: DatasetDomain, requiring required: String?, leavingOut seen: String,
        description: String
    ) -> Recipe {
        let base = Recipe.userPersonalization
        var recipe = Recipe(
            name: name, recipeType: base.recipeType, domain: domain.rawValue, description: description,
            algorithm: AlgorithmDescription(name: name, hyperparameters: base.algorithm.hyperparameters),
            featureTransformation: FeatureTransformationDescription(
                name: name, parameters: base.featureTransformation.parameters),
            explores: base.explores, creationDate: base.creationDate, lastUpdateDate: base.lastUpdateDate,
            trainer: base.trainer)
        recipe.useCase = UseCase(
            domain: domain, requiredEventType: required, trainsOnRequiredTypeOnly: false, countsUsersOnce: false,
            seenEventType: seen)
        return recipe
    }

    private static func popular(
        _ name: String, domain: DatasetDomain, by eventType: String, countsUsersOnce: Bool, description: String
    ) -> Recipe {
        let base = Recipe.popularityCount
        var recipe = Recipe(
            name: name, recipeType: base.recipeType, domain: domain.rawValue, description: description,
            algorithm: AlgorithmDescription(name: name, hyperparameters: []),
            featureTransformation: FeatureTransformationDescription(name: name, parameters: []),
            explores: false, creationDate: base.creationDate, lastUpdateDate: base.lastUpdateDate,
            trainer: base.trainer)
        recipe.useCase = UseCase(
            domain: domain, requiredEventType: eventType, trainsOnRequiredTypeOnly: true,
            countsUsersOnce: countsUsersOnce, seenEventType: nil)
        return recipe
    }
}
