import GRDB
package import PersonalizeAPI
import Recipes

extension ControlPlane {
    /// Asks for another model or configuration. The campaign answers as before until the change is made, and goes on
    /// answering as before when it fails.
    package func updateCampaign(_ input: UpdateCampaignRequest) async throws -> UpdateCampaignResponse {
        try Self.check(input.campaignConfig)
        var version: SolutionVersionResource?
        if let arn = input.solutionVersionArn { version = try await solutionVersion(forCampaign: arn) }
        let asked = version
        try await database.pool.write { [clock] database in
            var campaign: CampaignResource = try ResourceStore.get(input.campaignArn, in: database)
            if campaign.status != .createFailed { try Self.checkIsActive(campaign) }
            try Self.checkIsNotBeingUpdated(campaign)
            try self.check(input.campaignConfig, ofSolution: campaign.solutionArn, in: database)
            let configuration = input.campaignConfig ?? campaign.configuration
            if configuration?.syncWithLatestSolutionVersion == true {
                let follows = campaign.configuration?.syncWithLatestSolutionVersion == true
                if let arn = input.solutionVersionArn ?? (follows ? nil : "") { try Self.checkNamesLatest(arn) }
            }
            if let asked {
                guard asked.solutionArn == campaign.solutionArn else {
                    throw PersonalizeError.invalidInput(
                        "The campaign \(campaign.arn) serves \(campaign.solutionArn); it cannot serve \(asked.arn).")
                }
                try Self.checkIsActive(try ResourceStore.get(asked.arn, as: SolutionVersionResource.self, in: database))
            }
            let served: SolutionVersionResource = try ResourceStore.get(
                asked?.arn ?? campaign.solutionVersionArn, in: database)
            try self.checkRankingInfluence(
                input.campaignConfig?.rankingInfluence, recipeArn: served.recipeArn,
                datasetGroupArn: served.datasetGroupArn, in: database)
            try self.checkCategoryColumn(
                input.campaignConfig?.itemExplorationConfig, at: "campaignConfig.itemExplorationConfig",
                datasetGroupArn: served.datasetGroupArn, in: database)
            let now = clock()
            campaign.update = CampaignUpdate(
                solutionVersionArn: asked?.arn ?? campaign.solutionVersionArn,
                minProvisionedTPS: input.minProvisionedTPS ?? campaign.minProvisionedTPS,
                configuration: configuration, status: .createPending, created: now, lastUpdated: now)
            try ResourceStore.update(campaign, in: database)
            try JobRow.enqueue(.updateCampaign, arn: campaign.arn, in: database)
        }
        jobs.wake(JobKind.updateCampaign.lane)
        return UpdateCampaignResponse(campaignArn: input.campaignArn)
    }

    /// Moves the campaigns that follow a solution's latest version to it, when they serve an older one (developer guide,
    /// "Deploying a solution version with a campaign", automatic campaign updates: the latest version, trained
    /// automatically or by hand).
    ///
    /// Called in the transaction that makes a version or a campaign ACTIVE. A version that a campaign could not load is
    /// not tried again.
    func followLatestVersion(of solutionArn: String, in database: Database) throws {
        let versions = try ResourceStore.list(SolutionVersionResource.self, referencing: solutionArn, in: database)
        guard let latest = versions.last(where: { $0.resource.status == .active }) else { return }
        let arn = latest.resource.arn
        for (_, campaign) in try ResourceStore.list(CampaignResource.self, referencing: solutionArn, in: database) {
            guard campaign.status == .active, campaign.configuration?.syncWithLatestSolutionVersion == true,
                campaign.update?.status.isBeingCreated != true, campaign.solutionVersionArn != arn,
                campaign.update?.solutionVersionArn != arn
            else { continue }
            let now = clock()
            var moving = campaign
            moving.update = CampaignUpdate(
                solutionVersionArn: arn, minProvisionedTPS: campaign.minProvisionedTPS,
                configuration: campaign.configuration, status: .createPending, created: now, lastUpdated: now)
            try ResourceStore.update(moving, in: database)
            try JobRow.enqueue(.updateCampaign, arn: moving.arn, in: database)
        }
    }

    static func check(_ configuration: CampaignConfig?) throws {
        try checkExploration(configuration?.itemExplorationConfig, at: "campaignConfig.itemExplorationConfig")
    }

    static func checkNamesLatest(_ versionArn: String) throws {
        guard versionArn.hasSuffix("/$LATEST") else {
            throw PersonalizeError.invalidInput(
                "solutionVersionArn must be in the form SOLUTION_ARN/$LATEST when "
                    + "campaignConfig.syncWithLatestSolutionVersion is true.")
        }
    }

    static func checkIsNotBeingUpdated(_ campaign: CampaignResource) throws {
        if let update = campaign.update, update.status.isBeingCreated {
            throw PersonalizeError.inUse(
                "The campaign \(campaign.arn) has an update in state \(update.status.rawValue).")
        }
    }
}
