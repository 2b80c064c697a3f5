package import ControlPlane
import Filters
import Recommenders

extension CampaignRegistry {
    package func ranking(
        of served: ServedModel, filter: ServedFilter?, catalogue: ServedCatalogue
    ) async throws -> any BatchRanking {
        let campaign = LiveCampaign(
            model: try TrainedModel(contentsOf: served.modelDirectory), recipe: served.recipe,
            configuration: served.configuration)
        guard let filter else { return CampaignRanking(campaign: campaign, filter: nil) }
        // The lane of imports and batch jobs is one, so no import replaces the data meanwhile.
        let metadata = try await metadata.metadata(of: filter.catalogue)
        return CampaignRanking(
            campaign: campaign,
            filter: .init(
                arn: filter.arn, compiled: try campaign.filters.compiled(filter, metadata: metadata),
                metadata: metadata))
    }
}
