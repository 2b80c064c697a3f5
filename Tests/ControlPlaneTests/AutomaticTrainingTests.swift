import ControlPlane
import Foundation
import PersonalizeAPI
import Testing

@Suite struct AutomaticTrainingTests {
    private let clock = TestClock()

    private func service(directory: URL? = nil) throws -> TestService {
        let clock = clock
        return try TestService(directory: directory, clock: { clock.now })
    }

    private func createSolution(
        _ service: TestService, importing: Bool = true, automatic: Bool? = nil, every expression: String? = nil
    ) async throws -> String {
        try await service.allowImports()
        try await service.put(TestService.csv)
        return try await service.whileJobsRun {
            let group = try await service.createGroup()
            let dataset = try await service.createDataset(in: group)
            if importing { _ = try await service.importAndWait(into: dataset) }
            let plane = service.controlPlane
            let configuration = expression.map {
                SolutionConfig(autoTrainingConfig: AutoTrainingConfig(schedulingExpression: $0))
            }
            let arn = try #require(
                try await plane.createSolution(
                    .init(
                        name: "solution", performAutoTraining: automatic,
                        recipeArn: "arn:aws:personalize:::recipe/aws-popularity-count", datasetGroupArn: group,
                        solutionConfig: configuration)
                ).solutionArn)
            _ = try await service.settled {
                try await plane.describeSolution(.init(solutionArn: arn)).solution?.status
            }
            return arn
        }
    }

    /// Runs the jobs until the version is there.
    private func finish(_ version: String, _ service: TestService) async throws -> SolutionVersion? {
        let plane = service.controlPlane
        return try await service.whileJobsRun {
            _ = try await service.settled {
                try await plane.describeSolutionVersion(.init(solutionVersionArn: version)).solutionVersion?.status
            }
            return try await plane.describeSolutionVersion(.init(solutionVersionArn: version)).solutionVersion
        }
    }

    @Test func theFirstVersionComesAnHourAfterASolutionWithDataAndThenAtTheRate() async throws {
        let service = try service()
        _ = try await createSolution(service, every: "rate(2 days)")
        clock.advance(hours: 0.9)
        #expect(try await service.controlPlane.trainWhatIsDue() == [])
        clock.advance(hours: 0.2)
        let first = try await service.controlPlane.trainWhatIsDue()
        #expect(first.count == 1)
        #expect(try await service.controlPlane.trainWhatIsDue() == [], "one at a time")
        let version = try await finish(try #require(first.first), service)
        #expect(version?.status == "ACTIVE" && version?.trainingType == "AUTOMATIC")

        clock.advance(hours: 47)
        #expect(try await service.controlPlane.trainWhatIsDue() == [])
        clock.advance(hours: 2)
        #expect(try await service.controlPlane.trainWhatIsDue().count == 1)
    }

    @Test func aVersionMadeByHandTakesThePlaceOfTheFirst() async throws {
        let service = try service()
        let solution = try await createSolution(service)
        let version = try await service.whileJobsRun { try await service.trainAndWait(solution) }
        #expect(version?.trainingType == "MANUAL")
        clock.advance(hours: 24 * 6.9)
        #expect(try await service.controlPlane.trainWhatIsDue() == [])
        clock.advance(hours: 24 * 0.2)
        #expect(try await service.controlPlane.trainWhatIsDue().count == 1, "every seven days by default")
    }

    @Test func nothingIsTrainedWithoutDataOrWhenItIsSwitchedOff() async throws {
        let empty = try service()
        _ = try await createSolution(empty, importing: false)
        let off = try service()
        _ = try await createSolution(off, automatic: false)
        clock.advance(hours: 1000)
        #expect(try await empty.controlPlane.trainWhatIsDue() == [])
        #expect(try await off.controlPlane.trainWhatIsDue() == [])
    }

    @Test func theScheduleSurvivesARestart() async throws {
        let directory = FileManager.default.temporaryDirectory.appending(path: "palate-test-\(UUID().uuidString)")
        defer { try? FileManager.default.removeItem(at: directory) }
        do {
            let before = try service(directory: directory)
            _ = try await createSolution(before)
        }
        clock.advance(hours: 2)
        let after = try service(directory: directory)
        #expect(try await after.controlPlane.trainWhatIsDue().count == 1)
    }

    @Test func anUpdateSwitchesItOffAndOnAndChangesTheRate() async throws {
        let service = try service()
        let plane = service.controlPlane
        let solution = try await createSolution(service)
        #expect(
            try await plane.describeSolution(.init(solutionArn: solution)).solution?.latestSolutionUpdate == nil)
        _ = try await plane.updateSolution(.init(solutionArn: solution, performAutoTraining: false))
        clock.advance(hours: 2)
        #expect(try await plane.trainWhatIsDue() == [])
        let configuration = SolutionUpdateConfig(
            autoTrainingConfig: AutoTrainingConfig(schedulingExpression: "rate(1 day)"))
        await expectError(.invalidInputException) {
            _ = try await plane.updateSolution(
                .init(solutionArn: solution, solutionUpdateConfig: configuration))
        }
        _ = try await plane.updateSolution(
            .init(solutionArn: solution, performAutoTraining: true, solutionUpdateConfig: configuration))
        let described = try #require(try await plane.describeSolution(.init(solutionArn: solution)).solution)
        #expect(described.performAutoTraining == true)
        #expect(described.solutionConfig?.autoTrainingConfig?.schedulingExpression == "rate(1 day)")
        #expect(described.latestSolutionUpdate?.status == "ACTIVE")
        #expect(described.latestSolutionUpdate?.solutionUpdateConfig == configuration)
        #expect(try await plane.trainWhatIsDue().count == 1)
    }

    @Test(arguments: ["rate(0 days)", "rate(31 days)", "rate(99999999999999999999 days)", "rate(1 hour)", "daily"])
    func aRateOutsideOneToThirtyDaysIsRefused(_ expression: String) async throws {
        let service = try service()
        let group = try await service.whileJobsRun { try await service.createGroup() }
        await expectError(.invalidInputException) {
            _ = try await service.controlPlane.createSolution(
                .init(
                    name: "solution", recipeArn: "arn:aws:personalize:::recipe/aws-popularity-count",
                    datasetGroupArn: group,
                    solutionConfig: SolutionConfig(
                        autoTrainingConfig: AutoTrainingConfig(schedulingExpression: expression))))
        }
    }
}
