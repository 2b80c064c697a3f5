import Datasets
import Foundation
import Recommenders

/// Users who are shown actions and decide at once, each with a probability of their own for each action.
struct ActionWorld {
    static let day: Int64 = 86_400
    static let start: Int64 = 1_700_000_000

    struct Event {
        let user, action: Int
        let time: Int64
        let type: String
    }

    let users: Int
    let actions: Int
    let days: Int
    private(set) var events: [Event] = []
    /// The probability that a view leads to a take, by user and action.
    private(set) var probabilities: [[Double]] = []

    init(users: Int = 400, actions: Int = 8, days: Int = 70, viewsPerDay: Double = 0.35, seed: UInt64 = 1) {
        (self.users, self.actions, self.days) = (users, actions, days)
        var generator = SeededGenerator(seed: seed)
        let ease = (0..<actions).map { -2.4 + 0.35 * Double($0) }
        for _ in 0..<users {
            let will = 0.8 * generator.normal()
            probabilities.append(ease.map { 1 / (1 + exp(-($0 + will + 0.8 * generator.normal()))) })
        }
        for day in 0..<days {
            for user in 0..<users where Double.random(in: 0..<1, using: &generator) < viewsPerDay {
                let action = Int.random(in: 0..<actions, using: &generator)
                let time = Self.start + Int64(day) * Self.day + Int64.random(in: 0..<Self.day - 100, using: &generator)
                events.append(Event(user: user, action: action, time: time, type: "Viewed"))
                let isTaken = Double.random(in: 0..<1, using: &generator) < probabilities[user][action]
                // A refusal is not always said.
                if isTaken || Bool.random(using: &generator) {
                    let type = isTaken ? "TAKEN" : "Not taken"
                    events.append(Event(user: user, action: action, time: time + 60, type: type))
                }
            }
        }
        events.sort { $0.time < $1.time }
    }

    func time(ofDay day: Int) -> Int64 { Self.start + Int64(day) * Self.day }

    func interactions(before time: Int64 = .max) -> Interactions {
        var interactions = RecommendersTests.interactions(
            events.filter { $0.time < time }.map { ("u\($0.user)", "a\($0.action)", $0.time, $0.type) })
        if interactions.eventTypeIndices == nil { interactions.eventTypeIndices = [] }
        return interactions
    }

    var actionNames: [String] { (0..<actions).map { "a\($0)" } }

    /// Whether a user took an action from `time` on within `days`.
    func isTaken(_ action: Int, by user: Int, from time: Int64, days: Int64 = 14) -> Bool {
        events.contains {
            $0.user == user && $0.action == action && $0.type == "TAKEN" && $0.time >= time
                && $0.time <= time + days * Self.day
        }
    }
}
