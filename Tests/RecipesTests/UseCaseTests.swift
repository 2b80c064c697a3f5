import Datasets
import Recipes
import Testing

@Suite struct UseCaseTests {
    /// Two users; "watch" is written in two ways.
    private let interactions = Interactions(
        users: Vocabulary(["u0", "u1"]), items: Vocabulary(["a", "b"]),
        eventTypes: Vocabulary(["Watch", "click", "WATCH"]), userIndices: [0, 0, 1, 1, 0],
        itemIndices: [0, 0, 1, 0, 1], timestamps: [1, 2, 3, 4, 5], eventTypeIndices: [0, 2, 1, 2, .max])

    @Test func eventTypesAreFoundInAnyCase() throws {
        let useCase = try #require(Recipe.topPicks.useCase)
        #expect(useCase.requiredEventCount(in: interactions) == 3)
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
}
