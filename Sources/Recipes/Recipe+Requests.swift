import Recommenders

/// What a request for recommendations must name, and what its answer says (API reference, "GetRecommendations";
/// developer guide, "VIDEO_ON_DEMAND use cases", "ECOMMERCE use cases", "How recommendation scoring works").
extension Recipe {
    /// Whether `itemId` is required. Other recipes do not use it.
    package var requiresItem: Bool { recipeType == .relatedItems }

    /// Whether `userId` is required even if no filter asks for a user.
    package var requiresUser: Bool {
        useCase?.requiresUser ?? (recipeType != .relatedItems && recipeType != .popularItems)
    }

    /// Whether recommended items have a `score`: not in recommenders, nor for related, popular and trending items.
    package var givesScores: Bool { useCase == nil && trainer.subject == .user }
}
