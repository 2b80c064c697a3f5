import Datasets
import LinearAlgebra

/// The newest events of some users, held out of the training of a transformer to see how well it does.
struct HeldOutTargets: Sendable {
    /// Histories without the held-out events.
    let histories: UserHistories
    let cases: [Case]

    struct Case: Sendable {
        let user: Int
        /// New items of the held-out events.
        let targets: Set<UInt32>
    }

    private static let mostCases = 1_000
    private static let mostEvents = 5
    /// Below this many cases, their verdict is noise.
    static let fewestCases = 20

    var canChoose: Bool { cases.count >= Self.fewestCases }

    /// Whether there are users enough, before anything is made.
    static func mayBeEnough(_ histories: UserHistories) -> Bool {
        (0..<histories.count).count { histories.offsets[$0 + 1] - histories.offsets[$0] > 1 } / 3 >= fewestCases
    }

    /// The newest tenth of the events of a third of the users, at most 1,000 users and 5 events each, by the seed.
    init(of histories: UserHistories, seed: UInt64) {
        let users = (0..<histories.count).filter { histories.offsets[$0 + 1] - histories.offsets[$0] > 1 }
        var generator = SeededGenerator(seed: seed)
        let chosen = generator.permutation(of: users.count).prefix(min(users.count / 3, Self.mostCases)).map {
            users[$0]
        }
        var cut = [Int: Int]()
        var cases: [Case] = []
        for user in chosen.sorted() {
            let history = histories[user]
            let held = min(max(1, (history.count + 5) / 10), Self.mostEvents)
            let targets = Set(history.items.suffix(held)).subtracting(history.items.dropLast(held))
            guard !targets.isEmpty else { continue }
            cut[user] = held
            cases.append(Case(user: user, targets: targets))
        }
        self.cases = cases
        self.histories = histories.without(cut)
    }
}

extension UserHistories {
    /// The same without the newest events of some users.
    func without(_ newest: [Int: Int]) -> UserHistories {
        var kept: [Int] = []
        var offsets = [0]
        for user in 0..<count {
            let end = max(self.offsets[user + 1] - (newest[user] ?? 0), self.offsets[user])
            kept.append(contentsOf: self.offsets[user]..<end)
            offsets.append(kept.count)
        }
        return UserHistories(
            offsets: offsets, items: kept.map { items[$0] }, timestamps: kept.map { timestamps[$0] },
            eventTypes: eventTypes.isEmpty ? [] : kept.map { eventTypes[$0] },
            eventValues: eventValues.isEmpty ? [] : kept.map { eventValues[$0] })
    }
}
