import Foundation
import GRDB

/// Makes the change that was asked of a campaign: loads the new model beside the old one, then exchanges them.
struct CampaignUpdating {
    let controlPlane: ControlPlane
    let host: any CampaignHost

    func run(_ job: JobRow) async throws {
        let changed = try await begin(job)
        try await Deployment(controlPlane: controlPlane, host: host).deploy(changed)
        try await controlPlane.finish(job) { controlPlane, database in
            var changed = changed
            changed.header.status = .active
            changed.header.failureReason = nil
            changed.header.lastUpdated = controlPlane.clock()
            changed.update?.status = .active
            changed.update?.lastUpdated = controlPlane.clock()
            try ResourceStore.updateWithReferences(changed, in: database)
            // A version that became ACTIVE meanwhile.
            try controlPlane.followLatestVersion(of: changed.solutionArn, in: database)
        }
    }

    /// Says that the work has begun.
    ///
    /// - Returns: The campaign as it will be.
    private func begin(_ job: JobRow) async throws -> CampaignResource {
        let now = controlPlane.clock()
        return try await controlPlane.database.pool.write { database in
            var campaign: CampaignResource = try ResourceStore.get(job.arn, in: database)
            campaign.update?.status = .createInProgress
            campaign.update?.lastUpdated = now
            try ResourceStore.update(campaign, in: database)
            if let update = campaign.update {
                campaign.solutionVersionArn = update.solutionVersionArn
                campaign.minProvisionedTPS = update.minProvisionedTPS
                campaign.configuration = update.configuration
            }
            return campaign
        }
    }

    static func recordFailure(of arn: String, because reason: String, at moment: Date, in database: Database) throws {
        guard var campaign = try ResourceStore.find(arn, as: CampaignResource.self, in: database) else { return }
        campaign.update?.status = .createFailed
        campaign.update?.failureReason = reason
        campaign.update?.lastUpdated = moment
        try ResourceStore.update(campaign, in: database)
    }
}
