import Datasets
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

    /// Checks the values of an `itemExplorationConfig`, Palate's own keys in it included.
    static func checkExploration(_ texts: [String: String]?, at place: String) throws {
        do {
            _ = try ItemExploration(texts ?? [:])
            _ = try ListOptions(texts ?? [:])
        } catch {
            throw PersonalizeError.invalidInput("\(place): \(error)")
        }
    }

    /// Checks that the column by which lists are to be varied is there.
    func checkCategoryColumn(
        _ texts: [String: String]?, at place: String, datasetGroupArn: String, in database: Database
    ) throws {
        guard let name = texts?[ListOptions.columnName] else { return }
        let items = try ResourceStore.dataset(.items, ofGroup: datasetGroupArn, in: database)
        let field = try items.flatMap { try parsed(try ResourceStore.get($0.schemaArn, in: database))[field: name] }
        guard field?.isCategorical == true, field?.type == .string else {
            throw PersonalizeError.invalidInput(
                "\(place): \(ListOptions.columnName) is \(name.prefix(60)), which is no categorical column of strings of the "
                    + "Items dataset.")
        }
    }

    func check(_ configuration: CampaignConfig?, ofSolution arn: String, in database: Database) throws {
        let solution: SolutionResource = try ResourceStore.get(arn, in: database)
        // A solution that searched for its recipe has found one by the time it can have a campaign.
        guard let recipeArn = solution.recipeArn ?? solution.bestRecipeArn else { return }
        try Self.check(configuration, of: try recipe(recipeArn))
    }

    /// Checks `campaignConfig.rankingInfluence` (developer guide, "Semantic-Similarity recipe", properties and
    /// hyperparameters): whether the recipe takes it, and whether the data that freshness needs is there.
    func checkRankingInfluence(
        _ influence: [String: Double]?, recipeArn: String, datasetGroupArn: String, in database: Database
    ) throws {
        guard let influence, !influence.isEmpty else { return }
        let recipe = try recipe(recipeArn)
        guard recipe.takesRankingInfluence else {
            throw PersonalizeError.invalidInput(
                "campaignConfig.rankingInfluence is given, but the recipe \(recipe.arn) does not take one.")
        }
        guard influence["FRESHNESS"].map({ $0 > 0 }) ?? false else { return }
        guard let items = try ResourceStore.dataset(.items, ofGroup: datasetGroupArn, in: database),
            try parsed(try ResourceStore.get(items.schemaArn, in: database))[field: "CREATION_TIMESTAMP"] != nil
        else {
            throw PersonalizeError.invalidInput(
                "campaignConfig.rankingInfluence has FRESHNESS, which needs an Items dataset with the field "
                    + "CREATION_TIMESTAMP; the dataset group \(datasetGroupArn) has none.")
        }
    }
}
