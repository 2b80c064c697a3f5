package import ControlPlane
import Filters
import Recommenders

extension CampaignRegistry {
    package func ranking(
        of served: ServedModel, filter: ServedFilter?, catalogue: ServedCatalogue
    ) async throws -> any BatchRanking {
        // The lane of imports and batch jobs is one, so no import replaces the data meanwhile.
        let metadata = try await groupMetadata(of: filter?.catalogue ?? catalogue)
        let campaign = LiveCampaign(
            model: try TrainedModel(contentsOf: served.modelDirectory), recipe: served.recipe,
            configuration: served.configuration, metadata: metadata, impressions: served.impressions)
        guard let filter else { return CampaignRanking(campaign: campaign, filter: nil) }
        return CampaignRanking(
            campaign: campaign,
            filter: .init(
                arn: filter.arn, compiled: try campaign.assortments.current.filters.compiled(filter),
                metadata: metadata))
    }
}
