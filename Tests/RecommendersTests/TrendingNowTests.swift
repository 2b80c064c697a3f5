import Datasets
import Foundation
import Recommenders
import Testing

@Suite struct TrendingNowTests {
    private func events(_ item: String, _ count: Int, at time: Int64) -> [(String, String, Int64, String?)] {
        (0..<count).map { ("u\($0)", item, time, nil) }
    }

    private func list(
        _ data: [(String, String, Int64, String?)], _ hyperparameters: [String: String] = [:]
    ) throws -> [String] {
        let model = try Algorithm.trendingNow.train(on: interactions(data), hyperparameters: hyperparameters)
        return model.recommender.recommendations(for: History(), count: 10).map { model.items[$0.item] }
    }

    private let hour: Int64 = 3_600

    @Test func whatGrowsFastestComesFirstAndThenWhatIsPopular() throws {
        let counts: [(item: String, count: Int, hours: Int64)] = [
            ("evergreen", 400, 0), ("evergreen", 100, 8), ("evergreen", 105, 10), ("newcomer", 30, 10),
            ("fading", 40, 8), ("fading", 10, 10), ("old", 60, 0),
        ]
        let data = counts.flatMap { events($0.item, $0.count, at: $0.hours * hour) }
        #expect(try list(data) == ["newcomer", "evergreen", "old", "fading"])
    }

    @Test func theFrequencyIsTheLengthOfTheIntervals() throws {
        let counts: [(item: String, count: Int, hours: Int64)] = [
            ("a", 20, 0), ("b", 10, 20), ("b", 3, 29), ("a", 8, 29),
        ]
        let data = counts.flatMap { events($0.item, $0.count, at: $0.hours * hour) }
        #expect(try list(data, ["trend_discovery_frequency": "1 hour"]) == ["a", "b"])
        #expect(try list(data, ["trend_discovery_frequency": "1 Day"]) == ["b", "a"])
        #expect(throws: TrainingError.self) {
            try Algorithm.trendingNow.validate(hyperparameters: ["trend_discovery_frequency": "5 hours"])
        }
    }

    @Test func everybodyGetsTheSame() throws {
        let model = try Algorithm.trendingNow.train(on: sampleInteractions())
        let history = try #require(model.history(ofUser: model.users[0]))
        #expect(model.recommender.scores(for: history) == model.recommender.scores(for: History()))
    }

    @Test func timesAtTheEndsOfTheRangeDoNotTrap() throws {
        #expect(try list([("u", "a", .min, nil), ("v", "b", .min + 1, nil)]).count == 2)
        #expect(try list([("u", "a", .min, nil), ("v", "b", .max, nil)]).first == "b")
    }
}
