import Datasets
import Foundation
import LinearAlgebra

/// Users that are held out of training to choose a setting by what they met next.
struct HeldOutUsers: Sendable {
    /// Held-out users with something new to find.
    let cases: [BlendSearch.Case]
    /// Everybody else who has events, in ascending order.
    let others: [Int]

    /// Below this many cases, their verdict is noise.
    static let fewestCases = 20
    private static let most = 500
    /// Floats that the scores of all cases may take.
    private static let scoreBudget = 32_000_000

    /// A sixth of the users, at most 500, by the seed.
    init(of histories: UserHistories, itemCount: Int, weights: NumberedEventWeights = .equal, seed: UInt64) {
        let users = (0..<histories.count).filter { histories.offsets[$0] < histories.offsets[$0 + 1] }
        var generator = SeededGenerator(seed: seed)
        let shuffled = generator.permutation(of: users.count).map { users[$0] }
        let count = min(users.count / 6, Self.most, max(Self.scoreBudget / max(itemCount, 1), Self.fewestCases))
        cases = shuffled.prefix(count).compactMap { user in
            BlendSearch.Case(histories[user], itemCount: itemCount, weights: weights)
        }
        others = shuffled.dropFirst(count).sorted()
    }

    /// Bytes that the cases and their scores take, at most.
    static func memory(_ histories: UserHistories, itemCount: Int, threads: Int) -> Int {
        160 * histories.events(ofUsers: most) + 32 * threads * itemCount
    }

    /// Whether a choice can be made at all.
    var canChoose: Bool { cases.count >= Self.fewestCases && !others.isEmpty }

    /// The mean normalised discounted cumulative gain of the 25 best new items that `score` gives to each case.
    func gain(threads: Int, of score: @Sendable (BlendSearch.Case) -> [Float]) -> Double {
        BlendSearch(cases: cases, logUserCounts: [], threads: threads).evaluate { score(cases[$0]) }.gain
    }

    /// The best value of an ascending grid, by steps from `start` to better neighbours, and its gain.
    ///
    /// - Parameter gain: Called once for each value that is tried.
    static func climb(
        _ grid: [Double], from start: Int, gain: (Double) throws -> Double
    ) rethrows -> (value: Double, gain: Double) {
        var place = min(max(start, 0), grid.count - 1)
        var best = try gain(grid[place])
        for direction in [-1, 1] {
            var moved = false
            while grid.indices.contains(place + direction) {
                let found = try gain(grid[place + direction])
                guard found > best else { break }
                (place, best, moved) = (place + direction, found, true)
            }
            if moved { break }
        }
        return (grid[place], best)
    }
}

extension BlendSearch.Case {
    /// A user's older events, and the new items of the newest tenth; nil when there is nothing to read or to find.
    init?(_ history: History, itemCount: Int, weights: NumberedEventWeights) {
        let (input, targets) = HeldOutEvents.newestTenth(of: history)
        let met = Set(input.items)
        let unseen = targets.subtracting(met)
        guard !met.isEmpty, !unseen.isEmpty else { return nil }
        self.init(
            recent: RecentItems(input, itemCount: itemCount), targets: unseen, history: met,
            rewards: HeldOutEvents.rewards(of: history, weights))
    }
}
