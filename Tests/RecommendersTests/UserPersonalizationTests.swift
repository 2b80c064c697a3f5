import Datasets
import Foundation
import Recommenders
import Synchronization
import Testing

@Suite struct UserPersonalizationTests {
    private let algorithm = Algorithm.userPersonalization

    @Test func theSameSeedGivesTheSameModelOnAnyNumberOfThreads() throws {
        let data = sampleInteractions()
        let one = try algorithm.train(on: data, options: TrainingOptions(seed: 4, threads: 1))
        let three = try algorithm.train(on: data, options: TrainingOptions(seed: 4, threads: 3))
        #expect(one.manifest == three.manifest)
        for user in data.users.identifiers.prefix(20) {
            let history = one.history(ofUser: user) ?? History()
            #expect(one.recommender.scores(for: history) == three.recommender.scores(for: history))
        }
    }

    /// Everybody walks the same ring of items, starting anywhere; the next item on the ring is the answer.
    private func ring(users: Int, items: Int, steps: Int) -> Interactions {
        var events: [(String, String, Int64, String?)] = []
        for user in 0..<users {
            for step in 0..<steps { events.append(("u\(user)", "i\((user + step) % items)", Int64(step), nil)) }
        }
        return interactions(events)
    }

    @Test func theOrderOfEventsIsLearned() throws {
        let model = try algorithm.train(on: ring(users: 200, items: 40, steps: 12))
        var hits = 0
        for start in 0..<40 {
            var history = History()
            for step in 0..<6 {
                history.append(
                    item: UInt32(model.items.index(of: "i\((start + step) % 40)") ?? 0), timestamp: Int64(step))
            }
            let next = model.items.index(of: "i\((start + 6) % 40)")
            if model.recommender.recommendations(for: history, count: 1).first?.item == next { hits += 1 }
        }
        #expect(hits >= 38)
    }

    @Test func itemsOfTheHistorySinkWhereNobodyRepeats() throws {
        let model = try algorithm.train(on: ring(users: 200, items: 40, steps: 12))
        let history = try #require(model.history(ofUser: "u0"))
        let top = model.recommender.recommendations(for: history, count: 20).map { UInt32($0.item) }
        #expect(Set(top).isDisjoint(with: history.items))
    }

