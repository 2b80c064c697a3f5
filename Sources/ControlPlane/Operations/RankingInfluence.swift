import Datasets
import GRDB
import PersonalizeAPI
import Recipes

extension ControlPlane {
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
        let datasets = try ResourceStore.list(DatasetResource.self, referencing: datasetGroupArn, in: database)
        guard let items = datasets.first(where: { $0.resource.datasetType == DatasetType.items.rawValue })?.resource,
            try parsed(try ResourceStore.get(items.schemaArn, in: database))[field: "CREATION_TIMESTAMP"] != nil
        else {
            throw PersonalizeError.invalidInput(
                "campaignConfig.rankingInfluence has FRESHNESS, which needs an Items dataset with the field "
                    + "CREATION_TIMESTAMP; the dataset group \(datasetGroupArn) has none.")
        }
    }
}
