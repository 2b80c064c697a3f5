import ControlPlane
import Datasets
import Foundation
import PersonalizeAPI
import Testing

@Suite struct TrainingModeTests {
    private let clock = TestClock()

    private func prepared(
        _ settings: ControlPlaneSettings = .forTests
    ) async throws -> (TestService, group: String, dataset: String) {
        let clock = clock
        let service = try TestService(settings: settings, clock: { clock.now })
        try await service.allowImports()
        try await service.put(TestService.csv)
        let (group, dataset) = try await service.whileJobsRun {
            let group = try await service.createGroup()
            let dataset = try await service.createDataset(in: group)
            _ = try await service.importAndWait(into: dataset)
            return (group, dataset)
        }
        return (service, group, dataset)
    }

    @Test func anUpdateNeedsAVersionThatWasTrainedInFull() async throws {
        let (service, group, _) = try await prepared()
        try await service.whileJobsRun {
            let solution = try await service.solution(
                .init(name: "own", recipeArn: TestService.userPersonalization, datasetGroupArn: group))
            await expectError(.invalidInputException) { _ = try await service.version(of: solution, mode: "UPDATE") }
            let full = try #require(try await service.version(of: solution, mode: "FULL"))
            #expect(full.status == "ACTIVE" && full.trainingMode == "FULL", "\(full.failureReason ?? "")")
            let update = try #require(try await service.version(of: solution, mode: "UPDATE"))
            #expect(update.status == "ACTIVE" && update.trainingMode == "UPDATE", "\(update.failureReason ?? "")")
            #expect(update.performIncrementalUpdate == false && update.trainingType == "MANUAL")
            #expect(try await service.metrics(of: update) == service.metrics(of: full), "nothing was fitted")
            let automatic = try #require(try await service.version(of: solution, mode: "AUTOTRAIN"))
            #expect(automatic.status == "ACTIVE" && automatic.trainingMode == "AUTOTRAIN")
            let listed = try await service.controlPlane.listSolutionVersions(.init(solutionArn: solution))
            #expect(listed.solutionVersions?.map(\.trainingMode) == ["FULL", "UPDATE", "AUTOTRAIN"])
        }
    }

    @Test func otherRecipesTakeNoUpdates() async throws {
        let (service, group, _) = try await prepared()
        try await service.whileJobsRun {
            let solution = try await service.solution(
                .init(name: "counts", recipeArn: TestService.popularity, datasetGroupArn: group))
            _ = try await service.version(of: solution)
            await expectError(.invalidInputException) { _ = try await service.version(of: solution, mode: "UPDATE") }
        }
        await expectError(.invalidInputException) {
            _ = try await service.controlPlane.createSolution(
                .init(
                    name: "refused", performIncrementalUpdate: true, recipeArn: TestService.popularity,
                    datasetGroupArn: group))
        }
    }

    @Test func aSolutionThatKeepsItselfUpToDateIsUpdatedWhenThereIsNewData() async throws {
        let (service, group, dataset) = try await prepared()
        let plane = service.controlPlane
        let clock = clock
        try await service.whileJobsRun {
            let solution = try await service.solution(
                .init(
                    name: "own", performIncrementalUpdate: true, recipeArn: TestService.userPersonalization,
                    datasetGroupArn: group))
            let first = try #require(try await service.version(of: solution))
            clock.advance(hours: 1)
            #expect(try await plane.trainWhatIsDue() == [], "no campaign would show it")
            let campaign = try #require(
                try await plane.createCampaign(
                    .init(
                        name: "films", solutionVersionArn: "\(solution)/$LATEST",
                        campaignConfig: CampaignConfig(syncWithLatestSolutionVersion: true))
                ).campaignArn)
            _ = try await service.settled {
                try await plane.describeCampaign(.init(campaignArn: campaign)).campaign?.status
            }
            #expect(try await plane.trainWhatIsDue() == [], "nothing is new")
            try await service.put(TestService.csv + "newcomer,i1,1600000100,watch\n", key: "more.csv")
            _ = try await service.importAndWait(
                into: dataset, named: "second", location: "s3://\(TestService.bucket)/more.csv")
            let arns = try await plane.trainWhatIsDue()
            #expect(arns.count == 1)
            let update = try #require(try await service.finished(arns.first ?? ""))
            #expect(update.status == "ACTIVE" && update.trainingMode == "UPDATE", "\(update.failureReason ?? "")")
            #expect(update.performIncrementalUpdate == true && update.trainingType == "AUTOMATIC")
            #expect(update.solutionVersionArn != first.solutionVersionArn)
            #expect(
                try await service.eventually {
                    try await plane.describeCampaign(.init(campaignArn: campaign)).campaign?.solutionVersionArn
                        == update.solutionVersionArn
                }, "the campaign follows the latest version, whatever its mode")
            #expect(try await plane.trainWhatIsDue() == [], "it is up to date")

            clock.advance(hours: 24 * 6)
            #expect(try await plane.trainWhatIsDue() == [])
            clock.advance(hours: 24)
            let full = try await plane.trainWhatIsDue()
            #expect(full.count == 1, "an update does not put off the next training")
            #expect(try await service.finished(full.first ?? "")?.trainingMode == "AUTOTRAIN")
        }
    }

    @Test func eventsThatWereOnlyStreamedAreTrainedOnByThemselves() async throws {
        let clock = clock
        var settings = ControlPlaneSettings.forTests
        settings.datasetLimits.minimumTrainingInteractions = 4
        let service = try TestService(settings: settings, clock: { clock.now })
        let plane = service.controlPlane
        try await service.whileJobsRun {
            let group = try await service.createGroup()
            _ = try await service.createDataset(in: group)
            let tracking = try #require(
                try await plane.createEventTracker(.init(name: "tracker", datasetGroupArn: group)).trackingId)
            _ = try await service.solution(
                .init(name: "counts", recipeArn: TestService.popularity, datasetGroupArn: group))
            func put(_ users: Range<Int>) async throws {
                for user in users {
                    _ = try await plane.putEvents(
                        .init(
                            trackingId: tracking, userId: "u\(user)", sessionId: "s\(user)",
                            eventList: [
                                .init(eventType: "watch", itemId: "i\(user % 2)", sentAt: Timestamp(clock.now))
                            ]))
                }
            }
            try await put(0..<3)
            clock.advance(hours: 2)
            #expect(try await plane.trainWhatIsDue() == [], "too few events")
            try await put(3..<4)
            let arns = try await plane.trainWhatIsDue()
            #expect(arns.count == 1)
            let version = try #require(try await service.finished(arns.first ?? ""))
            #expect(version.status == "ACTIVE", "\(version.failureReason ?? "")")
        }
    }

    @Test func aDatasetGroupHasOnlySoManySolutions() async throws {
        var settings = ControlPlaneSettings.forTests
        settings.quotas.solutions = 2
        let service = try TestService(settings: settings)
        let plane = service.controlPlane
        func create(_ name: String, in group: String) async throws {
            _ = try await plane.createSolution(
                .init(name: name, recipeArn: TestService.popularity, datasetGroupArn: group))
        }
        let (one, other) = try await service.whileJobsRun {
            (try await service.createGroup("one"), try await service.createGroup("other"))
        }
        for name in ["a", "b"] { try await create(name, in: one) }
        await expectError(.limitExceededException) { try await create("c", in: one) }
        try await create("c", in: other)
        #expect(ControlPlaneSettings().quotas.solutions == 10)
    }
}
