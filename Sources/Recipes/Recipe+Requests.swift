import Recommenders

/// What a request for recommendations must name, and what its answer says (API reference, "GetRecommendations";
/// developer guide, "VIDEO_ON_DEMAND use cases", "ECOMMERCE use cases", "How recommendation scoring works").
extension Recipe {
    /// Whether `itemId` is required.
    package var requiresItem: Bool { recipeType == .relatedItems }

    /// Whether `itemId` is used. With a recipe that takes it without requiring it, the list is about the item when one is
    /// named, and for the user otherwise.
    package var takesItem: Bool { requiresItem || takesItemInsteadOfUser }

    /// Whether a request may name an item in the place of a user.
    package var takesItemInsteadOfUser: Bool { trainer.subject == .userOrItem }

    /// Whether `userId` is required even if no filter asks for a user.
    package var requiresUser: Bool {
        useCase?.requiresUser ?? (recipeType != .relatedItems && recipeType != .popularItems)
    }

    /// Whether recommended items have a `score`: not in recommenders, nor for related, popular and trending items.
    package var givesScores: Bool { useCase == nil && [.user, .userOrItem].contains(trainer.subject) }
}
