import ControlPlane
import Foundation
import PersonalizeAPI
import Testing

@Suite struct LifeCycleTests {
    @Test func aResourceIsPendingBeforeItsJobRunsAndActiveAfter() async throws {
        let service = try TestService()
        let plane = service.controlPlane
        let arn = try #require(try await plane.createDatasetGroup(.init(name: "films")).datasetGroupArn)
        #expect(arn == "arn:aws:personalize:us-east-1:123456789012:dataset-group/films")
        let before = try await plane.describeDatasetGroup(.init(datasetGroupArn: arn)).datasetGroup
        #expect(before?.status == "CREATE PENDING")
        let after = try await service.whileJobsRun {
            try await service.settled {
                try await plane.describeDatasetGroup(.init(datasetGroupArn: arn)).datasetGroup?.status
            }
        }
        #expect(after == "ACTIVE")
    }

    @Test func theWholeLifeOfACampaign() async throws {
        let service = try TestService()
        let plane = service.controlPlane
        try await service.allowImports()
        try await service.put(TestService.csv)
        try await service.whileJobsRun {
            let group = try await service.createGroup()
            let dataset = try await service.createDataset(in: group)
            #expect(try await service.importAndWait(into: dataset)?.status == "ACTIVE")
            let solution = try await service.createSolution(in: group)
            let version = try #require(try await service.trainAndWait(solution))
            #expect(version.status == "ACTIVE", "\(version.failureReason ?? "")")
            let versionArn = try #require(version.solutionVersionArn)
            #expect(
                versionArn.wholeMatch(of: /arn:aws:personalize:us-east-1:123456789012:solution\/solution\/[0-9a-f]{8}/)
                    != nil)
            let metrics = try await plane.getSolutionMetrics(.init(solutionVersionArn: versionArn)).metrics ?? [:]
            #expect(metrics.count == 8)

            let campaign = try #require(
                try await plane.createCampaign(.init(name: "films", solutionVersionArn: versionArn)).campaignArn)
            let status = try await service.settled {
                try await plane.describeCampaign(.init(campaignArn: campaign)).campaign?.status
            }
            #expect(status == "ACTIVE")
            #expect(service.host.deployed == [campaign])

            _ = try await plane.deleteCampaign(.init(campaignArn: campaign))
            #expect(try await service.gone { _ = try await plane.describeCampaign(.init(campaignArn: campaign)) })
            #expect(service.host.deployed.isEmpty)
            _ = try await plane.deleteSolution(.init(solutionArn: solution))
            #expect(try await service.gone { _ = try await plane.describeSolution(.init(solutionArn: solution)) })
            #expect(
                try await service.gone {
                    _ = try await plane.describeSolutionVersion(.init(solutionVersionArn: versionArn))
                })
            _ = try await plane.deleteDataset(.init(datasetArn: dataset))
            #expect(try await service.gone { _ = try await plane.describeDataset(.init(datasetArn: dataset)) })
            // Files go after the rows.
            for folder in ["datasets", "models"] { #expect(try await service.becomesEmpty(folder)) }
        }
    }

    @Test func whatIsInUseCannotBeDeleted() async throws {
        let service = try TestService()
        let plane = service.controlPlane
        try await service.allowImports()
        try await service.put(TestService.csv)
        try await service.whileJobsRun {
            let group = try await service.createGroup()
            let dataset = try await service.createDataset(in: group)
            _ = try await service.importAndWait(into: dataset)
            let solution = try await service.createSolution(in: group)
            let version = try await service.trainAndWait(solution)
            _ = try await plane.createCampaign(
                .init(name: "films", solutionVersionArn: try #require(version?.solutionVersionArn)))
            let schema = try #require(try await plane.listSchemas(.init()).schemas?.first?.schemaArn)
            await expectError(.resourceInUseException) { _ = try await plane.deleteSchema(.init(schemaArn: schema)) }
            await expectError(.resourceInUseException) {
                _ = try await plane.deleteDatasetGroup(.init(datasetGroupArn: group))
            }
            await expectError(.resourceInUseException) {
                _ = try await plane.deleteSolution(.init(solutionArn: solution))
            }
        }
    }

    @Test func aTakenNameIsRefused() async throws {
        let service = try TestService()
        _ = try await service.controlPlane.createDatasetGroup(.init(name: "films"))
        await expectError(.resourceAlreadyExistsException) {
            _ = try await service.controlPlane.createDatasetGroup(.init(name: "films"))
        }
    }

    @Test func aQuotaIsKept() async throws {
        var settings = ControlPlaneSettings.forTests
        settings.quotas.datasetGroups = 2
        let service = try TestService(settings: settings)
        for name in ["a", "b"] { _ = try await service.controlPlane.createDatasetGroup(.init(name: name)) }
        await expectError(.limitExceededException) {
            _ = try await service.controlPlane.createDatasetGroup(.init(name: "c"))
        }
    }

    @Test func aCampaignNeedsAnActiveVersion() async throws {
        let service = try TestService()
        let plane = service.controlPlane
        try await service.whileJobsRun {
            let group = try await service.createGroup()
            let solution = try await service.createSolution(in: group)
            let version = try #require(try await service.trainAndWait(solution))
            #expect(version.status == "CREATE FAILED")
            #expect(version.failureReason?.contains("no interactions dataset with imported data") == true)
            await expectError(.invalidInputException) {
                _ = try await plane.createCampaign(
                    .init(name: "films", solutionVersionArn: version.solutionVersionArn ?? ""))
            }
        }
    }

    @Test func tooFewInteractionsFailTheTraining() async throws {
        let service = try TestService(settings: ControlPlaneSettings())
        try await service.allowImports()
        try await service.put(TestService.csv + "u1,i1,1600000000,watch\n".repeated(700))
        try await service.whileJobsRun {
            let group = try await service.createGroup()
            let dataset = try await service.createDataset(in: group)
            let job = try await service.importAndWait(into: dataset)
            #expect(job?.status == "ACTIVE", "\(job?.failureReason ?? "")")
            let version = try await service.trainAndWait(try await service.createSolution(in: group))
            #expect(version?.status == "CREATE FAILED")
            #expect(version?.failureReason?.contains("1000") == true, "\(version?.failureReason ?? "")")
        }
    }
}

extension String {
    func repeated(_ count: Int) -> String { String(repeating: self, count: count) }
}

/// Expects `body` to throw a wire error of a code.
func expectError(
    _ code: ErrorCode, sourceLocation: SourceLocation = #_sourceLocation, _ body: () async throws -> Void
) async {
    do {
        try await body()
        Issue.record("expected \(code.rawValue), but nothing was thrown", sourceLocation: sourceLocation)
    } catch let error as PersonalizeError {
        #expect(error.code == code, "\(error)", sourceLocation: sourceLocation)
    } catch {
        Issue.record("expected \(code.rawValue), not \(error)", sourceLocation: sourceLocation)
    }
}
