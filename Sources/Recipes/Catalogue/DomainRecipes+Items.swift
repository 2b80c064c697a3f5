import Datasets
import Foundation
import Recommenders

/// The use cases that begin with an item, and trends (developer guide, "VIDEO_ON_DEMAND use cases" and "ECOMMERCE use
/// cases").
///
/// Models of related items learn from all histories but count events of one type only, so that the histories still say
/// what the user purchased or watched.
extension Recipe {
    /// `aws-vod-because-you-watched-x`.
    package static let becauseYouWatched = related(
        "aws-vod-because-you-watched-x", domain: .videoOnDemand, requiring: "Watch", counting: "Watch",
        leavingOut: "Watch",
        description:
            "Recommends videos that other users also watched, by a video you specify. Videos that the user watched are left out."
    )

    /// `aws-vod-more-like-x`.
    package static let moreLike: Recipe = {
        var recipe = related(
            "aws-vod-more-like-x", domain: .videoOnDemand, requiring: nil, counting: nil, leavingOut: "Watch",
            description:
                "Recommends videos that are similar to a video you specify. Videos that the user watched are left out. This version learns from interactions only, not from the metadata of items."
        )
        recipe.useCase?.requiresItems = true
        return recipe
    }()

    /// `aws-vod-trending-now`.
    package static let trendingVideos: Recipe = {
        let base = Recipe.trendingNow
        var recipe = Recipe(
            name: "aws-vod-trending-now", recipeType: base.recipeType, domain: DatasetDomain.videoOnDemand.rawValue,
            description: "Recommends to every user the videos that are becoming more popular fastest.",
            algorithm: AlgorithmDescription(name: "aws-vod-trending-now", hyperparameters: []),
            featureTransformation: FeatureTransformationDescription(name: "aws-vod-trending-now", parameters: []),
            explores: false, creationDate: base.creationDate, lastUpdateDate: base.lastUpdateDate,
            trainer: base.trainer)
        var useCase = UseCase(
            domain: .videoOnDemand, requiredEventType: nil, trainsOnRequiredTypeOnly: false, countsUsersOnce: false,
            seenEventType: nil)
        useCase.requiresUser = false
        useCase.trainingInterval = 2 * 3600
        recipe.useCase = useCase
        return recipe
    }()

    /// `aws-ecomm-customers-who-viewed-x-also-viewed`.
    package static let alsoViewed = related(
        "aws-ecomm-customers-who-viewed-x-also-viewed", domain: .ecommerce, requiring: "View", counting: "View",
        leavingOut: "Purchase",
        description:
            "Recommends items that customers also viewed, by an item you specify. Items that the user purchased are left out."
    )

    /// `aws-ecomm-frequently-bought-together`.
    ///
    /// Purchases of a user are together when each follows the one before within a day.
    package static let boughtTogether: Recipe = {
        var recipe = related(
            "aws-ecomm-frequently-bought-together", domain: .ecommerce, requiring: "Purchase", counting: "Purchase",
            leavingOut: nil,
            description: "Recommends items that customers frequently buy together with an item you specify.")
        recipe.useCase?.trainingParameters["together_seconds"] = "86400"
        recipe.useCase?.requiresUser = false
        return recipe
    }()

    private static func related(
        _ name: String, domain: DatasetDomain, requiring required: String?, counting eventType: String?,
        leavingOut seen: String?, description: String
    ) -> Recipe {
        let base = Recipe.similarItems
        var recipe = Recipe(
            name: name, recipeType: base.recipeType, domain: domain.rawValue, description: description,
            algorithm: AlgorithmDescription(name: name, hyperparameters: []),
            featureTransformation: FeatureTransformationDescription(name: name, parameters: []),
            explores: false, creationDate: base.creationDate, lastUpdateDate: base.lastUpdateDate,
            trainer: base.trainer)
        var useCase = UseCase(
            domain: domain, requiredEventType: required, trainsOnRequiredTypeOnly: false, countsUsersOnce: false,
            seenEventType: seen)
        useCase.trainingParameters = eventType.map { ["event_type": $0] } ?? [:]
        recipe.useCase = useCase
        return recipe
    }
}
