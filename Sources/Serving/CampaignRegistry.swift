package import ControlPlane
import Datasets
package import PersonalizeAPI
import Recommenders
import Synchronization

/// The campaigns that answer now, and what they know of their items and users.
///
/// A campaign is replaced as a whole, with its items made ready before: requests that have begun go on with the model
/// they found, and no request waits for another model.
package final class CampaignRegistry: CampaignHost {
    private let campaigns = Mutex<[String: LiveCampaign]>([:])
    private let catalogues: any CatalogueSource
    private let metadata: MetadataCache
    let followed = FollowedGroups()

    package init(catalogues: any CatalogueSource) {
        self.catalogues = catalogues
        metadata = MetadataCache(source: catalogues)
    }

    package func deploy(_ served: ServedModel) async throws {
        let model = try TrainedModel(contentsOf: served.modelDirectory)
        var known = GroupMetadata.none(of: served.datasetGroupArn)
        // A failure is met again, and reported, by the first request that needs the metadata.
        if let catalogue = try? await catalogues.servedCatalogue(ofDatasetGroup: served.datasetGroupArn) {
            known = (try? await metadata.metadata(of: catalogue)) ?? known
        }
        let live = LiveCampaign(
            model: model, recipe: served.recipe, configuration: served.configuration, metadata: known,
            events: served.events, impressions: served.impressions)
        campaigns.withLock { $0[served.arn] = live }
        // Records that came while the model was loaded.
        await follow(datasetGroupArn: served.datasetGroupArn)
    }

    package func reconfigure(recommenderArn: String, as configuration: CampaignConfig?) async {
        guard let live = campaign(recommenderArn), live.configuration != configuration else { return }
        let changed = live.reconfigured(configuration)
        campaigns.withLock { campaigns in
            if campaigns[recommenderArn] != nil { campaigns[recommenderArn] = changed }
        }
    }

    /// The metadata of a group goes with its last campaign or recommender.
    package func retire(campaignArn: String) async {
        let group = campaigns.withLock { campaigns -> String? in
            guard let group = campaigns.removeValue(forKey: campaignArn)?.datasetGroupArn else { return nil }
            return campaigns.values.contains { $0.datasetGroupArn == group } ? nil : group
        }
        if let group { metadata.forget(group) }
    }

    /// A failure is met again, and reported, by the first request with a filter.
    package func prepare(_ catalogue: ServedCatalogue) async { _ = try? await groupMetadata(of: catalogue) }

    package func refresh(_ catalogue: ServedCatalogue) async {
        guard isServed(catalogue.datasetGroupArn), let newest = try? await metadata.reload(catalogue) else { return }
        publish(newest)
    }

    package func follow(datasetGroupArn: String) async {
        if isServed(datasetGroupArn) { followed.note(datasetGroupArn) }
    }

    /// Reads what is new in a dataset group and lets its campaigns know.
    package func update(_ datasetGroupArn: String) async throws {
        guard isServed(datasetGroupArn) else { return }
        publish(try await metadata.update(datasetGroupArn))
    }

    /// The data of `catalogue`, and the campaigns know it from now on.
    func groupMetadata(of catalogue: ServedCatalogue) async throws -> GroupMetadata {
        let newest = try await metadata.metadata(of: catalogue)
        publish(newest)
        return newest
    }

    func campaign(_ arn: String) -> LiveCampaign? {
        campaigns.withLock { $0[arn] }
    }

    /// Whether metadata of the group is in memory.
    package func keepsMetadata(of datasetGroupArn: String) -> Bool { metadata.isKept(of: datasetGroupArn) }

    private func isServed(_ datasetGroupArn: String) -> Bool {
        campaigns.withLock { $0.values.contains { $0.datasetGroupArn == datasetGroupArn } }
    }

    private func publish(_ newest: GroupMetadata) {
        let group = newest.catalogue.datasetGroupArn
        let served = campaigns.withLock { $0.values.filter { $0.datasetGroupArn == group } }
        for campaign in served { campaign.assortments.publish(newest) }
        // The last campaign may have gone while this was read.
        if served.isEmpty { metadata.forget(group) }
    }
}

/// The dataset groups with something new, until it is read.
final class FollowedGroups: Sendable {
    private let waiting = Mutex<Set<String>>([])
    let signals: AsyncStream<Void>
    private let signal: AsyncStream<Void>.Continuation

    init() { (signals, signal) = AsyncStream.makeStream(bufferingPolicy: .bufferingNewest(1)) }

    func note(_ datasetGroupArn: String) {
        if waiting.withLock({ $0.insert(datasetGroupArn).inserted }) { signal.yield() }
    }

    func take() -> Set<String> {
        waiting.withLock { waiting in
            defer { waiting = [] }
            return waiting
        }
    }
}
