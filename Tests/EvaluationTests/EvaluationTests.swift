import Datasets
import Evaluation
import Foundation
import LinearAlgebra
import Recommenders
import Testing

@Suite struct EvaluationProtocolTests {
    private let world: Interactions = {
        var configuration = GeneratedWorld.Configuration(users: 200, items: 80, events: 5_000, seed: 2)
        configuration.tastes = 5
        return GeneratedWorld(configuration).interactions()
    }()

    @Test func tenFoldsMakeEveryUserATestUserOnce() throws {
        let result = try Evaluation(of: .popularity, folds: 10).run(on: world)
        #expect(result.testUsers == Set(world.userIndices).count)
    }

    @Test func resultsDoNotDependOnTheNumberOfThreads() throws {
        let evaluation = Evaluation(of: .userPersonalization, seed: 5)
        let one = try evaluation.run(on: world, options: TrainingOptions(threads: 1)).metrics
        #expect(try evaluation.run(on: world, options: TrainingOptions(threads: 3)).metrics == one)
    }

    @Test func anotherSeedHoldsOutOtherUsers() throws {
        let one = try Evaluation(of: .popularity, seed: 1).run(on: world).metrics
        #expect(try Evaluation(of: .popularity, seed: 1).run(on: world).metrics == one)
        #expect(try Evaluation(of: .popularity, seed: 2).run(on: world).metrics != one)
    }

    /// Ten users and two items; everybody's newest event repeats the older ones.
    private func repeaters(_ events: Int) -> Interactions {
        var interactions = Interactions(
            users: Vocabulary((0..<10).map { "u\($0)" }), items: Vocabulary(["a", "b"]))
        for user in 0..<10 {
            for time in 0..<events {
                interactions.userIndices.append(UInt32(user))
                interactions.itemIndices.append(0)
                interactions.timestamps.append(Int64(time))
            }
        }
        interactions.userIndices.append(0)
        interactions.itemIndices.append(1)
        interactions.timestamps.append(-1)
        return interactions
    }

    @Test func itemsOfTheInputCountUnlessTheyAreExcluded() throws {
        let data = repeaters(4)
        let usual = try Evaluation(of: .popularity, folds: 10).run(on: data)
        #expect(usual.metrics["mean_reciprocal_rank_at_25"] == 1)
        #expect(usual.testUsers == 10)
        let excluded = try Evaluation(of: .popularity, folds: 10, excludeSeen: true).run(on: data)
        #expect(excluded.testUsers == 0)
    }

    @Test func leaveOneOutNeedsThreeEventsAndNeverShowsTheInput() throws {
        #expect(throws: EvaluationError.tooFewUsers) {
            var data = repeaters(2)
            data.userIndices.removeLast()
            data.itemIndices.removeLast()
            data.timestamps.removeLast()
            _ = try Evaluation(of: .popularity, method: .leaveOneOut).run(on: data)
        }
        let result = try Evaluation(of: .popularity, method: .leaveOneOut).run(on: repeaters(3))
        #expect(result.testUsers == 10)
        #expect(result.metrics["recall_at_10"] == 0)
    }

    @Test func strongGeneralizationAsksForAFifthOfTheItems() throws {
        var data = Interactions(
            users: Vocabulary((0..<20).map { "u\($0)" }), items: Vocabulary((0..<10).map { "i\($0)" }))
        for user in 0..<20 {
            for item in 0..<10 {
                data.userIndices.append(UInt32(user))
                data.itemIndices.append(UInt32(item))
                data.timestamps.append(Int64(item))
            }
        }
        // Ten items, eight given, so the other two are the only ones left to show.
        let result = try Evaluation(of: .popularity, method: .strongGeneralization, folds: 10).run(on: data)
        #expect(result.testUsers == 20)
        #expect(result.metrics["recall_at_20"] == 1)
        #expect(abs((result.metrics["precision_at_5"] ?? 0) - 0.4) < 1e-12)
    }

    @Test func coldStartAsksForTheNextFiveItemsFromSeveralBeginnings() throws {
        // Everybody meets the items 0 to 9 in the same order; an eleventh is popular and never met at first.
        var data = Interactions(
            users: Vocabulary((0..<20).map { "u\($0)" }), items: Vocabulary((0..<11).map { "i\($0)" }))
        for user in 0..<20 {
            for item in [0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 10, 10] {
                data.userIndices.append(UInt32(user))
                data.itemIndices.append(UInt32(item))
                data.timestamps.append(Int64(item))
            }
        }
        let metrics = try Evaluation(of: .popularity, method: .coldStart, folds: 10).run(on: data).metrics
        // The popular item comes first, then the others by number: of the first ten, five are wanted.
        #expect(metrics["recall_at_10_given_0"] == 1)
        #expect(metrics["mean_reciprocal_rank_at_25_given_0"] == 0.5)
        // Items of the beginning are not shown: 5 to 9 follow the popular one.
        #expect(metrics["mean_reciprocal_rank_at_25_given_5"] == 0.5)
        #expect(metrics["recall_at_10_given_5"] == 1)
        #expect(metrics.keys.contains { $0.hasSuffix("new_items") } == false)
    }

    @Test func coldStartHoldsItemsOutOfTrainingWhereTheyAreDescribed() throws {
        let world = GeneratedWorld(.init(users: 300, items: 200, events: 9_000, seed: 8))
        let data = world.interactions()
        let schema = """
            {"type": "record", "name": "Items", "namespace": "com.amazonaws.personalize.schema", "fields": [
            {"name": "ITEM_ID", "type": "string"}, {"name": "GENRES", "type": "string", "categorical": true}],
            "version": "1.0"}
            """
        let rows = (0..<200).map {
            ["ITEM_ID": world.item($0).identifier, "GENRES": world.item($0).genres.joined(separator: "|")]
        }
        var options = TrainingOptions()
        options.metadata.items = try MetadataTable(records: rows, schema: try DatasetSchema(json: schema))
        func metrics(_ algorithm: Algorithm) throws -> [String: Double] {
            try Evaluation(of: algorithm, method: .coldStart).run(on: data, options: options).metrics
        }
        let (popular, described) = (try metrics(.popularity), try metrics(.contentBased))
        #expect(popular["recall_at_10_of_new_items"] == 0)
        let random = 10 / 20.0
        #expect(abs((popular["recall_at_10_among_new_items"] ?? 0) - random) < 0.25)
        #expect((described["recall_at_10_among_new_items"] ?? 0) > (popular["recall_at_10_among_new_items"] ?? 1))
        #expect(described["recall_at_10_given_5"] != nil)
    }

    @Test func coverageCountsTheWholeCatalogue() throws {
        let data = repeaters(4)
        let usual = try Evaluation(of: .popularity, catalogueItemCount: 8).run(on: data)
        #expect(usual.metrics["coverage"] == 0.25)
    }

    @Test func foldsOutsideTheirRangeAreRefused() {
        #expect(throws: EvaluationError.foldsOutOfRange(11)) {
            try Evaluation(of: .popularity, folds: 11).run(on: world)
        }
    }
}

