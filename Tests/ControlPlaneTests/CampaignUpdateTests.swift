import ControlPlane
import PersonalizeAPI
import Testing

@Suite struct CampaignUpdateTests {
    /// A solution with one trained version.
    private struct Trained {
        let group: String
        let solution: String
        let version: String
    }

    private func trained(_ service: TestService) async throws -> Trained {
        try await service.allowImports()
        try await service.put(TestService.csv)
        return try await service.whileJobsRun {
            let group = try await service.createGroup()
            _ = try await service.importAndWait(into: try await service.createDataset(in: group))
            let solution = try await service.createSolution(in: group)
            return Trained(group: group, solution: solution, version: try await newVersion(service, solution))
        }
    }

    private func newVersion(_ service: TestService, _ solution: String) async throws -> String {
        let version = try #require(try await service.trainAndWait(solution))
        #expect(version.status == "ACTIVE", "\(version.failureReason ?? "")")
        return try #require(version.solutionVersionArn)
    }

    private func deploy(
        _ version: String, in service: TestService, configuration: CampaignConfig? = nil
    ) async throws -> String {
        let arn = try #require(
            try await service.controlPlane.createCampaign(
                .init(name: "films", solutionVersionArn: version, campaignConfig: configuration)
            ).campaignArn)
        _ = try await service.settled { try await campaign(arn, in: service).status }
        return arn
    }

    private func campaign(_ arn: String, in service: TestService) async throws -> Campaign {
        try #require(try await service.controlPlane.describeCampaign(.init(campaignArn: arn)).campaign)
    }

    /// Waits until the newest update is over and gives its state.
    private func updated(_ arn: String, in service: TestService) async throws -> String {
        try await service.settled { try await campaign(arn, in: service).latestCampaignUpdate?.status }
    }

    @Test func theOldVersionServesUntilTheUpdateIsMade() async throws {
        let service = try TestService()
        let plane = service.controlPlane
        let trained = try await trained(service)
        let (arn, second) = try await service.whileJobsRun {
            (try await deploy(trained.version, in: service), try await newVersion(service, trained.solution))
        }
        #expect(try await campaign(arn, in: service).latestCampaignUpdate == nil)
        let configuration = CampaignConfig(itemExplorationConfig: ["explorationWeight": "0.1"])
        _ = try await plane.updateCampaign(
            .init(campaignArn: arn, solutionVersionArn: second, minProvisionedTPS: 3, campaignConfig: configuration))

        let before = try await campaign(arn, in: service)
        #expect(before.status == "ACTIVE" && before.solutionVersionArn == trained.version)
        #expect(before.minProvisionedTPS == 1 && before.campaignConfig == nil)
        #expect(before.latestCampaignUpdate?.status == "CREATE PENDING")
        #expect(before.latestCampaignUpdate?.solutionVersionArn == second)
        await expectError(.resourceInUseException) {
            _ = try await plane.updateCampaign(.init(campaignArn: arn, minProvisionedTPS: 2))
        }
        await expectError(.resourceInUseException) { _ = try await plane.deleteCampaign(.init(campaignArn: arn)) }

        #expect(try await service.whileJobsRun { try await updated(arn, in: service) } == "ACTIVE")
        let after = try await campaign(arn, in: service)
        #expect(after.status == "ACTIVE" && after.solutionVersionArn == second)
        #expect(after.minProvisionedTPS == 3 && after.campaignConfig == configuration)
    }

    @Test func whatAnUpdateDoesNotNameStaysAsItWas() async throws {
        let service = try TestService()
        let trained = try await trained(service)
        try await service.whileJobsRun {
            let configuration = CampaignConfig(itemExplorationConfig: ["explorationWeight": "0.1"])
            let arn = try await deploy(trained.version, in: service, configuration: configuration)
            _ = try await service.controlPlane.updateCampaign(.init(campaignArn: arn, minProvisionedTPS: 7))
            _ = try await updated(arn, in: service)
            let after = try await campaign(arn, in: service)
            #expect(after.minProvisionedTPS == 7 && after.solutionVersionArn == trained.version)
            #expect(after.campaignConfig == configuration)
        }
    }

    @Test func aFailedUpdateKeepsTheOldVersionAndSaysWhy() async throws {
        let service = try TestService()
        let plane = service.controlPlane
        let trained = try await trained(service)
        try await service.whileJobsRun {
            let arn = try await deploy(trained.version, in: service)
            let second = try await newVersion(service, trained.solution)
            service.host.refuse(because: "no memory")
            _ = try await plane.updateCampaign(.init(campaignArn: arn, solutionVersionArn: second))
            #expect(try await updated(arn, in: service) == "CREATE FAILED")
            let after = try await campaign(arn, in: service)
            #expect(after.status == "ACTIVE" && after.solutionVersionArn == trained.version)
            #expect(after.latestCampaignUpdate?.failureReason?.contains("no memory") == true)
            #expect(service.host.deployed == [arn])

            service.host.refuse(because: nil)
            _ = try await plane.updateCampaign(.init(campaignArn: arn, solutionVersionArn: second))
            #expect(try await updated(arn, in: service) == "ACTIVE")
            #expect(try await campaign(arn, in: service).solutionVersionArn == second)
        }
    }

    @Test func aCampaignWhoseCreationFailedComesToLifeByAnUpdate() async throws {
        let service = try TestService()
        let trained = try await trained(service)
        try await service.whileJobsRun {
            service.host.refuse(because: "no memory")
            let arn = try await deploy(trained.version, in: service)
            #expect(try await campaign(arn, in: service).status == "CREATE FAILED")
            service.host.refuse(because: nil)
            _ = try await service.controlPlane.updateCampaign(.init(campaignArn: arn, minProvisionedTPS: 1))
            _ = try await updated(arn, in: service)
            let after = try await campaign(arn, in: service)
            #expect(after.status == "ACTIVE" && after.failureReason == nil)
        }
    }

    @Test func aFollowingCampaignMovesToEachNewVersionByItself() async throws {
        let service = try TestService()
        let plane = service.controlPlane
        let trained = try await trained(service)
        try await service.whileJobsRun {
            let following = CampaignConfig(syncWithLatestSolutionVersion: true)
            let arn = try await deploy("\(trained.solution)/$LATEST", in: service, configuration: following)
            #expect(try await campaign(arn, in: service).solutionVersionArn == trained.version)
            let second = try await newVersion(service, trained.solution)
            #expect(
                try await service.eventually { try await campaign(arn, in: service).solutionVersionArn == second })
            #expect(try await updated(arn, in: service) == "ACTIVE")

            // One version and following exclude each other.
            await expectError(.invalidInputException) {
                _ = try await plane.updateCampaign(.init(campaignArn: arn, solutionVersionArn: trained.version))
            }
            _ = try await plane.updateCampaign(
                .init(
                    campaignArn: arn, solutionVersionArn: trained.version,
                    campaignConfig: CampaignConfig(syncWithLatestSolutionVersion: false)))
            #expect(try await updated(arn, in: service) == "ACTIVE")
            _ = try await newVersion(service, trained.solution)
            #expect(try await campaign(arn, in: service).solutionVersionArn == trained.version)
        }
    }

    @Test func followingNeedsTheLatestVersionToBeNamed() async throws {
        let service = try TestService()
        let plane = service.controlPlane
        let trained = try await trained(service)
        let following = CampaignConfig(syncWithLatestSolutionVersion: true)
        await expectError(.invalidInputException) {
            _ = try await plane.createCampaign(
                .init(name: "films", solutionVersionArn: trained.version, campaignConfig: following))
        }
        try await service.whileJobsRun {
            let arn = try await deploy(trained.version, in: service)
            await expectError(.invalidInputException) {
                _ = try await plane.updateCampaign(.init(campaignArn: arn, campaignConfig: following))
            }
        }
    }

    @Test func aVersionOfAnotherSolutionIsRefused() async throws {
        let service = try TestService()
        let plane = service.controlPlane
        let trained = try await trained(service)
        try await service.whileJobsRun {
            let arn = try await deploy(trained.version, in: service)
            let other = try #require(
                try await plane.createSolution(
                    .init(
                        name: "other", recipeArn: "arn:aws:personalize:::recipe/aws-popularity-count",
                        datasetGroupArn: trained.group)
                ).solutionArn)
            let version = try await newVersion(service, other)
            await expectError(.invalidInputException) {
                _ = try await plane.updateCampaign(.init(campaignArn: arn, solutionVersionArn: version))
            }
        }
    }
}