    @Test func anItemThatWasClickedAndNotYetBoughtComesFirstWhereClicksLeadToPurchases() throws {
        var random = SeededGenerator(seed: 8)
        var events: [(String, String, Int64, String?)] = []
        for user in 0..<150 {
            var time: Int64 = 0
            for _ in 0..<(5 + random.index(below: 20)) {
                let item = "i\(random.index(below: 50))"
                events.append(("u\(user)", item, time, "click"))
                events.append(("u\(user)", item, time + 1, "buy"))
                time += 100
            }
            // Some users end on a click, so that both endings are known.
            if user % 2 == 0 { events.append(("u\(user)", "i\(random.index(below: 50))", time, "click")) }
        }
        let model = try algorithm.train(on: interactions(events))
        let click = UInt16(try #require(model.eventTypes.index(of: "click")))
        let buy = UInt16(try #require(model.eventTypes.index(of: "buy")))
        var history = History()
        history.append(item: 3, timestamp: 0, eventType: click)
        history.append(item: 3, timestamp: 1, eventType: buy)
        history.append(item: 7, timestamp: 100, eventType: click)
        #expect(model.recommender.recommendations(for: history, count: 1).first?.item == 7)
        history.append(item: 7, timestamp: 101, eventType: buy)
        #expect(model.recommender.recommendations(for: history, count: 1).first?.item != 7)
    }

    @Test func aUserWithoutAHistoryGetsWhatIsPopular() throws {
        let model = try algorithm.train(on: sampleInteractions())
        let expected = model.popularity.recommendations(for: History(), count: 10).map(\.item)
        #expect(model.recommender.recommendations(for: History(), count: 10).map(\.item) == expected)
    }

    @Test func historiesThatDoNotFitTheModelAreReadAsFarAsTheyGo() throws {
        let model = try algorithm.train(on: sampleInteractions())
        var history = History()
        history.append(item: .max, timestamp: .max, eventType: 9_999)
        #expect(model.recommender.scores(for: history) == model.recommender.scores(for: History()))
        let ragged = History(items: [1, 2, 3], timestamps: [.min], eventTypes: [200], eventValues: [])
        #expect(model.recommender.scores(for: ragged).count == model.items.count)
        let extreme = History(items: [1, 2], timestamps: [.min, .max], eventTypes: [0, 0], eventValues: [0, 0])
        #expect(model.recommender.scores(for: extreme).allSatisfy { $0.isFinite })
    }

    @Test func degenerateDataCanBeTrainedOn() throws {
        let cases: [[(String, String, Int64, String?)]] = [
            [("u", "i", 0, nil)],
            [("u", "i", 0, nil), ("u", "i", 0, nil)],
            [("u", "i", 0, nil), ("u", "j", 0, nil), ("v", "i", 0, nil)],
            (0..<200).map { ("u\($0 % 50)", "i\($0 % 7)", 5, nil) },
            (0..<200).map { ("u\($0)", "i\($0)", Int64($0), "only") },
            (0..<200).map { ("u", "i\($0 % 3)", Int64.max - Int64($0), "t\($0 % 70)") },
        ]
        for events in cases {
            let model = try algorithm.train(on: interactions(events))
            for user in model.users.identifiers.prefix(5) {
                let scores = model.recommender.scores(for: model.history(ofUser: user) ?? History())
                #expect(scores.count == model.items.count)
                #expect(scores.allSatisfy { $0.isFinite })
            }
        }
        #expect(throws: TrainingError.noInteractions) { try algorithm.train(on: Interactions()) }
    }

    @Test func aSmallMemoryLimitShrinksTheClosedFormPartOnly() throws {
        let data = sampleInteractions(users: 300, items: 500, events: 6_000)
        let announced = Mutex<[String: Double]>([:])
        let options = TrainingOptions(memoryLimit: 500 * 2_048 + 1 << 20 + 800_000) { progress in
            if progress.stage == "planning" { announced.withLock { $0 = progress.measurements } }
        }
        let model = try algorithm.train(on: data, options: options)
        #expect((256..<300).contains(announced.withLock { $0["closed_form_items"] } ?? 0))
        #expect(model.recommender.scores(for: model.history(ofUser: "u0") ?? History()).count == model.items.count)
    }

    @Test func theUnitOfTimeDoesNotChangeTheOrderOfNewItems() throws {
        let seconds = sampleInteractions(users: 300, items: 200, events: 6_000)
        var minutes = seconds
        minutes.timestamps = seconds.timestamps.map { 60 * $0 }
        let one = try algorithm.train(on: seconds)
        let other = try algorithm.train(on: minutes)
        #expect(one.manifest.learned["ranker_users"] != nil)
        for user in seconds.users.identifiers.prefix(30) {
            let history = try #require(one.history(ofUser: user))
            let seen = Set(history.items)
            let longer = try #require(other.history(ofUser: user))
            let list = one.recommender.recommendations(for: history, count: 25) { seen.contains(UInt32($0)) }
            let same = other.recommender.recommendations(for: longer, count: 25) { seen.contains(UInt32($0)) }
            #expect(list.map(\.item) == same.map(\.item))
        }
    }

    /// Everybody meets what is new at the time; which items those are changes from day to day.
    @Test func whatIsMetAtTheTimeOfTheHistoryComesFirst() throws {
        var random = SeededGenerator(seed: 21)
        var events: [(String, String, Int64, String?)] = []
        for user in 0..<400 {
            let day = user % 40
            for step in 0..<8 {
                // Three quarters of all events are on the day's ten items, in any order.
                let isOfDay = random.index(below: 4) > 0
                let item = isOfDay ? 10 * day + random.index(below: 10) : random.index(below: 400)
                events.append(("u\(user)", "i\(item)", Int64(day * 86_400 + step * 60), nil))
            }
        }
        let model = try algorithm.train(on: interactions(events))
        var ofDay = 0
        for day in 0..<40 {
            // The only event is of another day's item, so that nothing but the time tells.
            let stray = UInt32(model.items.index(of: "i\((10 * day + 205) % 400)") ?? 0)
            let history = History(items: [stray], timestamps: [Int64(day * 86_400 + 600)])
            let list = model.recommender.recommendations(for: history, count: 10)
            ofDay += list.count { (Int(model.items[$0.item].dropFirst()) ?? -1) / 10 == day }
        }
        #expect(ofDay > 40, "\(ofDay) of 400")

        // Somebody who comes back is offered what is met now, not what was met then.
        let stray = UInt32(try #require(model.items.index(of: "i215")))
        let past = History(items: [stray], timestamps: [3 * 86_400])
        func offered(_ day: Int) -> Int {
            let context = RequestContext(time: Int64(day * 86_400 + 600))
            return model.recommender.recommendations(for: past, in: context, count: 10)
                .count { (Int(model.items[$0.item].dropFirst()) ?? -1) / 10 == day }
        }
        #expect((25..<35).reduce(0) { $0 + offered($1) } > 10)
    }

    /// Half a thousand, and more while they have few events to be found.
    @Test(arguments: [(6, 1_000), (160, 500)])
    func moreUsersAreHeldOutWhereHistoriesAreShort(_ steps: Int, _ heldOut: Double) throws {
        let model = try algorithm.train(on: ring(users: steps == 6 ? 4_000 : 2_100, items: 200, steps: steps))
        #expect(model.manifest.learned["validation_users"] == heldOut)
    }

    @Test func hyperparametersAreChecked() {
        for (name, value) in [("bptt", "1"), ("bptt", "x"), ("recency_mask", "maybe"), ("hidden_dimension", "9999")] {
            #expect(throws: TrainingError.self) { try algorithm.validate(hyperparameters: [name: value]) }
        }
        #expect(throws: TrainingError.unknownHyperparameter("x", known: [])) {
            try Algorithm.popularity.validate(hyperparameters: ["x": "1"])
        }
        #expect(throws: Never.self) {
            try algorithm.validate(hyperparameters: [
                "bptt": "20", "hidden_dimension": "64", "recency_mask": "false",
                "min_user_history_length_percentile": "0.05", "max_user_history_length_percentile": "0.9",
            ])
        }
    }

    @Test func hyperparametersChangeTheModel() throws {
        let data = sampleInteractions()
        let history = try algorithm.train(on: data).history(ofUser: "u1") ?? History()
        let usual = try algorithm.train(on: data).recommender.scores(for: history)
        for (name, value) in [
            ("bptt", "2"), ("recency_mask", "false"), ("max_user_history_length_percentile", "0.5"),
            ("closed_form_items", "10"),
        ] {
            let scores = try algorithm.train(on: data, hyperparameters: [name: value]).recommender.scores(for: history)
            #expect(scores != usual, "\(name)")
        }
    }

    @Test func aCancelledTaskStopsTraining() async {
        let data = sampleInteractions()
        let task = Task {
            withUnsafeCurrentTask { $0?.cancel() }
            return try algorithm.train(on: data)
        }
        await #expect(throws: CancellationError.self) { try await task.value }
    }

    @Test func progressGrowsToTheEnd() throws {
        let fractions = Mutex<[Double]>([])
        let options = TrainingOptions { progress in fractions.withLock { $0.append(progress.fraction) } }
        _ = try algorithm.train(on: sampleInteractions(), options: options)
        let seen = fractions.withLock { $0 }
        #expect(seen == seen.sorted())
        #expect(seen.last == 1)
    }
}
