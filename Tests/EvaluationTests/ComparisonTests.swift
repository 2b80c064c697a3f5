import Datasets
import Evaluation
import Foundation
import Recommenders
import Testing

@Suite struct ComparisonChoiceTests {
    private func recipe(_ name: String, _ value: Double, seconds: Double, bytes: Int = 1) -> ComparedRecipe {
        ComparedRecipe(
            name: name, metrics: ["standard_ndcg_at_10": value], testUsers: 10, trainingSeconds: seconds,
            modelBytes: bytes, latency: nil, announcedMemoryBytes: nil)
    }

    private func choice(_ recipes: [ComparedRecipe]) -> ComparisonChoice? {
        ComparisonChoice(among: recipes, by: "standard_ndcg_at_10")
    }

    @Test func theHighestIsChosenWhenNoOtherIsNear() {
        let found = choice([recipe("slow", 0.30, seconds: 100), recipe("quick", 0.29, seconds: 1)])
        #expect(found?.recipe == "slow")
        #expect(found?.reason == "slow has the highest NDCG@10, 0.3000, 3.4% more than the next, quick.")
    }

    @Test func aGreatLeadIsToldInTimes() {
        let found = choice([recipe("slow", 0.30, seconds: 100), recipe("quick", 0.04, seconds: 1)])
        #expect(found?.reason == "slow has the highest NDCG@10, 0.3000, 7.5 times that of the next, quick.")
    }

    @Test func theQuickestIsChosenAmongThoseThatAreNear() {
        let found = choice([
            recipe("slow", 0.30, seconds: 100), recipe("quick", 0.295, seconds: 4), recipe("other", 0.1, seconds: 1),
        ])
        #expect(found?.recipe == "quick")
        #expect(
            found?.reason
                == "quick has NDCG@10 0.2950, within 2% of the highest (0.3000, slow), and trains 25.0 times as fast.")
    }

    @Test func theSmallerModelIsChosenAmongEquallyQuickOnes() {
        let found = choice([
            recipe("big", 0.30, seconds: 1, bytes: 10), recipe("small", 0.30, seconds: 1, bytes: 5),
        ])
        #expect(found?.recipe == "small")
    }

    @Test func thereIsNoChoiceWithoutRecipes() { #expect(choice([]) == nil) }
}

@Suite struct ScoringLatencyTests {
    @Test func percentilesAreThoseOfTheSortedTimes() throws {
        let latency = try #require(ScoringLatency(seconds: (1...200).map(Double.init).reversed()))
        #expect(latency.histories == 200)
        #expect(latency.medianSeconds == 100)
        #expect(latency.percentile99Seconds == 198)
        #expect(ScoringLatency(seconds: []) == nil)
    }
}

@Suite struct ComparisonTests {
    private let world = GeneratedWorld(.init(users: 150, items: 60, events: 3_000, seed: 8)).interactions()

    @Test(arguments: [Algorithm.ease, .popularity])
    func metricsAreThoseOfAnEvaluation(_ algorithm: Algorithm) throws {
        let measured = try Comparison(folds: 2, seed: 4).measure(
            algorithm, name: "x", on: world, histories: UserHistories(world))
        let evaluated = try Evaluation(of: algorithm, folds: 2, seed: 4).run(on: world)
        #expect(measured.metrics == evaluated.metrics)
        #expect(measured.testUsers == evaluated.testUsers)
    }

    @Test func theModelOfTheFirstFoldIsLookedAt() throws {
        let measured = try Comparison(folds: 2).measure(
            .ease, name: "x", on: world, histories: UserHistories(world))
        #expect(measured.latency?.histories == Set(world.userIndices).count)
        // 60 × 60 weights of four bytes, at least.
        #expect(measured.modelBytes > 14_000)
        #expect(measured.announcedMemoryBytes ?? 0 > 14_000)
        #expect(measured.learned["regularization"] != nil)
        #expect(measured.training.points.last?.fraction == 1)
    }

    @Test func whatARecipeLacksIsSaid() throws {
        #expect(throws: TrainingError.self) {
            try Comparison().measure(.contentBased, name: "x", on: world, histories: UserHistories(world))
        }
    }
}
