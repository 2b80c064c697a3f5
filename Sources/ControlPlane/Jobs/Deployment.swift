import Logging
import GRDB
package import Foundation
package import Recipes

/// What puts a model behind a campaign.
package protocol CampaignHost: Sendable {
    /// Makes the campaign answer with the model in `modelDirectory`; returns when it does.
    func deploy(_ campaign: CampaignResource, recipeArn: String, modelDirectory: URL) async throws

    /// Makes the recommender answer with the model in `modelDirectory`; returns when it does.
    func deploy(_ recommender: RecommenderResource, recipe: Recipes.Recipe, modelDirectory: URL) async throws

    /// Makes the campaign or recommender answer no more.
    func retire(campaignArn: String) async
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
        try await host.deploy(campaign, recipeArn: version.recipeArn, modelDirectory: directory)
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
