import Datasets
import Foundation
import Recommenders
import Synchronization
import Testing

@Suite struct RelatedItemsTests {
    private func about(_ item: String, _ model: TrainedModel) -> History {
        var history = History()
        if let index = model.items.index(of: item) { history.append(item: UInt32(index), timestamp: 0) }
        return history
    }

    private func names(_ scored: [ScoredItem], _ model: TrainedModel) -> [String] {
        scored.map { model.items[$0.item] }
    }

    /// The similarity written down as the documentation of the model has it, item by item.
    private func naive(_ data: Interactions, exponent: Double, minimum: Int) -> [[Double]] {
        var sets = [Set<Int>](repeating: [], count: data.users.count)
        for (user, item) in zip(data.userIndices, data.itemIndices) { sets[Int(user)].insert(Int(item)) }
        sets.removeAll(where: \.isEmpty)
        let weights = sets.map { 1 / Double($0.count).squareRoot() }
        let shrinkage = 20 * weights.reduce(0, +) / Double(weights.count)
        func frequency(_ item: Int) -> Double {
            zip(sets, weights).reduce(shrinkage) { $0 + ($1.0.contains(item) ? $1.1 : 0) }
        }
        let frequencies = data.items.identifiers.indices.map(frequency)
        return data.items.identifiers.indices.map { item in
            data.items.identifiers.indices.map { other in
                let both = zip(sets, weights).filter { $0.0.contains(item) && $0.0.contains(other) }
                guard item != other, both.count >= max(minimum, 1) else { return 0 }
                return both.reduce(0) { $0 + $1.1 }
                    / (pow(frequencies[item], 1 - exponent) * pow(frequencies[other], exponent))
            }
        }
    }

    @Test(arguments: [("0.0", 0), ("0.5", 3), ("1.0", 2)])
    func similaritiesAreThoseOfTheFormula(discount: String, minimum: Int) throws {
        let data = sampleInteractions(users: 60, items: 40, events: 700)
        let model = try Algorithm.sims.train(
            on: data,
            hyperparameters: [
                "popularity_discount_factor": discount, "min_cointeraction_count": "\(minimum)",
                "min_user_history_length_percentile": "0", "max_user_history_length_percentile": "1",
                "min_item_interaction_count_percentile": "0", "max_item_interaction_count_percentile": "1",
            ])
        let expected = naive(data, exponent: try #require(Double(discount)), minimum: minimum)
        var positive = 0
        for item in data.items.identifiers.indices {
            let scores = model.recommender.scores(for: about(data.items[item], model))
            for other in scores.indices where other != item {
                if expected[item][other] > 0 {
                    positive += 1
                    #expect(abs(Double(scores[other]) - expected[item][other]) < 1e-5)
                } else {
                    #expect(scores[other] < 0)
                }
            }
            #expect(scores[item] == -.infinity)
        }
        #expect(positive > 100)
    }

    @Test func theSameModelComesFromAnySeedAndNumberOfThreads() throws {
        let data = sampleInteractions()
        let one = try Algorithm.similarItems.train(on: data, options: TrainingOptions(seed: 1, threads: 1))
        let three = try Algorithm.similarItems.train(on: data, options: TrainingOptions(seed: 7, threads: 3))
        #expect(one.manifest.learned == three.manifest.learned)
        for item in data.items.identifiers {
            #expect(
                one.recommender.scores(for: about(item, one)) == three.recommender.scores(for: about(item, three)))
        }
    }

    @Test func aHistoryStandsForItsNewestKnownItem() throws {
        let model = try Algorithm.similarItems.train(on: sampleInteractions())
        var history = about(model.items[4], model)
        history.append(item: 9, timestamp: 1)
        history.append(item: 4_000_000, timestamp: 2)
        #expect(model.recommender.scores(for: history) == model.recommender.scores(for: about(model.items[9], model)))
    }

    @Test func withoutAKnownItemThereIsWhatIsPopular() throws {
        let model = try Algorithm.sims.train(on: sampleInteractions())
        let popular = model.popularity.recommendations(for: History(), count: 20).map(\.item)
        #expect(model.recommender.recommendations(for: History(), count: 20).map(\.item) == popular)
    }

    /// The catalogue can be listed to its end, so that filters find what they let pass.
    @Test func beyondTheNeighboursThereIsWhatIsPopular() throws {
        let model = try Algorithm.similarItems.train(
            on: interactions([
                ("a", "x", 1, nil), ("a", "y", 2, nil), ("b", "z", 1, nil), ("c", "z", 1, nil), ("b", "w", 2, nil),
            ]))
        let list = model.recommender.recommendations(for: about("x", model), count: 10)
        #expect(names(list, model) == ["y", "z", "w"])
    }

    @Test func aHigherDiscountShowsLessPopularItems() throws {
        let data = sampleInteractions(users: 300, items: 80, events: 6_000)
        let shown = try ["0", "0.5", "1"].map { discount in
            let model = try Algorithm.sims.train(on: data, hyperparameters: ["popularity_discount_factor": discount])
            return data.items.identifiers.reduce(Float(0)) { sum, item in
                model.recommender.recommendations(for: about(item, model), count: 5)
                    .reduce(sum) { $0 + model.popularity.counts[$1.item] }
            }
        }
        #expect(shown[0] > shown[1] && shown[1] > shown[2])
    }

