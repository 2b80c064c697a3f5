import ControlPlane
import PersonalizeAPI
import Testing

@Suite struct TrainingMemoryTests {
    @Test func aVersionThatWouldNotFitFailsWithTheReason() async throws {
        var settings = ControlPlaneSettings.forTests
        settings.trainingMemoryLimit = 2_048
        let service = try TestService(settings: settings)
        try await service.allowImports()
        try await service.put(TestService.csv)
        let version = try await service.whileJobsRun {
            let group = try await service.createGroup()
            _ = try await service.importAndWait(into: try await service.createDataset(in: group))
            let plane = service.controlPlane
            let solution = try await plane.createSolution(
                .init(
                    name: "solution", performAutoTraining: false,
                    recipeArn: "arn:aws:personalize:::recipe/palate-als", datasetGroupArn: group))
            let arn = try await plane.createSolutionVersion(
                .init(solutionArn: try #require(solution.solutionArn))
            ).solutionVersionArn
            _ = try await service.settled {
                try await plane.describeSolutionVersion(.init(solutionVersionArn: arn ?? "")).solutionVersion?.status
            }
            return try #require(
                try await plane.describeSolutionVersion(.init(solutionVersionArn: arn ?? "")).solutionVersion)
        }
        #expect(version.status == "CREATE FAILED")
        #expect(version.failureReason?.contains("may take 2 KiB") == true, "\(version.failureReason ?? "")")
    }
}
