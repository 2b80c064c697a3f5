import Datasets
import Recipes
import Recommenders
import Testing

@Suite struct TrainingTests {
    /// User n has n + 1 events.
    private func interactions(users: Int) -> Interactions {
        var interactions = Interactions()
        for user in 0..<users {
            for event in 0...user {
                interactions.userIndices.append(UInt32(interactions.users.insert("u\(user)")))
                interactions.itemIndices.append(UInt32(interactions.items.insert("i\(event)")))
                interactions.timestamps.append(Int64(event))
            }
        }
        return interactions
    }

    @Test func aRecipeTrainsByItsName() throws {
        let model = try Recipe.popularityCount.train(on: interactions(users: 10))
        let best = model.recommender.recommendations(for: History(), count: 3)
        #expect(best.map { model.items[$0.item] } == ["i0", "i1", "i2"])
    }

    @Test func trainingRefusesHyperparametersBeforeItBegins() {
        #expect(throws: HyperparameterError.self) {
            try Recipe.popularityCount.train(on: interactions(users: 10), hyperparameters: ["layers": "3"])
        }
    }

    @Test func historiesOutsideThePercentilesAreLeftOut() throws {
        let all = interactions(users: 10)
        let parameters = ["min_user_history_length_percentile": "0.2", "max_user_history_length_percentile": "0.9"]
        let filter = try HistoryLengthFilter(
            HyperparameterValues(parameters, for: Recipe.userPersonalization.featureTransformation.parameters))
        let filtered = filter.apply(to: all)
        let kept = Set(filtered.userIndices.map { all.users[Int($0)] })
        // Lengths are 1...10: the 20th percentile is 2, the 90th is 9.
        #expect(kept == Set((1...8).map { "u\($0)" }))
        #expect(filtered.itemIndices.count == filtered.count && filtered.timestamps.count == filtered.count)
        #expect(filtered.users == all.users && filtered.items == all.items)
        #expect(filtered.eventTypeIndices == nil)
    }

    @Test func nobodyIsLeftOutByDefault() throws {
        let all = interactions(users: 10)
        #expect(try HistoryLengthFilter(HyperparameterValues([:], for: [])).apply(to: all).count == all.count)
        let empty = try HistoryLengthFilter(
            HyperparameterValues(
                ["max_user_history_length_percentile": "0.5"],
                for: Recipe.userPersonalization.featureTransformation.parameters))
        #expect(empty.apply(to: Interactions()).count == 0)
    }
}
