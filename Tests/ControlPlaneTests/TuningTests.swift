import ControlPlane
import PersonalizeAPI
import Testing

@Suite struct TuningTests {
    private func create(
        _ configuration: HPOConfig?, recipe: String = "aws-user-personalization", in group: String,
        _ service: TestService
    ) async throws -> String {
        try #require(
            try await service.controlPlane.createSolution(
                .init(
                    name: "solution", performHPO: true, recipeArn: "arn:aws:personalize:::recipe/\(recipe)",
                    datasetGroupArn: group, solutionConfig: SolutionConfig(hpoConfig: configuration))
            ).solutionArn)
    }

    @Test func theBestParametersAreTrainedWithAndReported() async throws {
        let service = try TestService()
        try await service.allowImports()
        try await service.put(TestService.csv)
        try await service.whileJobsRun {
            let group = try await service.createGroup()
            _ = try await service.importAndWait(into: try await service.createDataset(in: group))
            let configuration = HPOConfig(
                hpoObjective: HPOObjective(type: "Maximize", metricName: "precision_at_5"),
                hpoResourceConfig: HPOResourceConfig(maxNumberOfTrainingJobs: "3", maxParallelTrainingJobs: "1"),
                algorithmHyperParameterRanges: HyperParameterRanges(
                    integerHyperParameterRanges: [.init(name: "bptt", minValue: 4, maxValue: 8)]))
            let solution = try await create(configuration, in: group, service)
            let version = try #require(try await service.trainAndWait(solution))
            #expect(version.status == "ACTIVE", "\(version.failureReason ?? "")")
            #expect(version.performHPO == true)
            let tuned = try #require(version.tunedHPOParams?.algorithmHyperParameters)
            #expect(Set(tuned.keys) == ["bptt"])
            let value = try #require(tuned["bptt"].flatMap { Int($0) })
            #expect((4...8).contains(value) || value == 32, "in the range, or the default when it is best")
        }
    }

    @Test func aPlanThatCannotBeIsRefused() async throws {
        let service = try TestService()
        let group = try await service.whileJobsRun { try await service.createGroup() }
        let refused: [HPOConfig] = [
            HPOConfig(hpoObjective: HPOObjective(metricName: "accuracy")),
            HPOConfig(hpoObjective: HPOObjective(type: "Sideways")),
            HPOConfig(hpoResourceConfig: HPOResourceConfig(maxNumberOfTrainingJobs: "41")),
            HPOConfig(hpoResourceConfig: HPOResourceConfig(maxNumberOfTrainingJobs: "many")),
            HPOConfig(hpoResourceConfig: HPOResourceConfig(maxParallelTrainingJobs: "0")),
            HPOConfig(
                algorithmHyperParameterRanges: HyperParameterRanges(
                    integerHyperParameterRanges: [.init(name: "bptt", minValue: 8, maxValue: 4)])),
            HPOConfig(
                algorithmHyperParameterRanges: HyperParameterRanges(
                    integerHyperParameterRanges: [.init(name: "bptt", minValue: 1, maxValue: 900)])),
            HPOConfig(
                algorithmHyperParameterRanges: HyperParameterRanges(
                    categoricalHyperParameterRanges: [.init(name: "taste", values: ["good"])])),
        ]
        for configuration in refused {
            await expectError(.invalidInputException) {
                _ = try await create(configuration, in: group, service)
            }
        }
        await expectError(.invalidInputException) {
            _ = try await create(nil, recipe: "aws-popularity-count", in: group, service)
        }
    }
}
