import Datasets
import Foundation
import Recommenders
import Testing

@Suite struct NextBestActionTests {
    private func train(
        _ interactions: Interactions?, actions: [String] = [], items: Interactions = Interactions(),
        hyperparameters: [String: String] = [:]
    ) throws -> (TrainedModel, NextBestAction) {
        let model = try NextBestAction.train(
            on: ActionData(actionInteractions: interactions, actions: actions, itemInteractions: items),
            hyperparameters: hyperparameters)
        return (model, try #require(model.nextBestAction))
    }

    /// Each view of the weeks after the training, what was predicted just before it, and whether the user took the action
    /// within the period.
    private func predictions(_ world: ActionWorld, day: Int) throws -> [(probability: Double, isTaken: Bool)] {
        let cut = world.time(ofDay: day)
        let (model, recommender) = try train(world.interactions(before: cut))
        let views = world.events.filter {
            $0.type == "Viewed" && $0.time >= cut && $0.time < cut + 5 * ActionWorld.day
        }
        return views.compactMap { view in
            guard let action = model.items.index(of: "a\(view.action)"),
                let probability = recommender.propensities(
                    for: model.history(ofUser: "u\(view.user)") ?? History(),
                    activity: ItemActivity(), at: view.time)[action]
            else { return nil }
            return (probability, world.isTaken(view.action, by: view.user, from: view.time))
        }
    }

    @Test func aProbabilityIsAsOftenRightAsItSays() throws {
        let world = ActionWorld()
        let predictions = try predictions(world, day: 50).sorted { $0.probability < $1.probability }
        #expect(predictions.count > 500)
        let bins = 5
        for bin in 0..<bins {
            let part = predictions[
                predictions.count * bin / bins..<predictions.count * (bin + 1) / bins]
            let expected = part.reduce(0.0) { $0 + $1.probability } / Double(part.count)
            let observed = Double(part.count { $0.isTaken }) / Double(part.count)
            let error = (expected * (1 - expected) / Double(part.count)).squareRoot()
            let difference = abs(expected - observed)
            let allowed = 0.03 + 3 * error
            #expect(difference < allowed, "bin \(bin): \(expected) and \(observed)")
        }
    }

    @Test func actionsThatAreTakenAreToldFromOthersBetterThanByTheirRateAlone() throws {
        let world = ActionWorld(seed: 2)
        let cut = world.time(ofDay: 50)
        let (model, recommender) = try train(world.interactions(before: cut))
        let nobody = recommender.propensities(for: History(), activity: ItemActivity(), at: cut)
        var own: [(Double, Double)] = []
        var common: [(Double, Double)] = []
        for user in 0..<world.users {
            let history = try #require(model.history(ofUser: "u\(user)"))
            let personal = recommender.propensities(for: history, activity: ItemActivity(), at: cut)
            for action in 0..<world.actions {
                let number = try #require(model.items.index(of: "a\(action)"))
                let known = try #require(personal[number])
                let unknown = try #require(nobody[number])
                own.append((known, world.probabilities[user][action]))
                common.append((unknown, world.probabilities[user][action]))
            }
        }
        #expect(correlation(own) > correlation(common) + 0.1)
        #expect(correlation(own) > 0.7)
    }

    private func correlation(_ pairs: [(Double, Double)]) -> Double {
        let count = Double(pairs.count)
        let left = pairs.reduce(0) { $0 + $1.0 } / count
        let right = pairs.reduce(0) { $0 + $1.1 } / count
        let product = pairs.reduce(0) { $0 + ($1.0 - left) * ($1.1 - right) }
        let squares = pairs.reduce((0.0, 0.0)) {
            ($0.0 + ($1.0 - left) * ($1.0 - left), $0.1 + ($1.1 - right) * ($1.1 - right))
        }
        return product / (squares.0 * squares.1).squareRoot()
    }

    @Test func aUserWithoutHistoryGetsTheRatesOfTheActions() throws {
        let world = ActionWorld()
        let (model, recommender) = try train(world.interactions())
        let probabilities = recommender.propensities(
            for: History(), activity: ItemActivity(), at: world.time(ofDay: world.days))
        let order = try (0..<world.actions).map { action in
            let number = try #require(model.items.index(of: "a\(action)"))
            return try #require(probabilities[number])
        }
        #expect(order == order.sorted())
        #expect(order.allSatisfy { $0 > 0 && $0 < 1 })
    }

    @Test func anActionNeedsFiftyTakesAndFiftyOtherEventsOfTheLastSixWeeks() throws {
        func events(taken: Int, viewed: Int, daysAgo: Int64) -> [(String, String, Int64, String?)] {
            let newest = ActionWorld.start + 100 * ActionWorld.day
            let time = newest - daysAgo * ActionWorld.day
            return [("last", "other", newest, "Viewed")]
                + (0..<taken).map { ("t\($0)", "action", time, "Taken") }
                + (0..<viewed).map { ("v\($0)", "action", time, $0.isMultiple(of: 2) ? "Viewed" : "NOT_TAKEN") }
        }
        for (taken, viewed, daysAgo, isScored) in [
            (50, 50, Int64(41), true), (49, 60, 1, false), (60, 49, 1, false), (80, 80, 43, false),
        ] {
            let (model, recommender) = try train(
                interactions(events(taken: taken, viewed: viewed, daysAgo: daysAgo)), actions: ["cold"])
            let scores = recommender.propensities(
                for: History(), activity: ItemActivity(), at: ActionWorld.start + 100 * ActionWorld.day)
            #expect(scores.count == 3)
            let (action, cold) = (model.items.index(of: "action"), model.items.index(of: "cold"))
            #expect(action.map { scores[$0] != nil } == isScored)
            #expect(cold.map { scores[$0] == nil } == true)
        }
    }

    @Test func thereNeedBeNoActionInteractions() throws {
        let (model, recommender) = try train(
            nil, actions: ["a", "b"], items: sampleInteractions(users: 10, events: 100))
        #expect(model.items.identifiers == ["a", "b"])
        #expect(recommender.propensities(for: History(), activity: ItemActivity(), at: 0) == [nil, nil])
        try withTemporaryDirectory { directory in
            try model.write(to: directory.appending(path: "model"))
            #expect(try TrainedModel(contentsOf: directory.appending(path: "model")).nextBestAction == recommender)
        }
    }

    @Test func aModelIsReadAsItWasWritten() throws {
        let world = ActionWorld(users: 200, days: 40)
        let items = sampleInteractions(users: 50, events: 500)
        let (model, recommender) = try train(world.interactions(), actions: ["cold"], items: items)
        let user = try #require(model.users.index(of: items.users[0]))
        #expect(recommender.activity(ofUser: user).events > 0)
        try withTemporaryDirectory { directory in
            try model.write(to: directory.appending(path: "model"))
            let read = try TrainedModel(contentsOf: directory.appending(path: "model"))
            #expect(read.nextBestAction == recommender)
            let history = try #require(model.history(ofUser: "u3"))
            #expect(read.history(ofUser: "u3")?.items == history.items)
            #expect(read.history(ofUser: "u3")?.timestamps == history.timestamps)
            #expect(read.recommender.scores(for: history) == model.recommender.scores(for: history))
        }
    }

    @Test func nothingInAHistoryMakesItTrap() throws {
        let (_, recommender) = try train(ActionWorld(users: 150, days: 40).interactions())
        var generator = SeededGenerator(seed: 9)
        for _ in 0..<200 {
            var history = History()
            for _ in 0..<Int.random(in: 0..<6, using: &generator) {
                let time: Int64 = [.min, .max, 0, ActionWorld.start, -1].randomElement(using: &generator) ?? 0
                history.append(
                    item: .random(in: 0...UInt32.max, using: &generator), timestamp: time,
                    eventType: Bool.random(using: &generator) ? .random(in: 0..<4, using: &generator) : .max)
            }
            for time in [Int64.min, 0, .max] {
                let probabilities = recommender.propensities(
                    for: history, activity: ItemActivity(events: 3, last: .max), at: time)
                #expect(probabilities.allSatisfy { $0.map { $0 >= 0 && $0 <= 1 } ?? true })
            }
        }
    }

    @Test func eventTypesAreReadAsPeopleWriteThem() {
        for text in ["Taken", "TAKEN", "taken"] { #expect(ActionEvent(eventType: text) == .taken) }
        for text in ["Not taken", "NOT_TAKEN", "Not Taken", "notTaken"] {
            #expect(ActionEvent(eventType: text) == .notTaken)
        }
        #expect(ActionEvent(eventType: "Viewed") == .viewed)
        #expect(ActionEvent(eventType: "click") == nil)
    }

    @Test func onlyTheDocumentedHyperparameterIsTaken() throws {
        let world = ActionWorld(users: 60, days: 30).interactions()
        #expect(throws: TrainingError.self) {
            try train(world, hyperparameters: ["action_optimization_period": "6"])
        }
        #expect(throws: TrainingError.self) { try train(world, hyperparameters: ["layers": "6"]) }
        let (model, _) = try train(world, hyperparameters: ["action_optimization_period": "28"])
        #expect(model.manifest.learned["action_optimization_period"] == 28)
    }

    /// More time to take an action makes it more likely to be taken.
    @Test func aLongerPeriodRaisesTheProbability() throws {
        let world = ActionWorld(viewsPerDay: 0.8, seed: 4).interactions()
        func mean(_ days: String) throws -> Double {
            let (_, recommender) = try train(world, hyperparameters: ["action_optimization_period": days])
            let all = recommender.propensities(
                for: History(), activity: ItemActivity(), at: ActionWorld.start + 70 * ActionWorld.day)
            return all.reduce(0.0) { $0 + ($1 ?? 0) } / Double(all.count)
        }
        #expect(try mean("28") > mean("7"))
    }
}
