import Logging
import GRDB
package import Foundation
package import PersonalizeAPI
package import Recipes
import Synchronization

/// What puts a model behind a campaign.
package protocol CampaignHost: Sendable {
    /// Makes the campaign or recommender answer with a model; returns when it does.
    func deploy(_ served: ServedModel) async throws

    /// Makes the campaign or recommender answer no more.
    func retire(campaignArn: String) async

    /// Makes ready what is known of the items and users of a dataset group that is about to be served.
    func prepare(_ catalogue: ServedCatalogue) async

    /// Reads what is known of a dataset group anew, if it is served.
    func refresh(_ catalogue: ServedCatalogue) async

    /// Says that a dataset group has new records or another schema: it is read soon, if it is served.
    func follow(datasetGroupArn: String) async

    /// Lets a recommender that answers go on with another configuration.
    func reconfigure(recommenderArn: String, as configuration: CampaignConfig?) async

    /// What ranks items for a batch inference job as a campaign would.
    ///
    /// - Parameters:
    ///   - served: `arn` is that of the job.
    ///   - filter: Applies to every line.
    func ranking(
        of served: ServedModel, filter: ServedFilter?, catalogue: ServedCatalogue
    ) async throws -> any BatchRanking
}

extension CampaignHost {
    package func follow(datasetGroupArn: String) async {}
    package func reconfigure(recommenderArn: String, as configuration: CampaignConfig?) async {}
}

/// What serves the campaigns of a control plane, once it is there.
final class Hosting: Sendable {
    private let current = Mutex<(any CampaignHost)?>(nil)

    var host: (any CampaignHost)? { current.withLock { $0 } }

    func begin(_ host: any CampaignHost) { current.withLock { $0 = host } }
}

/// What a campaign or recommender answers with.
package struct ServedModel: Sendable {
    /// Of the campaign or recommender.
    package let arn: String
    package let datasetGroupArn: String
    package let recipe: Recipes.Recipe
    /// Nil for one that was created without a configuration.
    package let configuration: CampaignConfig?
    package let modelDirectory: URL
    /// The events that its training took, and that it takes from those that come since.
    package let events: EventSelection
    /// What exploration learns from; nil for what explores nothing.
    package let impressions: ImpressionTally?

    package init(
        arn: String, datasetGroupArn: String, recipe: Recipes.Recipe, configuration: CampaignConfig?,
        modelDirectory: URL, events: EventSelection = .all, impressions: ImpressionTally? = nil
    ) {
        self.arn = arn
        self.datasetGroupArn = datasetGroupArn
        self.recipe = recipe
        self.configuration = configuration
        self.modelDirectory = modelDirectory
        self.events = events
        self.impressions = impressions
    }
}

/// Brings a campaign to life.
struct Deployment {
    let controlPlane: ControlPlane
    let host: any CampaignHost

    func run(_ job: JobRow) async throws {
        let campaign: CampaignResource = try await controlPlane.describe(job.arn)
        try await deploy(campaign)
        try await controlPlane.finish(job) { controlPlane, database in
            try ResourceStore.updateHeader(of: job.arn, in: database) { header in
                header.status = .active
                header.lastUpdated = controlPlane.clock()
            }
            try controlPlane.followLatestVersion(of: campaign.solutionArn, in: database)
        }
        controlPlane.jobs.wake(JobKind.updateCampaign.lane)
    }

    func deploy(_ campaign: CampaignResource) async throws {
        let version: SolutionVersionResource = try await controlPlane.describe(campaign.solutionVersionArn)
        guard let outcome = version.outcome else {
            throw JobFailure(reason: "The solution version \(version.arn) has no model.")
        }
        let directory = controlPlane.directories.models.appending(path: outcome.modelDirectory)
        let recipe = try controlPlane.recipe(version.recipeArn)
        try await host.deploy(
            ServedModel(
                arn: campaign.arn, datasetGroupArn: version.datasetGroupArn, recipe: recipe,
                configuration: campaign.configuration, modelDirectory: directory,
                events: recipe.recipeType == .personalizedActions ? .all : try version.eventSelection(),
                impressions: try await controlPlane.impressions(
                    ofDatasetGroup: version.datasetGroupArn, for: recipe)))
        await host.prepare(try await controlPlane.servedCatalogue(ofDatasetGroup: version.datasetGroupArn))
    }
}

extension ControlPlane {
    /// Puts the campaigns and recommenders that were ACTIVE when the process ended behind `host` again.
    package func redeployCampaigns(to host: any CampaignHost) async throws {
        let campaigns = try await database.pool.read { try ResourceStore.list(CampaignResource.self, in: $0) }
        let recommenders = try await database.pool.read { try ResourceStore.list(RecommenderResource.self, in: $0) }
        for (_, recommender) in recommenders where recommender.status == .active {
            do {
                try await RecommenderSwitching(controlPlane: self, host: host).deploy(recommender)
            } catch {
                logger.error(
                    "A recommender cannot be served", metadata: ["arn": "\(recommender.arn)", "error": "\(error)"])
            }
        }
        for (_, campaign) in campaigns where campaign.status == .active {
            do {
                try await Deployment(controlPlane: self, host: host).deploy(campaign)
            } catch {
                logger.error(
                    "A campaign cannot be served", metadata: ["arn": "\(campaign.arn)", "error": "\(error)"])
            }
        }
    }
}
