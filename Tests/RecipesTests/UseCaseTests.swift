import Datasets
import Recipes
import Recommenders
import Testing

@Suite struct UseCaseTests {
    /// Two users; "watch" is written in two ways.
    private let interactions = Interactions(
        users: Vocabulary(["u0", "u1"]), items: Vocabulary(["a", "b"]),
        eventTypes: Vocabulary(["Watch", "click", "WATCH"]), userIndices: [0, 0, 1, 1, 0],
        itemIndices: [0, 0, 1, 0, 1], timestamps: [1, 2, 3, 4, 5], eventTypeIndices: [0, 2, 1, 2, .max])

    @Test func eventTypesAreFoundInAnyCase() throws {
        let useCase = try #require(Recipe.topPicks.useCase)
        #expect(useCase.requiredEventCount(in: interactions) == 5, "events of any type count")
        #expect(Recipe.becauseYouWatched.useCase?.requiredEventCount(in: interactions) == 3)
        #expect(useCase.select(interactions).count == 5, "other events tell about taste, too")
    }

    @Test func theMostPopularVideosAreThoseOfTheMostUsers() throws {
        let useCase = try #require(Recipe.mostPopularVideos.useCase)
        let selected = useCase.select(interactions)
        #expect(selected.timestamps == [1, 4])
    }

    @Test func withoutEventTypesThereIsNothingToCount() throws {
        var plain = interactions
        plain.eventTypeIndices = nil
        let useCase = try #require(Recipe.bestSellers.useCase)
        #expect(useCase.requiredEventCount(in: plain) == 0)
        #expect(useCase.select(plain).count == 0)
    }

    /// Developer guide, "VIDEO_ON_DEMAND use cases" and "ECOMMERCE use cases": `GetRecommendations` requirements.
    @Test func requestsMustNameWhatTheUseCaseNeeds() {
        let needs = Dictionary(
            uniqueKeysWithValues: RecipeCatalogue.standard.all.filter { $0.useCase != nil }.map {
                ($0.name, [$0.requiresUser, $0.requiresItem])
            })
        #expect(
            needs == [
                "aws-vod-top-picks": [true, false], "aws-vod-most-popular": [true, false],
                "aws-vod-trending-now": [false, false], "aws-vod-because-you-watched-x": [true, true],
                "aws-vod-more-like-x": [true, true], "aws-ecomm-recommended-for-you": [true, false],
                "aws-ecomm-popular-items-by-views": [true, false],
                "aws-ecomm-popular-items-by-purchases": [true, false],
                "aws-ecomm-customers-who-viewed-x-also-viewed": [true, true],
                "aws-ecomm-frequently-bought-together": [false, true],
            ])
    }

    @Test func onlyPersonalRecipesOfSolutionsGiveScores() {
        let scored = RecipeCatalogue.standard.all.filter(\.givesScores).map(\.name)
        #expect(scored.contains("aws-user-personalization"))
        #expect(!scored.contains { $0.contains("-vod-") || $0.contains("-ecomm-") })
        #expect(
            Set(scored).isDisjoint(with: ["aws-similar-items", "aws-sims", "aws-popularity-count", "aws-trending-now"]))
    }

    @Test func everyTrainingParameterIsKnownToItsAlgorithm() throws {
        for recipe in RecipeCatalogue.standard.all {
            try recipe.trainer.validate(hyperparameters: recipe.useCase?.trainingParameters ?? [:])
        }
    }
}