    @Test func itemsOutsideThePercentilesAreNobodysNeighbours() throws {
        var events: [(String, String, Int64, String?)] = []
        for user in 0..<30 {
            events.append(("u\(user)", "everywhere", 0, nil))
            events.append(("u\(user)", "i\(user % 3)", 1, nil))
            events.append(("u\(user)", "j\(user % 3)", 2, nil))
        }
        let model = try Algorithm.sims.train(
            on: interactions(events), hyperparameters: ["max_item_interaction_count_percentile": "0.8"])
        let scores = model.recommender.scores(for: about("i0", model))
        #expect(scores[try #require(model.items.index(of: "everywhere"))] < 0)
        #expect(scores[try #require(model.items.index(of: "j0"))] > 0)
    }

    @Test func whereOneTypeOfEventCountsOthersDoNot() throws {
        var events: [(String, String, Int64, String?)] = []
        for user in 0..<20 {
            events.append(("u\(user)", "phone", 0, "View"))
            events.append(("u\(user)", "case", 1, "view"))
            events.append(("u\(user)", "car", 2, "Purchase"))
        }
        let model = try Algorithm.similarItems.train(
            on: interactions(events), hyperparameters: ["event_type": "View"])
        let scores = model.recommender.scores(for: about("phone", model))
        #expect(scores[try #require(model.items.index(of: "case"))] > 0)
        #expect(scores[try #require(model.items.index(of: "car"))] == -1)
        #expect(model.history(ofUser: "u3")?.count == 3, "filters still see every event")
    }

    @Test func itemsOfDifferentBasketsAreNotTogether() throws {
        var events: [(String, String, Int64, String?)] = []
        for user in 0..<20 {
            let start = Int64(user) * 1_000_000
            events.append(("u\(user)", "bread", start, nil))
            events.append(("u\(user)", "butter", start + 60, nil))
            events.append(("u\(user)", "lamp", start + 500_000, nil))
        }
        events.append(("u0", "lamp", .max, nil))
        events.append(("u0", "bread", .min, nil))
        let model = try Algorithm.similarItems.train(
            on: interactions(events), hyperparameters: ["together_seconds": "3600"])
        let scores = model.recommender.scores(for: about("bread", model))
        #expect(scores[try #require(model.items.index(of: "butter"))] > 0)
        #expect(scores[try #require(model.items.index(of: "lamp"))] < 0)
    }

    @Test func aVeryLongHistoryCountsWithItsNewestItems() throws {
        var events = (0..<1_500).map { ("robot", "i\($0)", Int64($0), String?.none) }
        events += [("u", "i0", 0, nil), ("u", "i1499", 1, nil), ("v", "i0", 0, nil)]
        let model = try Algorithm.similarItems.train(on: interactions(events))
        let scores = model.recommender.scores(for: about("i1499", model))
        #expect(scores[try #require(model.items.index(of: "i500"))] > 0)
        #expect(scores[try #require(model.items.index(of: "i499"))] < 0)
    }

    @Test func memoryLimitsTheNeighboursThatAreKept() throws {
        let data = sampleInteractions(users: 300, items: 400, events: 12_000)
        let announced = Mutex(0.0)
        let whole = TrainingOptions { progress in
            announced.withLock { $0 = max($0, progress.measurements[TrainingOptions.memoryMeasurement] ?? 0) }
        }
        _ = try Algorithm.similarItems.train(on: data, options: whole)
        let limit = Int(announced.withLock { $0 } * 0.9)
        let model = try Algorithm.similarItems.train(on: data, options: TrainingOptions(memoryLimit: limit))
        let kept = try #require(model.manifest.learned["neighbour_limit"])
        #expect(kept < 400)
        #expect(Double(model.recommender.scores(for: about(data.items[0], model)).count { $0 > 0 }) <= kept)
    }

    @Test func anItemWithoutEventsIsRelatedByWhatItIs() throws {
        let model = try Algorithm.similarItems.train(on: FilmWorld.events, options: FilmWorld.options())
        let kinds = { (films: [String]) in films.map { (Int($0.dropFirst()) ?? 0) % 2 } }
        let ofNew = model.recommender.recommendations(for: about("f21", model), count: 8)
        #expect(kinds(names(ofNew, model)) == [Int](repeating: 1, count: 8))
        // Space films are 0, 2, … 22; 20 and 22 have no events.
        let ofOld = names(model.recommender.recommendations(for: about("f4", model), count: 11), model)
        #expect(kinds(ofOld) == [Int](repeating: 0, count: 11))
        #expect(ofOld.contains("f20") && ofOld.contains("f22"))
    }

    @Test func howMuchMetadataCountsIsChosenOnHeldOutUsers() throws {
        var options = TrainingOptions(seed: 2)
        options.metadata = try sampleMetadata(items: 80)
        let model = try Algorithm.similarItems.train(
            on: sampleInteractions(users: 300, items: 80, events: 6_000), options: options)
        #expect((model.manifest.learned["metadata_weight"] ?? 0) > 0)
        #expect((model.manifest.learned["validation_users"] ?? 0) >= 20)
    }

    @Test func simsKnowsInteractionsOnly() throws {
        let described = try Algorithm.sims.train(on: FilmWorld.events, options: FilmWorld.options())
        let plain = try Algorithm.sims.train(on: FilmWorld.events)
        #expect(described.items == plain.items)
        let expected = plain.recommender.scores(for: about("f4", plain))
        #expect(described.recommender.scores(for: about("f4", described)) == expected)
    }

    @Test(arguments: [
        ["popularity_discount_factor": "1.1"], ["min_cointeraction_count": "11"], ["item_id_hidden_dim": "100"],
        ["min_user_history_length_percentile": "0.9", "max_user_history_length_percentile": "0.1"],
    ])
    func simsRefusesWhatItsTableDoesNotHave(hyperparameters: [String: String]) {
        #expect(throws: TrainingError.self) { try Algorithm.sims.validate(hyperparameters: hyperparameters) }
    }
}
