import GRDB
package import PersonalizeAPI
import Recipes

extension ControlPlane {
    package func createCampaign(_ input: CreateCampaignRequest) async throws -> CreateCampaignResponse {
        try Self.check(input.campaignConfig)
        if input.campaignConfig?.syncWithLatestSolutionVersion == true {
            try Self.checkNamesLatest(input.solutionVersionArn)
        }
        let version = try await solutionVersion(forCampaign: input.solutionVersionArn)
        let campaign = CampaignResource(
            header: header(.campaign, name: input.name), solutionVersionArn: version.arn,
            solutionArn: version.solutionArn, minProvisionedTPS: input.minProvisionedTPS ?? 1,
            configuration: input.campaignConfig)
        try await create(campaign, tags: input.tags, job: .deploy) { database in
            let version: SolutionVersionResource = try ResourceStore.get(version.arn, in: database)
            try Self.checkIsActive(version)
            let solution: SolutionResource = try ResourceStore.get(version.solutionArn, in: database)
            try Self.checkIsActive(solution)
            try self.checkMayHaveCampaign(version)
            try self.check(input.campaignConfig, ofSolution: solution.arn, in: database)
            try self.checkRankingInfluence(
                input.campaignConfig?.rankingInfluence, recipeArn: version.recipeArn,
                datasetGroupArn: version.datasetGroupArn, in: database)
            try self.checkCategoryColumn(
                input.campaignConfig?.itemExplorationConfig, at: "campaignConfig.itemExplorationConfig",
                datasetGroupArn: version.datasetGroupArn, in: database)
        }
        return CreateCampaignResponse(campaignArn: campaign.arn)
    }

    package func describeCampaign(_ input: DescribeCampaignRequest) async throws -> DescribeCampaignResponse {
        let campaign: CampaignResource = try await describe(input.campaignArn)
        return DescribeCampaignResponse(campaign: campaign.wire)
    }

    package func listCampaigns(_ input: ListCampaignsRequest) async throws -> ListCampaignsResponse {
        let page = try await page(
            of: CampaignResource.self, referencing: input.solutionArn, nextToken: input.nextToken,
            maxResults: input.maxResults)
        return ListCampaignsResponse(campaigns: page.items.map(\.summary), nextToken: page.nextToken)
    }

    package func deleteCampaign(_ input: DeleteCampaignRequest) async throws -> NoOutput {
        try await delete(input.campaignArn, as: CampaignResource.self) { campaign, _ in
            try Self.checkIsNotBeingUpdated(campaign)
        }
        return NoOutput()
    }

    /// The version that a campaign is asked to serve: `SOLUTION_ARN/$LATEST` names the newest ACTIVE one.
    func solutionVersion(forCampaign arn: String) async throws -> SolutionVersionResource {
        guard arn.hasSuffix("/$LATEST") else { return try await describe(arn) }
        let solutionArn = String(arn.dropLast("/$LATEST".count))
        let versions = try await database.pool.read { database in
            let solution: SolutionResource = try ResourceStore.get(solutionArn, in: database)
            return try ResourceStore.list(SolutionVersionResource.self, referencing: solution.arn, in: database)
        }
        guard let latest = versions.last(where: { $0.resource.status == .active }) else {
            throw PersonalizeError.invalidInput("The solution \(solutionArn) has no ACTIVE version.")
        }
        return latest.resource
    }
}
