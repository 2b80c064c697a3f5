import ControlPlane
import Datasets
import Foundation
import Recommenders
import Serving
import Testing

@Suite struct ExplorationTests {
    private func sample(
        _ exploration: Exploration, _ relevance: [Float], itemCount: Int, places: Int = 10, seed: UInt64 = 1,
        isAllowed: (Int) -> Bool = { _ in true }, isPromoted: (Int) -> Bool = { _ in false }
    ) -> Exploration.Sample {
        var generator = SeededGenerator(seed: seed)
        return exploration.sample(
            relevance, itemCount: itemCount, places: places, isAllowed: isAllowed, isPromoted: isPromoted,
            using: &generator)
    }

    private let relevance: [Float] = (0..<40).map { -Float($0) / 10 }

    @Test func weightZeroChangesNoScoreAndNoNewItemIsScored() {
        let exploration = Exploration(weight: 0, young: [.init(item: 3, events: 0)], new: [40, 41])
        let scores = sample(exploration, relevance, itemCount: 42).scores
        #expect(Array(scores[..<40]) == relevance)
        #expect(scores[40...].allSatisfy { $0 == -.infinity })
    }

    @Test func aSeedGivesTheSameScoresAndAnotherSeedOthers() {
        let exploration = Exploration(weight: 0.3, young: [.init(item: 3, events: 2)], new: [40, 41])
        let first = sample(exploration, relevance, itemCount: 42)
        #expect(sample(exploration, relevance, itemCount: 42).scores == first.scores)
        #expect(sample(exploration, relevance, itemCount: 42, seed: 2).scores != first.scores)
    }

