import GRDB
import PersonalizeAPI
import Recipes

/// Which parts of `campaignConfig` the campaigns of a recipe take (API reference, "CampaignConfig").
extension ControlPlane {
    /// - Throws: `PersonalizeError` with `InvalidInputException` for an `itemExplorationConfig`, when the campaign does not
    ///   choose the items itself.
    static func check(_ configuration: CampaignConfig?, of recipe: Recipes.Recipe) throws {
        switch recipe.recipeType {
        case .personalizedRanking, .personalizedActions:
            guard configuration?.itemExplorationConfig == nil else {
                throw PersonalizeError.invalidInput(
                    "campaignConfig.itemExplorationConfig is given, but campaigns of the recipe \(recipe.arn) explore no items."
                )
            }
        case .userPersonalization, .popularItems, .relatedItems, .userSegmentation: break
        }
    }

    func check(_ configuration: CampaignConfig?, ofSolution arn: String, in database: Database) throws {
        let solution: SolutionResource = try ResourceStore.get(arn, in: database)
        // A solution that searched for its recipe has found one by the time it can have a campaign.
        guard let recipeArn = solution.recipeArn ?? solution.bestRecipeArn else { return }
        try Self.check(configuration, of: try recipe(recipeArn))
    }
}
