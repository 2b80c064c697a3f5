package import ControlPlane
import Recommenders
import Synchronization

/// The campaigns that answer now.
///
/// A campaign is replaced as a whole: requests that have begun go on with the model they found.
package final class CampaignRegistry: CampaignHost {
    private let campaigns = Mutex<[String: LiveCampaign]>([:])
    let metadata = MetadataCache()

    package init() {}

    package func deploy(_ served: ServedModel) async throws {
        let live = LiveCampaign(
            model: try TrainedModel(contentsOf: served.modelDirectory), recipe: served.recipe,
            configuration: served.configuration)
        campaigns.withLock { $0[served.arn] = live }
    }

    package func retire(campaignArn: String) async {
        campaigns.withLock { _ = $0.removeValue(forKey: campaignArn) }
    }

    /// A failure is met again, and reported, by the first request with a filter.
    package func prepare(_ catalogue: ServedCatalogue) async { _ = try? await metadata.metadata(of: catalogue) }

    package func refresh(_ catalogue: ServedCatalogue) async {
        if metadata.isKept(of: catalogue.datasetGroupArn) { await prepare(catalogue) }
    }

    func campaign(_ arn: String) -> LiveCampaign? {
        campaigns.withLock { $0[arn] }
    }
}