    @Test func onlyYoungAndNewItemsAreMovedAndForbiddenOnesStayForbidden() {
        var relevance = relevance
        relevance[5] = -.infinity
        let exploration = Exploration(
            weight: 1, young: [.init(item: 3, events: 2), .init(item: 5, events: 0)], new: [40])
        let scores = sample(exploration, relevance, itemCount: 41).scores
        for item in 0..<40 where item != 3 { #expect(scores[item] == relevance[item]) }
        #expect(scores[3] != relevance[3] && scores[40].isFinite)
    }

    /// Against the closed form: mean 0 and variance (1.25 u)² · w / (1 - w) / (1 + n), where u is the way from the end of
    /// the list to the middle of this catalogue.
    @Test(arguments: [(0.3, Float(0)), (0.3, 8), (0.5, 0), (0.7, 3)])
    func theDrawnBiasHasTheReshapedPosterior(weight: Double, events: Float) {
        let exploration = Exploration(weight: weight, young: [.init(item: 3, events: events)], new: [])
        let count = 20_000
        let biases = (0..<count).map {
            Double(sample(exploration, relevance, itemCount: 40, seed: UInt64($0)).scores[3] - relevance[3])
        }
        let mean = biases.reduce(0, +) / Double(count)
        let variance = biases.reduce(0) { $0 + $1 * $1 } / Double(count)
        let unit = Double(relevance[9] - relevance[20])
        let width = 1.25 * unit * (weight / (1 - weight)).squareRoot()
        let expected = width * width / Double(1 + events)
        #expect(abs(mean) < 4 * (expected / Double(count)).squareRoot())
        #expect(abs(variance / expected - 1) < 0.05)
    }

    /// Against the closed form, in units of u: the mean log((1 + c) / (1 + E)), stretched by w / (1 - w) where that is above
    /// 1, and the variance (1.25 w / (1 - w))² / (1 + n + E).
    @Test(arguments: [(0.3, Float(0), Float(0)), (0.3, 20, 0), (0.5, 9, 2), (0.8, 20, 0), (0.3, 2, 11)])
    func impressionsMoveAndNarrowTheBias(weight: Double, expected: Float, taken: Float) {
        let exploration = Exploration(weight: weight, young: [.init(item: 3, events: 4)], new: [40])
        let count = 20_000
        var moments = [(sum: 0.0, squares: 0.0), (sum: 0.0, squares: 0.0)]
        for seed in 0..<count {
            var generator = SeededGenerator(seed: UInt64(seed))
            let scores = exploration.sample(
                relevance, itemCount: 41, places: 10, isAllowed: { _ in true },
                impressions: { $0.map { _ in ItemImpressions(expected: expected, taken: taken) } }, using: &generator
            ).scores
            for (place, bias) in [scores[3] - relevance[3], scores[40] - relevance[20]].enumerated() {
                moments[place].sum += Double(bias)
                moments[place].squares += Double(bias) * Double(bias)
            }
        }
        let unit = Double(relevance[9] - relevance[20])
        let strength = (weight / (1 - weight)).squareRoot()
        for (moment, events) in zip(moments, [4.0, 0]) {
            let mean = moment.sum / Double(count)
            let variance = moment.squares / Double(count) - mean * mean
            let deviation = 1.25 * unit * strength / (1 + events + Double(expected)).squareRoot()
            let expectedMean = unit * max(strength, 1) * log(Double((1 + taken) / (1 + expected)))
            #expect(abs(mean - expectedMean) < 4 * deviation / Double(count).squareRoot())
            #expect(abs(variance / (deviation * deviation) - 1) < 0.05)
        }
    }

    @Test func atWeightZeroImpressionsAreNotAskedFor() {
        let exploration = Exploration(weight: 0, young: [.init(item: 3, events: 0)], new: [40])
        var generator = SeededGenerator(seed: 1)
        var isAsked = false
        let scores = exploration.sample(
            relevance, itemCount: 41, places: 10, isAllowed: { _ in true },
            impressions: { items in
                isAsked = true
                return items.map { _ in ItemImpressions(expected: 9) }
            }, using: &generator
        ).scores
        #expect(!isAsked && Array(scores[..<40]) == relevance && scores[40] == -.infinity)
    }

    @Test func aFloodOfNewItemsIsDrawnFromEvenlyAndOnlyFourForAPlace() {
        let exploration = Exploration(weight: 0.3, young: [], new: Array(40..<540))
        var drawn = [Int](repeating: 0, count: 540)
        for seed in 0..<500 {
            let scores = sample(exploration, relevance, itemCount: 540, places: 5, seed: UInt64(seed)).scores
            let scored = (40..<540).filter { scores[$0] > -.infinity }
            #expect(scored.count == 20)
            for item in scored { drawn[item] += 1 }
        }
        // Binomial with 500 trials and a chance of 1 in 25: mean 20, deviation 4.4.
        #expect(drawn[40...].allSatisfy { (1...45).contains($0) })
    }

    @Test func itemsThatAreNotAllowedAreNotDrawnButPromotedOnesAreScored() {
        let exploration = Exploration(weight: 0.3, young: [], new: Array(40..<100))
        let result = sample(
            exploration, relevance, itemCount: 100, places: 2, isAllowed: { $0 < 50 }, isPromoted: { $0 >= 90 })
        let scored = Set((40..<100).filter { result.scores[$0] > -.infinity })
        #expect(result.onlyPromoted == Set(90..<100))
        #expect(scored.subtracting(90..<100).count == 8 && scored.isSuperset(of: 90..<100))
        #expect(scored.subtracting(90..<100).allSatisfy { $0 < 50 })
    }

    @Test func weightOneRanksByExploration() {
        let exploration = Exploration(weight: 1, young: [], new: Array(40..<60))
        let scores = sample(exploration, relevance, itemCount: 60).scores
        let best = scores.indices.sorted { scores[$0] > scores[$1] }.prefix(5)
        #expect(best.allSatisfy { $0 >= 40 })
    }

    @Test func anEmptyCatalogueIsNoTrap() {
        let exploration = Exploration(weight: 1, young: [], new: [1, 2])
        #expect(sample(exploration, [], itemCount: 3).scores.count == 3)
        #expect(sample(exploration, [-.infinity], itemCount: 3).scores[0] == -.infinity)
    }
}

@Suite struct NewItemContentTests {
    private func content(_ genres: [String?], trained: Int) throws -> NewItemContent {
        let names = genres.indices.map { "i\($0)" }
        var cells = Vocabulary()
        let codes = genres.map { $0.map { UInt32(cells.insert($0)) } ?? CategoricalColumn.nullCode }
        let column = MetadataColumn(
            field: SchemaField(name: "GENRES", type: .string, isNullable: true, isCategorical: true),
            values: .categorical(CategoricalColumn(cells: cells, codes: codes)))
        let table = MetadataTable(type: .items, identifiers: Vocabulary(names), columns: [column])
        return try #require(NewItemContent(table, items: Vocabulary(names), trainedCount: trained))
    }

