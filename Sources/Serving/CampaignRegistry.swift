package import ControlPlane
package import Foundation
package import Recipes
import Recommenders
import Synchronization

/// The campaigns that answer now.
///
/// A campaign is replaced as a whole: requests that have begun go on with the model they found.
package final class CampaignRegistry: CampaignHost {
    private let campaigns = Mutex<[String: LiveCampaign]>([:])

    package init() {}

    package func deploy(_ campaign: CampaignResource, recipeArn: String, modelDirectory: URL) async throws {
        let model = try TrainedModel(contentsOf: modelDirectory)
        let live = LiveCampaign(model: model)
        campaigns.withLock { $0[campaign.arn] = live }
    }

    package func deploy(
        _ recommender: RecommenderResource, recipe: Recipe, modelDirectory: URL
    ) async throws {
        let live = LiveCampaign(
            model: try TrainedModel(contentsOf: modelDirectory), seenEventType: recipe.useCase?.seenEventType)
        campaigns.withLock { $0[recommender.arn] = live }
    }

    package func retire(campaignArn: String) async {
        campaigns.withLock { _ = $0.removeValue(forKey: campaignArn) }
    }

    func campaign(_ arn: String) -> LiveCampaign? {
        campaigns.withLock { $0[arn] }
    }
}
