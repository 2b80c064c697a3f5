import ControlPlane
import Foundation
import PersonalizeAPI
import Testing

@Suite struct RecommenderTests {
    private static let arnPrefix = "arn:aws:personalize:::recipe/"

    /// A VIDEO_ON_DEMAND group, with watched videos when asked for.
    private func group(_ service: TestService, importing: Bool = true, csv: String = TestService.csv) async throws
        -> String
    {
        let plane = service.controlPlane
        try await service.allowImports()
        try await service.put(csv)
        let arn = try #require(
            try await plane.createDatasetGroup(.init(name: "videos", domain: "VIDEO_ON_DEMAND")).datasetGroupArn)
        _ = try await service.settled {
            try await plane.describeDatasetGroup(.init(datasetGroupArn: arn)).datasetGroup?.status
        }
        let schema = try #require(
            try await plane.createSchema(
                .init(name: "interactions", schema: TestService.schema, domain: "VIDEO_ON_DEMAND")
            ).schemaArn)
        let dataset = try #require(
            try await plane.createDataset(
                .init(name: "interactions", schemaArn: schema, datasetGroupArn: arn, datasetType: "Interactions")
            ).datasetArn)
        if importing {
            let job = try await service.importAndWait(into: dataset)
            #expect(job?.status == "ACTIVE", "\(job?.failureReason ?? "")")
        }
        return arn
    }

    private func create(
        _ service: TestService, in group: String, recipe: String = "aws-vod-most-popular", name: String = "home",
        configuration: RecommenderConfig? = nil
    ) async throws -> String {
        try #require(
            try await service.controlPlane.createRecommender(
                .init(
                    name: name, datasetGroupArn: group, recipeArn: Self.arnPrefix + recipe,
                    recommenderConfig: configuration)
            ).recommenderArn)
    }

    private func describe(_ arn: String, _ service: TestService) async throws -> Recommender {
        try #require(try await service.controlPlane.describeRecommender(.init(recommenderArn: arn)).recommender)
    }

    private func settled(_ arn: String, _ service: TestService) async throws -> Recommender {
        _ = try await service.eventually {
            ["ACTIVE", "INACTIVE", "CREATE FAILED"].contains(try await describe(arn, service).status)
        }
        return try await describe(arn, service)
    }

    @Test func theWholeLifeOfARecommender() async throws {
        let service = try TestService()
        let plane = service.controlPlane
        try await service.whileJobsRun {
            let group = try await group(service)
            let arn = try await create(service, in: group)
            #expect(arn == "arn:aws:personalize:us-east-1:123456789012:recommender/home")
            await expectError(.resourceInUseException) {
                _ = try await plane.deleteRecommender(.init(recommenderArn: arn))
            }
            let created = try await settled(arn, service)
            #expect(created.status == "ACTIVE", "\(created.failureReason ?? "")")
            #expect(created.modelMetrics?.count == 8)
            #expect(service.host.deployed == [arn])
            await expectError(.resourceInUseException) {
                _ = try await plane.deleteDatasetGroup(.init(datasetGroupArn: group))
            }
            await expectError(.invalidInputException) {
                _ = try await plane.startRecommender(.init(recommenderArn: arn))
            }

            _ = try await plane.stopRecommender(.init(recommenderArn: arn))
            #expect(try await settled(arn, service).status == "INACTIVE")
            #expect(service.host.deployed.isEmpty)
            await expectError(.invalidInputException) {
                _ = try await plane.stopRecommender(.init(recommenderArn: arn))
            }
            _ = try await plane.startRecommender(.init(recommenderArn: arn))
            #expect(try await settled(arn, service).status == "ACTIVE")
            #expect(service.host.deployed == [arn])

            _ = try await plane.deleteRecommender(.init(recommenderArn: arn))
            #expect(try await service.gone { _ = try await plane.describeRecommender(.init(recommenderArn: arn)) })
            #expect(service.host.deployed.isEmpty)
            #expect(try await service.becomesEmpty("models"))
        }
    }

    @Test func aStartThatFailsLeavesTheRecommenderInactiveAndSaysWhy() async throws {
        let service = try TestService()
        let plane = service.controlPlane
        try await service.whileJobsRun {
            let arn = try await create(service, in: try await group(service))
            _ = try await settled(arn, service)
            _ = try await plane.stopRecommender(.init(recommenderArn: arn))
            _ = try await settled(arn, service)
            service.host.refuse(because: "no memory")
            _ = try await plane.startRecommender(.init(recommenderArn: arn))
            let failed = try await settled(arn, service)
            #expect(failed.status == "INACTIVE" && failed.failureReason?.contains("no memory") == true)
        }
    }

    @Test func aRecommenderNeedsTheEventsOfItsUseCase() async throws {
        let service = try TestService()
        try await service.whileJobsRun {
            let clicks = TestService.csv.replacingOccurrences(of: ",watch", with: ",click")
            let arn = try await create(service, in: try await group(service, csv: clicks))
            let failed = try await settled(arn, service)
            #expect(failed.status == "CREATE FAILED")
            #expect(failed.failureReason?.contains("Watch") == true, "\(failed.failureReason ?? "")")
        }
    }

    @Test func anUpdateReplacesTheConfiguration() async throws {
        let service = try TestService()
        let plane = service.controlPlane
        try await service.whileJobsRun {
            let arn = try await create(service, in: try await group(service), recipe: "aws-vod-top-picks")
            _ = try await settled(arn, service)
            #expect(try await describe(arn, service).latestRecommenderUpdate == nil)
            let configuration = RecommenderConfig(
                itemExplorationConfig: ["explorationWeight": "0.5"], minRecommendationRequestsPerSecond: 3)
            _ = try await plane.updateRecommender(.init(recommenderArn: arn, recommenderConfig: configuration))
            let updated = try await describe(arn, service)
            #expect(updated.recommenderConfig == configuration)
            #expect(updated.latestRecommenderUpdate?.recommenderConfig == configuration)
            #expect(updated.latestRecommenderUpdate?.status == "ACTIVE")
            for exploration in [["explorationWeight": "2"], ["explorationTaste": "1"]] {
                await expectError(.invalidInputException) {
                    _ = try await plane.updateRecommender(
                        .init(
                            recommenderArn: arn,
                            recommenderConfig: RecommenderConfig(itemExplorationConfig: exploration)))
                }
            }
        }
    }

    @Test func recipesAndGroupsMustFit() async throws {
        let service = try TestService()
        let plane = service.controlPlane
        try await service.whileJobsRun {
            let videos = try await group(service, importing: false)
            let custom = try await service.createGroup()
            await expectError(.invalidInputException) { _ = try await create(service, in: custom) }
            await expectError(.invalidInputException) {
                _ = try await create(service, in: videos, recipe: "aws-ecomm-recommended-for-you")
            }
            await expectError(.invalidInputException) {
                _ = try await create(service, in: videos, recipe: "aws-user-personalization")
            }
            await expectError(.resourceNotFoundException) { _ = try await create(service, in: videos, recipe: "none") }
            await expectError(.invalidInputException) {
                _ = try await plane.createSolution(
                    .init(
                        name: "s", recipeArn: Self.arnPrefix + "aws-vod-top-picks", datasetGroupArn: videos))
            }
            _ = try await plane.createSolution(
                .init(
                    name: "s", recipeArn: Self.arnPrefix + "aws-user-personalization", datasetGroupArn: videos))
        }
    }

    @Test func trainingColumnsAreCheckedAgainstTheSchemas() async throws {
        let service = try TestService()
        try await service.whileJobsRun {
            let videos = try await group(service, importing: false)
            for (type, column) in [("INTERACTIONS", "NONE"), ("INTERACTIONS", "ITEM_ID"), ("ITEMS", "GENRES")] {
                await expectError(.invalidInputException) {
                    _ = try await create(
                        service, in: videos,
                        configuration: RecommenderConfig(
                            trainingDataConfig: TrainingDataConfig(excludedDatasetColumns: [type: [column]])))
                }
            }
        }
    }

    @Test func aModelOfSevenDaysIsReplacedWhileTheOldOneServes() async throws {
        let clock = TestClock()
        let service = try TestService(clock: { clock.now })
        let plane = service.controlPlane
        try await service.whileJobsRun {
            let arn = try await create(service, in: try await group(service))
            let first = try await settled(arn, service)
            #expect(first.status == "ACTIVE", "\(first.failureReason ?? "")")
            clock.advance(hours: 24 * 6.9)
            #expect(try await plane.trainWhatIsDue() == [])
            clock.advance(hours: 24 * 0.2)
            #expect(try await plane.trainWhatIsDue() == [arn])
            #expect(try await plane.trainWhatIsDue() == [])
            #expect(try await describe(arn, service).status == "ACTIVE")
            let moment = Timestamp(clock.now)
            #expect(
                try await service.eventually { try await describe(arn, service).lastUpdatedDateTime == moment })
            #expect(try await describe(arn, service).status == "ACTIVE")
            #expect(
                try await service.eventually {
                    try FileManager.default.contentsOfDirectory(
                        atPath: service.directory.appending(path: "models").path
                    ).count == 1
                })
        }
    }

    @Test func trendsAreLookedForEveryTwoHours() async throws {
        let clock = TestClock()
        let service = try TestService(clock: { clock.now })
        let plane = service.controlPlane
        try await service.whileJobsRun {
            let arn = try await create(service, in: try await group(service), recipe: "aws-vod-trending-now")
            let first = try await settled(arn, service)
            #expect(first.status == "ACTIVE", "\(first.failureReason ?? "")")
            clock.advance(hours: 1.9)
            #expect(try await plane.trainWhatIsDue() == [])
            clock.advance(hours: 0.2)
            #expect(try await plane.trainWhatIsDue() == [arn])
            #expect(try await plane.trainWhatIsDue() == [])
        }
    }
}