@Suite struct TrainingRunTests {
    @Test func aRunGivesAModelAndTheManagedServicesMetrics() throws {
        let data = GeneratedWorld(.init(users: 100, items: 60, events: 2_000, seed: 4)).interactions()
        let outcome = try TrainingRun(of: .userPersonalization).run(on: data)
        #expect(Set(outcome.managedServiceMetrics.keys) == Set(RankingMetrics.managedServiceNames))
        #expect(outcome.model.users.count == data.users.count)
    }

    @Test func tooFewUsersAreTrainedOnWithoutMetrics() throws {
        let data = Interactions(
            users: Vocabulary(["u"]), items: Vocabulary(["i"]), userIndices: [0], itemIndices: [0], timestamps: [0])
        let outcome = try TrainingRun(of: .userPersonalization).run(on: data)
        #expect(outcome.metrics.isEmpty)
        #expect(outcome.model.items.count == 1)
    }
}

@Suite struct QualityFloorTests {
    @Test func theOrderOfEventsBeatsPopularityInAGeneratedWorld() throws {
        let data = GeneratedWorld(.init(users: 600, items: 400, events: 24_000, seed: 6)).interactions()
        let popularity = try Evaluation(of: .popularity, folds: 3, excludeSeen: true).run(on: data).metrics
        let personal = try Evaluation(of: .userPersonalization, folds: 3, excludeSeen: true).run(on: data).metrics
        for name in ["mean_reciprocal_rank_at_25", "precision_at_10", "standard_ndcg_at_25"] {
            #expect((personal[name] ?? 0) > 1.5 * (popularity[name] ?? 1), "\(name)")
        }
    }

    /// The published table of the walk-through, one fold.
    @Test(.enabled(if: ProcessInfo.processInfo.environment["PALATE_MOVIELENS"] != nil))
    func movieLensSmallBeatsThePublishedTable() throws {
        let path = try #require(ProcessInfo.processInfo.environment["PALATE_MOVIELENS"])
        let data = try MovieLens(directory: URL(fileURLWithPath: path, isDirectory: true)).interactions()
        let found = try Evaluation(of: .userPersonalization).run(on: data).metrics
        let published = [
            "mean_reciprocal_rank_at_25": 0.3782, "normalized_discounted_cumulative_gain_at_5": 0.3253,
            "normalized_discounted_cumulative_gain_at_10": 0.3452, "normalized_discounted_cumulative_gain_at_25": 0.398,
            "precision_at_5": 0.0821, "precision_at_10": 0.0554, "precision_at_25": 0.0371,
        ]
        for (name, value) in published { #expect((found[name] ?? 0) > value, "\(name)") }
    }
}