    /// Against the ratio written out.
    @Test func aCategoryCountsByHowMuchMoreOftenItIsAmongTheBest() throws {
        let genres: [String?] = ["war", "war|drama", "drama", "drama", nil, "war", "drama", "opera", nil, "war|drama"]
        let content = try content(genres, trained: 5)
        let lifts = content.lifts(of: [5, 6, 7, 8, 9], among: [0, 1, 4])
        let war = logf((2 + 10 * 0.4) / (13 * 0.4))
        let drama = logf((1 + 10 * 0.6) / (13 * 0.6))
        for (lift, expected) in zip(lifts, [war, drama, 0, 0, (war + drama) / 2]) {
            #expect(abs(lift - expected / 2) < 1e-5)
        }
    }
}

@Suite struct ItemAgeTests {
    @Test func ageIsCountedFromCreationElseTheFirstEventElseTheNewest() throws {
        let model = try SmallWorld.model.get()
        let ages = ItemAges(model)
        let day = SmallWorld.day
        let old = model.items.index(of: "i1")
        let young = model.items.index(of: "i53")
        #expect(ages.newestEvent == SmallWorld.end)
        #expect(ages.days(created: nil, item: old) == 100)
        #expect(ages.days(created: nil, item: young) == 7)
        #expect(ages.days(created: SmallWorld.end - 3 * day, item: old) == 3)
        #expect(ages.days(created: SmallWorld.end + 3 * day, item: nil) == -3)
        #expect(ages.days(created: nil, item: nil) == 0)
        #expect(ages.days(created: .min + 1, item: nil) > 0 && ages.days(created: .max, item: nil) < 0)
    }
}

@Suite struct RankingInfluenceTests {
    @Test func nothingHasInfluenceUnlessItIsAsked() {
        #expect(RankingInfluence(nil) == nil)
        #expect(RankingInfluence(["POPULARITY": 0, "FRESHNESS": 0]) == nil)
    }

    /// Against the formula in probabilities: times 100 to the power of weight times factor.
    @Test func aFactorOfOneAtWeightOneOutweighsAHundredfoldDifference() throws {
        let popularity = try #require(RankingInfluence(["POPULARITY": 1]))
        let popular = popularity.offsets(events: [0, 9, 99], ages: [1, 2, 3]).map { expf($0) }
        for (factor, expected) in zip(popular, [1, 10, 100] as [Float]) { #expect(abs(factor / expected - 1) < 1e-3) }

        let freshness = try #require(RankingInfluence(["FRESHNESS": 0.5]))
        let fresh = freshness.offsets(events: [5, 5, 5], ages: [-10, 0, 10]).map { expf($0) }
        for (factor, expected) in zip(fresh, [10, 3.16228, 1] as [Float]) { #expect(abs(factor / expected - 1) < 1e-3) }
    }

    @Test func itemsOfOneAgeWithoutEventsAreTreatedAlike() throws {
        let influence = try #require(RankingInfluence(["POPULARITY": 1, "FRESHNESS": 1]))
        #expect(influence.offsets(events: [0, 0], ages: [4, 4]) == [0, 0])
        #expect(influence.offsets(events: [], ages: []).isEmpty)
    }
}
