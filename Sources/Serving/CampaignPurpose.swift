import PersonalizeAPI
import Recipes

extension LiveCampaign {
    /// Whether the campaign answers GetRecommendations.
    func checkRecommendsItems() throws {
        switch recipe.recipeType {
        case .userPersonalization, .popularItems, .relatedItems: return
        case .personalizedRanking: throw refusal("Use GetPersonalizedRanking.")
        case .personalizedActions: throw refusal("Use GetActionRecommendations.")
        case .userSegmentation: throw refusal("Use CreateBatchSegmentJob.")
        }
    }

    /// Whether the campaign answers the one operation for a type of recipe.
    func check(answers recipeType: RecipeType, to operation: String) throws {
        guard recipe.recipeType == recipeType else {
            throw refusal("\(operation) needs a recipe of the type \(recipeType.rawValue).")
        }
    }

    private func refusal(_ advice: String) -> PersonalizeError {
        .invalidInput(
            "The campaign was trained with the recipe \(recipe.arn), which is of the type \(recipe.recipeType.rawValue). "
                + advice)
    }
}
