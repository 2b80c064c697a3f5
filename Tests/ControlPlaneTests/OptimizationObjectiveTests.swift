import ControlPlane
import PersonalizeAPI
import Testing

@Suite struct OptimizationObjectiveTests {
    private func request(
        _ attribute: String?, _ sensitivity: String?, recipe: String = TestService.userPersonalization,
        excluding: [String] = [], in group: String, name: String = "solution"
    ) -> CreateSolutionRequest {
        let configuration = SolutionConfig(
            optimizationObjective: OptimizationObjective(
                itemAttribute: attribute, objectiveSensitivity: sensitivity),
            trainingDataConfig: excluding.isEmpty
                ? nil : TrainingDataConfig(excludedDatasetColumns: ["ITEMS": excluding]))
        return CreateSolutionRequest(
            name: name, recipeArn: recipe, datasetGroupArn: group, solutionConfig: configuration)
    }

    @Test func theMetricOfAnObjectiveIsReported() async throws {
        let service = try TestService()
        try await service.allowImports()
        try await service.put(TestService.csv)
        try await service.put(TestService.itemsCSV, key: "items.csv")
        try await service.whileJobsRun {
            let group = try await service.createGroup()
            _ = try await service.importAndWait(into: try await service.createDataset(in: group))
            let imported = try await service.importAndWait(
                into: try await service.createItems(in: group), named: "items",
                location: "s3://\(TestService.bucket)/items.csv")
            #expect(imported?.status == "ACTIVE", "\(imported?.failureReason ?? "")")
            for sensitivity in ["OFF", "HIGH"] {
                let solution = try await service.solution(request("PRICE", sensitivity, in: group, name: sensitivity))
                let version = try #require(try await service.version(of: solution))
                #expect(version.status == "ACTIVE", "\(version.failureReason ?? "")")
                let share = try await service.metrics(of: version)["average_rewards_at_k"]
                if sensitivity == "OFF" {
                    #expect(share == nil)
                } else {
                    #expect((share ?? 0) > 0 && (share ?? 2) <= 1)
                }
            }
        }
    }

    @Test func onlyANumericColumnThatIsNeverNullCanBeAnObjective() async throws {
        let service = try TestService()
        let (group, bare) = try await service.whileJobsRun {
            let group = try await service.createGroup()
            _ = try await service.createItems(in: group)
            return (group, try await service.createGroup("bare"))
        }
        let refused = [
            request("YEAR", "LOW", in: group), request("GENRES", "LOW", in: group),
            request("DISCOUNT", "MEDIUM", in: group), request(nil, "HIGH", in: group),
            request("PRICE", "HIGH", excluding: ["PRICE"], in: group), request("PRICE", "HIGH", in: bare),
            request("PRICE", "HIGH", recipe: TestService.popularity, in: group),
        ]
        for request in refused {
            await expectError(.invalidInputException) { _ = try await service.controlPlane.createSolution(request) }
        }
        _ = try await service.controlPlane.createSolution(request("PRICE", "LOW", in: group))
    }
}
