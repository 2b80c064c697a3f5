import Datasets
import Foundation
import Recommenders
import Testing

@Suite struct ItemObjectiveTests {
    private let data = sampleInteractions(users: 200, items: 200, events: 6_000)

    private func prices() -> [String: Double] {
        var random = SeededGenerator(seed: 9)
        return Dictionary(
            uniqueKeysWithValues: data.items.identifiers.map { ($0, Double(1 + random.index(below: 1_000))) })
    }

    private func model(_ algorithm: Algorithm, emphasis: Double?, values: [String: Double]) throws -> TrainedModel {
        var options = TrainingOptions(seed: 1)
        options.objective = emphasis.map { ItemObjective(values: values, emphasis: $0) }
        return try algorithm.train(on: data, options: options)
    }

    private func best(_ model: TrainedModel, _ user: String) -> [String] {
        model.recommender.recommendations(for: model.history(ofUser: user) ?? History(), count: 10)
            .map { model.items[$0.item] }
    }

    @Test(arguments: [Algorithm.userPersonalization, .popularity])
    func theMoreEmphasisTheMoreTheListBrings(_ algorithm: Algorithm) throws {
        let prices = prices()
        let means = try [nil, 0, 0.25, 0.5, 0.75].map { emphasis -> Double in
            let model = try model(algorithm, emphasis: emphasis, values: prices)
            let listed = data.users.identifiers.prefix(60).flatMap { best(model, $0) }
            return listed.reduce(0) { $0 + (prices[$1] ?? 0) } / Double(listed.count)
        }
        #expect(means[0] == means[1], "no emphasis leaves the lists as they are")
        #expect(means[1] < means[2] && means[2] < means[3] && means[3] < means[4], "\(means)")
    }

    @Test func equalValuesChangeNoList() throws {
        let flat = Dictionary(uniqueKeysWithValues: data.items.identifiers.map { ($0, 7.0) })
        let plain = try model(.userPersonalization, emphasis: nil, values: [:])
        let objective = try model(.userPersonalization, emphasis: 0.75, values: flat)
        for user in data.users.identifiers.prefix(20) { #expect(best(plain, user) == best(objective, user)) }
    }

    @Test func theFormulaIsTheDocumentedOne() throws {
        // Popularity counts 3, 2 and 1: a spread of 2. Shares of the values 5, 1 and none: 1, 0 and one half.
        let events: [(String, String, Int64, String?)] = [
            ("u", "a", 0, nil), ("u", "a", 1, nil), ("u", "a", 2, nil), ("u", "b", 3, nil), ("u", "b", 4, nil),
            ("u", "c", 5, nil),
        ]
        var options = TrainingOptions()
        options.objective = ItemObjective(values: ["a": 1, "b": 5, "c": .nan], emphasis: 0.5)
        let model = try Algorithm.popularity.train(on: interactions(events), options: options)
        #expect(model.recommender.scores(for: History()) == [1.5, 2, 1])
    }

    @Test func itIsStoredWithTheModelAndKeptByAnUpdate() throws {
        let prices = prices()
        let model = try model(.userPersonalization, emphasis: 0.5, values: prices)
        try withTemporaryDirectory { directory in
            try model.write(to: directory.appendingPathComponent("model"))
            let read = try TrainedModel(contentsOf: directory.appendingPathComponent("model"))
            for user in data.users.identifiers.prefix(10) { #expect(best(read, user) == best(model, user)) }
            var options = TrainingOptions()
            options.objective = ItemObjective(values: prices, emphasis: 0.5)
            let updated = try read.updated(with: data, options: options)
            for user in data.users.identifiers.prefix(10) { #expect(best(updated, user) == best(model, user)) }

            let file = directory.appendingPathComponent("model/objective.safetensors")
            try Data("nonsense".utf8).write(to: file)
            #expect(throws: ModelError.self) {
                _ = try TrainedModel(contentsOf: directory.appendingPathComponent("model"))
            }
        }
    }
}
