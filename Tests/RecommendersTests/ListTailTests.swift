import Datasets
import Recommenders
import Testing

/// What `coverage_tolerance` may change, and what it must not.
@Suite struct ListTailTests {
    @Test func moreOfTheCatalogueIsShownWhileTheHeadOfEveryListStays() throws {
        let world = GeneratedWorld(.init(users: 300, items: 1_200, events: 20_000, seed: 5)).interactions()
        let narrow = try Algorithm.userPersonalization.train(
            on: world, hyperparameters: ["coverage_tolerance": "0"])
        let wide = try Algorithm.userPersonalization.train(
            on: world, hyperparameters: ["coverage_tolerance": "0.5"])
        var shownByNarrow: Set<Int> = []
        var shownByWide: Set<Int> = []
        for user in world.users.identifiers {
            let history = try #require(narrow.history(ofUser: user))
            let seen = Set(history.items.map { Int($0) })
            let before = narrow.recommender.recommendations(for: history, count: 25) { seen.contains($0) }.map(\.item)
            let after = wide.recommender.recommendations(for: history, count: 25) { seen.contains($0) }.map(\.item)
            #expect(before.prefix(10) == after.prefix(10))
            shownByNarrow.formUnion(before)
            shownByWide.formUnion(after)
        }
        #expect(shownByWide.count > shownByNarrow.count)
    }
}
