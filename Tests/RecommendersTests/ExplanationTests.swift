import Datasets
import Foundation
import Recommenders
import Testing

@Suite struct ExplanationTests {
    private let data = sampleInteractions()

    private func model(_ algorithm: Algorithm, _ hyperparameters: [String: String] = [:]) throws -> TrainedModel {
        var options = TrainingOptions(seed: 2)
        options.metadata = try sampleMetadata()
        return try algorithm.train(on: data, hyperparameters: hyperparameters, options: options)
    }

    /// A history, and the first item of its list that was not met.
    private func history(_ model: TrainedModel) throws -> (History, item: Int) {
        let history = try #require(model.history(ofUser: model.users[3]))
        let met = Set(history.items.map { Int($0) })
        let first = model.recommender.recommendations(for: history, count: 1) { met.contains($0) }.first
        return (history, try #require(first).item)
    }

    @Test(arguments: [Algorithm.ease, .itemKNN])
    func sumsOverTheHistoryAreWhatEachItemScoresByItself(_ algorithm: Algorithm) throws {
        let model = try model(algorithm)
        let (history, item) = try history(model)
        let explanation = model.explanation(of: item, for: history)
        #expect(explanation.method == .exact)
        #expect(explanation.contributions.contains { $0.value > 0 })
        for contribution in explanation.contributions where contribution.value != 0 {
            var alone = History()
            alone.append(item: UInt32(contribution.item), timestamp: 0)
            let score = Double(model.recommender.scores(for: alone)[item])
            #expect(abs(score - contribution.value) < 1e-5)
        }
    }

    @Test(arguments: [Algorithm.ease, .itemKNN, .als, .userKNN, .contentBased])
    func exactContributionsSumToTheScore(_ algorithm: Algorithm) throws {
        let model = try model(algorithm)
        let (history, item) = try history(model)
        let explanation = model.explanation(of: item, for: history)
        let score = Double(model.recommender.scores(for: history)[item])
        let sum = explanation.contributions.reduce(explanation.baseline) { $0 + $1.value }
        #expect(explanation.method == .exact)
        #expect(explanation.score == model.recommender.scores(for: history)[item])
        #expect(Set(explanation.contributions.map(\.item)) == Set(history.items.map { Int($0) }))
        #expect(abs(sum - score) < 2e-3 * max(abs(score), 1))
        #expect(abs(explanation.remainder) < 2e-3 * max(abs(score), 1))
    }

    @Test func featuresAndItemsOfTheHistoryAreTwoWaysToOneScore() throws {
        let model = try model(.contentBased)
        let (history, item) = try history(model)
        let explanation = model.explanation(of: item, for: history)
        let features = explanation.features.reduce(0) { $0 + $1.value }
        #expect(abs(features - Double(explanation.score)) < 1e-4)
    }

    @Test func leavingAnItemOutIsDoneAsByHand() throws {
        let model = try model(.userPersonalization)
        let (history, item) = try history(model)
        let explanation = model.explanation(of: item, for: history)
        #expect(explanation.method == .leaveOneOut)
        #expect(explanation.untried == 0)
        let list = model.recommender.recommendations(for: history, count: model.items.count)
        #expect(explanation.rank == list.firstIndex { $0.item == item }.map { $0 + 1 })
        for contribution in explanation.contributions {
            var rest = History()
            for event in history.items.indices where Int(history.items[event]) != contribution.item {
                rest.append(
                    item: history.items[event], timestamp: history.timestamps[event],
                    eventType: history.eventTypes[event], eventValue: history.eventValues[event])
            }
            let list = model.recommender.recommendations(for: rest, count: model.items.count)
            #expect(contribution.rankWithout == list.firstIndex { $0.item == item }.map { $0 + 1 })
        }
        let sum = explanation.contributions.reduce(explanation.baseline + explanation.remainder) { $0 + $1.value }
        #expect(abs(sum - explanation.explained) < 1e-9)
        #expect(explanation.contributions.contains { $0.value != 0 })
    }

    @Test func theBestItemStandsAtOneAndLeavingItemsOutDoesNotDependOnThreads() throws {
        let model = try model(.userPersonalization)
        let history = try history(model).0
        let best = try #require(model.recommender.recommendations(for: history, count: 1).first)
        let explanation = model.explanation(of: best.item, for: history, threads: 1)
        #expect(explanation.explained == 1)
        #expect(explanation.rank == 1)
        #expect(explanation == model.explanation(of: best.item, for: history, threads: 3))
    }

    @Test func nobodysHistoryExplainsAListForEverybody() throws {
        let model = try model(.popularity)
        let (history, item) = try history(model)
        let explanation = model.explanation(of: item, for: history)
        #expect(explanation.contributions.isEmpty)
        #expect(explanation.untried == 0)
        #expect(explanation.remainder == 0)
    }

    @Test func anEmptyHistoryIsExplainedByPopularity() throws {
        for algorithm in [Algorithm.ease, .userPersonalization] {
            let model = try model(algorithm)
            let explanation = model.explanation(of: 0, for: History())
            #expect(explanation.method == .leaveOneOut)
            #expect(explanation.contributions.isEmpty)
            #expect(explanation.explained == explanation.baseline)
        }
    }

    @Test func likeMindedUsersAreThoseOfTheModel() throws {
        let model = try model(.userKNN)
        let (history, item) = try history(model)
        #expect((model.explanation(of: item, for: history).likeMindedUsers ?? 0) > 0)
        #expect(try self.model(.ease).explanation(of: item, for: history).likeMindedUsers == nil)
    }

    @Test func anObjectiveIsPartOfWhatIsExplained() throws {
        var options = TrainingOptions()
        let values = Dictionary(uniqueKeysWithValues: data.items.identifiers.enumerated().map { ($1, Double($0)) })
        options.objective = ItemObjective(values: values, emphasis: 0.5)
        let model = try Algorithm.ease.train(on: data, options: options)
        let (history, item) = try history(model)
        let explanation = model.explanation(of: item, for: history)
        #expect(explanation.method == .leaveOneOut)
        #expect(explanation.score == model.recommender.scores(for: history)[item])
    }
}
