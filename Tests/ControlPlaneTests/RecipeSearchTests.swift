import ControlPlane
import PersonalizeAPI
import Testing

@Suite struct RecipeSearchTests {
    private func request(
        _ configuration: AutoMLConfig? = nil, in group: String, recipe: String? = nil, performHPO: Bool? = nil,
        others: SolutionConfig = SolutionConfig()
    ) -> CreateSolutionRequest {
        var solutionConfig = others
        solutionConfig.autoMLConfig = configuration
        return CreateSolutionRequest(
            name: "solution", performHPO: performHPO, performAutoML: true, recipeArn: recipe, datasetGroupArn: group,
            solutionConfig: solutionConfig)
    }

    @Test func theBestRecipeIsTrainedAndReported() async throws {
        let service = try TestService()
        let plane = service.controlPlane
        try await service.allowImports()
        try await service.put(TestService.csv)
        try await service.whileJobsRun {
            let group = try await service.createGroup()
            _ = try await service.importAndWait(into: try await service.createDataset(in: group))
            let configuration = AutoMLConfig(
                metricName: "precision_at_5",
                recipeList: [TestService.popularity, TestService.userPersonalization, TestService.popularity])
            // Everything but autoMLConfig is passed over, even what no recipe takes.
            let others = SolutionConfig(algorithmHyperParameters: ["nonsense": "1"])
            let solution = try await service.solution(request(configuration, in: group, others: others))
            var described = try #require(try await plane.describeSolution(.init(solutionArn: solution)).solution)
            #expect(described.performAutoML == true && described.performHPO == true)
            #expect(described.recipeArn == nil && described.autoMLResult == nil)

            let version = try #require(try await service.version(of: solution))
            #expect(version.status == "ACTIVE", "\(version.failureReason ?? "")")
            #expect(version.recipeArn == TestService.userPersonalization, "users take neighbouring items")
            #expect(version.performAutoML == true && version.tunedHPOParams != nil)
            described = try #require(try await plane.describeSolution(.init(solutionArn: solution)).solution)
            #expect(described.autoMLResult?.bestRecipeArn == TestService.userPersonalization)
            #expect(described.recipeArn == nil)

            let update = try #require(try await service.version(of: solution, mode: "UPDATE"))
            #expect(update.status == "ACTIVE" && update.recipeArn == TestService.userPersonalization)
        }
    }

    @Test func whatContradictsASearchIsRefused() async throws {
        let service = try TestService()
        let group = try await service.whileJobsRun { try await service.createGroup() }
        let refused = [
            request(in: group, recipe: TestService.popularity), request(in: group, performHPO: false),
            request(AutoMLConfig(metricName: "accuracy"), in: group),
            request(AutoMLConfig(recipeList: ["arn:aws:personalize:::recipe/none"]), in: group),
            request(AutoMLConfig(recipeList: ["arn:aws:personalize:::recipe/aws-vod-top-picks"]), in: group),
        ]
        for request in refused {
            await expectError(.invalidInputException) { _ = try await service.controlPlane.createSolution(request) }
        }
        _ = try await service.controlPlane.createSolution(request(in: group))
    }
}
