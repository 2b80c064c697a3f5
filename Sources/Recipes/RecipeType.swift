/// What a recipe is for; decides which requests its campaigns answer.
package enum RecipeType: String, Sendable, CaseIterable {
    case userPersonalization = "USER_PERSONALIZATION"
    case personalizedRanking = "PERSONALIZED_RANKING"
    case personalizedActions = "PERSONALIZED_ACTIONS"
    case popularItems = "POPULAR_ITEMS"
    case relatedItems = "RELATED_ITEMS"
    case userSegmentation = "USER_SEGMENTATION"
}
