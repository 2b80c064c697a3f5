import Recipes
import Testing

@Suite struct HyperparameterSearchTests {
    private let recipe = Recipe.userPersonalization

    @Test func theGivenCombinationComesFirstAndAllAreInRange() throws {
        let search = HyperparameterSearch(of: recipe)
        #expect(Set(search.ranges.keys) == ["hidden_dimension", "bptt", "recency_mask"])
        let given = ["hidden_dimension": "64", "validation_users": "100"]
        let candidates = search.candidates(40, beginningWith: given, seed: 7)
        #expect(candidates.count == 40 && candidates.first == given)
        #expect(Set(candidates).count == 40)
        for candidate in candidates {
            try recipe.check(hyperparameters: candidate)
            #expect(candidate["validation_users"] == "100", "what is not tuned stays")
        }
    }

    @Test func theSeedDecides() {
        let search = HyperparameterSearch(of: recipe)
        let first = search.candidates(8, beginningWith: [:], seed: 1)
        #expect(first == search.candidates(8, beginningWith: [:], seed: 1))
        #expect(first != search.candidates(8, beginningWith: [:], seed: 2))
    }

    @Test func theRangesAreCoveredEvenly() throws {
        let search = try HyperparameterSearch(
            of: recipe, narrowedTo: ["hidden_dimension": .integer(32...231), "bptt": .integer(2...31)])
        let values = search.candidates(41, beginningWith: [:], seed: 3).dropFirst()
            .compactMap { $0["hidden_dimension"].flatMap { Int($0) } }
        // Forty points in ten equal parts: a low-discrepancy sequence puts three to five into each.
        for part in 0..<10 {
            let count = values.count { (32 + part * 20..<52 + part * 20).contains($0) }
            #expect((3...5).contains(count), "part \(part) has \(count)")
        }
    }

    @Test func aSmallRangeEndsWhenItIsUsedUp() throws {
        let search = try HyperparameterSearch(of: recipe, narrowedTo: ["bptt": .integer(4...6)])
        let candidates = search.candidates(40, beginningWith: ["bptt": "5"], seed: 0)
        #expect(Set(candidates.compactMap { $0["bptt"] }) == ["4", "5", "6"])
        #expect(candidates.count == 3)
    }

    @Test(arguments: [
        ["hidden_dimension": HyperparameterSearch.Range.integer(1...64)], ["hidden_dimension": .integer(64...1000)],
        ["hidden_dimension": .continuous(32...64)], ["closed_form_items": .integer(1...2)], ["none": .integer(1...2)],
        ["recency_mask": .categorical(["perhaps"])], ["recency_mask": .categorical([])],
    ])
    func aRangeThatTheRecipeDoesNotAllowIsRefused(_ ranges: [String: HyperparameterSearch.Range]) {
        #expect(throws: HyperparameterError.self) {
            try HyperparameterSearch(of: recipe, narrowedTo: ranges)
        }
    }
}
