import ControlPlane
import PersonalizeAPI
import Recipes
import Testing

@Suite struct TagTests {
    private static func tag(_ key: String, _ value: String = "v") -> PersonalizeAPI.Tag {
        .init(tagKey: key, tagValue: value)
    }

    private func group(in service: TestService, tags: [PersonalizeAPI.Tag]? = nil) async throws -> String {
        try #require(
            try await service.controlPlane.createDatasetGroup(.init(name: "films", tags: tags)).datasetGroupArn)
    }

    private func tags(of arn: String, in service: TestService) async throws -> [String: String] {
        let tags = try await service.controlPlane.listTagsForResource(.init(resourceArn: arn)).tags ?? []
        return Dictionary(tags.map { ($0.tagKey, $0.tagValue) }, uniquingKeysWith: { first, _ in first })
    }

    @Test func tagsAreAddedReplacedAndRemoved() async throws {
        let service = try TestService()
        let plane = service.controlPlane
        let arn = try await group(in: service, tags: [Self.tag("stage", "test"), Self.tag("team")])
        #expect(try await tags(of: arn, in: service) == ["stage": "test", "team": "v"])
        _ = try await plane.tagResource(.init(resourceArn: arn, tags: [Self.tag("stage", "live"), Self.tag("cost")]))
        #expect(try await tags(of: arn, in: service) == ["stage": "live", "team": "v", "cost": "v"])
        _ = try await plane.untagResource(.init(resourceArn: arn, tagKeys: ["team", "none"]))
        #expect(try await tags(of: arn, in: service) == ["stage": "live", "cost": "v"])
    }

    @Test func aResourceHasAtMostFiftyTags() async throws {
        let service = try TestService()
        let arn = try await group(in: service, tags: (0..<49).map { Self.tag("k\($0)") })
        await expectError(.tooManyTagsException) {
            _ = try await service.controlPlane.tagResource(
                .init(resourceArn: arn, tags: [Self.tag("a"), Self.tag("b")]))
        }
        #expect(try await tags(of: arn, in: service).count == 49, "nothing of a refused request is kept")
        _ = try await service.controlPlane.tagResource(
            .init(resourceArn: arn, tags: [Self.tag("k0", "w"), Self.tag("a")]))
        #expect(try await tags(of: arn, in: service).count == 50)
    }

    @Test func moreThanFiftyKeysAreTooManyToRemove() async throws {
        let service = try TestService()
        let arn = try await group(in: service)
        await expectError(.tooManyTagKeysException) {
            _ = try await service.controlPlane.untagResource(
                .init(resourceArn: arn, tagKeys: (0..<51).map { "k\($0)" }))
        }
    }

    @Test func keysThatBeginWithAWSAreReserved() async throws {
        let service = try TestService()
        let arn = try await group(in: service)
        await expectError(.invalidInputException) {
            _ = try await service.controlPlane.tagResource(.init(resourceArn: arn, tags: [Self.tag("AWS:x")]))
        }
        await expectError(.invalidInputException) {
            _ = try await service.controlPlane.untagResource(.init(resourceArn: arn, tagKeys: ["aws:x"]))
        }
    }

    @Test func whatIsNotThereOrCannotHaveTagsIsNotFound() async throws {
        let service = try TestService()
        let plane = service.controlPlane
        let schema = try #require(
            try await plane.createSchema(.init(name: "s", schema: TestService.schema)).schemaArn)
        for arn in [schema, "arn:aws:personalize:us-east-1:123456789012:campaign/none"] {
            await expectError(.resourceNotFoundException) {
                _ = try await plane.listTagsForResource(.init(resourceArn: arn))
            }
            await expectError(.resourceNotFoundException) {
                _ = try await plane.tagResource(.init(resourceArn: arn, tags: [Self.tag("a")]))
            }
            await expectError(.resourceNotFoundException) {
                _ = try await plane.untagResource(.init(resourceArn: arn, tagKeys: ["a"]))
            }
        }
    }

    @Test func tagsGoWithTheirResource() async throws {
        let service = try TestService()
        let plane = service.controlPlane
        try await service.whileJobsRun {
            let arn = try await service.createGroup()
            _ = try await plane.tagResource(.init(resourceArn: arn, tags: [Self.tag("a")]))
            _ = try await plane.deleteDatasetGroup(.init(datasetGroupArn: arn))
            #expect(try await service.gone { _ = try await plane.listTagsForResource(.init(resourceArn: arn)) })
            #expect(try await service.createGroup() == arn)
        }
        let arn = "arn:aws:personalize:us-east-1:123456789012:dataset-group/films"
        #expect(try await tags(of: arn, in: service).isEmpty)
    }

    @Test func everyRecipeHasItsAlgorithmAndFeatureTransformation() async throws {
        let plane = try TestService().controlPlane
        for recipe in RecipeCatalogue.standard.all {
            let algorithm = try #require(
                try await plane.describeAlgorithm(.init(algorithmArn: recipe.algorithmArn)).algorithm)
            #expect(algorithm.defaultHyperParameters == recipe.algorithm.defaults)
            let ranges = try #require(algorithm.defaultHyperParameterRanges)
            let names =
                (ranges.integerHyperParameterRanges ?? []).map(\.name)
                + (ranges.continuousHyperParameterRanges ?? []).map(\.name)
                + (ranges.categoricalHyperParameterRanges ?? []).map(\.name)
            #expect(Set(names.compactMap(\.self)) == Set(recipe.algorithm.hyperparameters.map(\.name)))
            let transformation = try await plane.describeFeatureTransformation(
                .init(featureTransformationArn: recipe.featureTransformationArn)
            ).featureTransformation
            // Recipes can share a transformation whose parameters only some of them have.
            let shared = RecipeCatalogue.standard.featureTransformation(arn: recipe.featureTransformationArn)
            #expect(transformation?.defaultParameters == shared?.defaults)
            #expect(
                recipe.featureTransformation.parameters.isEmpty
                    || shared?.defaults == recipe.featureTransformation.defaults)
        }
        await expectError(.resourceNotFoundException) {
            _ = try await plane.describeAlgorithm(.init(algorithmArn: "arn:aws:personalize:::algorithm/none"))
        }
        await expectError(.resourceNotFoundException) {
            _ = try await plane.describeFeatureTransformation(
                .init(featureTransformationArn: "arn:aws:personalize:::feature-transformation/none"))
        }
    }

    @Test func onlySoManyVersionsMayWaitForTheirTraining() async throws {
        var settings = ControlPlaneSettings.forTests
        settings.quotas.pendingSolutionVersions = 2
        let service = try TestService(settings: settings)
        let plane = service.controlPlane
        let group = try await service.whileJobsRun { try await service.createGroup() }
        let solution = try await service.createSolution(in: group)
        for _ in 0..<2 { _ = try await plane.createSolutionVersion(.init(solutionArn: solution)) }
        await expectError(.limitExceededException) {
            _ = try await plane.createSolutionVersion(.init(solutionArn: solution))
        }
    }
}
