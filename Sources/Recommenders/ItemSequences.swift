import Datasets

/// What the item components learn from: each user's distinct items, in the order in which the user first met them.
///
/// Repeats are left to ``RepeatModel``; a click and a purchase of one item are one step here.
package struct ItemSequences: Sendable {
    /// Sequence u is at `offsets[u]..<offsets[u + 1]`.
    package private(set) var offsets: [Int] = [0]
    package private(set) var items: [UInt32] = []
    /// The reward of each entry of ``items``; empty when all count alike.
    package private(set) var rewards: [Float] = []
    package let itemCount: Int

    package var count: Int { offsets.count - 1 }

    package init(_ histories: some Sequence<[UInt32]>, itemCount: Int) {
        self.itemCount = itemCount
        var lastSeenBy = [Int32](repeating: -1, count: itemCount)
        for (user, history) in histories.enumerated() {
            for item in history where lastSeenBy[Int(item)] != Int32(truncatingIfNeeded: user) {
                lastSeenBy[Int(item)] = Int32(truncatingIfNeeded: user)
                items.append(item)
            }
            offsets.append(items.count)
        }
    }

    /// Entries with rewards: of an item that a user met more than once, the greatest counts.
    package init(rewarded histories: some Sequence<[(item: UInt32, reward: Float)]>, itemCount: Int) {
        self.itemCount = itemCount
        var places = [Int](repeating: -1, count: itemCount)
        for history in histories {
            let start = items.count
            for (item, reward) in history {
                if places[Int(item)] >= start {
                    rewards[places[Int(item)]] = max(rewards[places[Int(item)]], reward)
                } else {
                    places[Int(item)] = items.count
                    items.append(item)
                    rewards.append(reward)
                }
            }
            offsets.append(items.count)
        }
    }

    /// Of some of the users, with rewards unless all events count alike.
    ///
    /// - Parameter shortened: Users whose newest tenth of events is left out.
    package init(
        _ histories: UserHistories, users: [Int], itemCount: Int, weights: NumberedEventWeights = .equal,
        shortened: Set<Int> = []
    ) {
        func events(of user: Int) -> Range<Int> {
            let events = histories.offsets[user]..<histories.offsets[user + 1]
            guard shortened.contains(user) else { return events }
            return events.prefix(HeldOutEvents.keptCount(of: events.count))
        }
        guard weights.areEqual else {
            self.init(
                rewarded: users.lazy.map { user in
                    events(of: user).map { event in
                        let type = event < histories.eventTypes.count ? histories.eventTypes[event] : .max
                        return (item: histories.items[event], reward: weights[type])
                    }
                }, itemCount: itemCount)
            return
        }
        self.init(
            users.lazy.map { user in Array(histories.items[events(of: user)]) }, itemCount: itemCount)
    }

    /// Without some of the items; the numbers of the others stay.
    func removing(_ removed: Set<UInt32>) -> ItemSequences {
        guard !removed.isEmpty else { return self }
        let kept = (0..<count).lazy.map { user in
            (self.offsets[user]..<self.offsets[user + 1]).filter { !removed.contains(self.items[$0]) }
        }
        guard rewards.isEmpty else {
            return ItemSequences(
                rewarded: kept.map { places in
                    places.map { (item: self.items[$0], reward: self.rewards[$0]) }
                }, itemCount: itemCount)
        }
        return ItemSequences(kept.map { places in places.map { self.items[$0] } }, itemCount: itemCount)
    }

    /// The items of each sequence in the order of their numbers.
    func sortedItems() -> [UInt32] {
        var sorted = items
        for sequence in 0..<count { sorted[offsets[sequence]..<offsets[sequence + 1]].sort() }
        return sorted
    }

    /// Users per item.
    package func userCounts() -> [Float] {
        var counts = [Float](repeating: 0, count: itemCount)
        for item in items { counts[Int(item)] += 1 }
        return counts
    }

    /// Only the items of a selection, renumbered by it.
    func restricted(to selection: ItemSelection) -> ItemSequences {
        guard rewards.isEmpty else {
            return ItemSequences(
                rewarded: (0..<count).lazy.map { user in
                    (self.offsets[user]..<self.offsets[user + 1]).compactMap { place in
                        selection.position(of: self.items[place]).map { (item: $0, reward: self.rewards[place]) }
                    }
                }, itemCount: selection.items.count)
        }
        return ItemSequences(
            (0..<count).lazy.map { user in
                self.items[self.offsets[user]..<self.offsets[user + 1]].compactMap { selection.position(of: $0) }
            }, itemCount: selection.items.count)
    }
}

/// The items that the closed-form components cover, by number of users, and their position among them.
struct ItemSelection: Sendable, Equatable {
    /// Catalogue numbers, most users first.
    let items: [UInt32]
    /// Per item of the catalogue; `UInt32.max` for an item that was not selected.
    private let positions: [UInt32]

    /// Takes the items with the most users, at most `limit`, and none with fewer than `minimumUsers` while others exist.
    init(userCounts: [Float], limit: Int, minimumUsers: Float) {
        let ranked = userCounts.indices.filter { userCounts[$0] > 0 }.sorted {
            userCounts[$0] == userCounts[$1] ? $0 < $1 : userCounts[$0] > userCounts[$1]
        }
        let supported = ranked.prefix { userCounts[$0] >= minimumUsers }
        let chosen = (supported.isEmpty ? ranked[...] : supported).prefix(max(limit, 1))
        self.init(items: chosen.map { UInt32($0) }, itemCount: userCounts.count)
    }

    init(items: [UInt32], itemCount: Int) {
        self.items = items
        var positions = [UInt32](repeating: .max, count: itemCount)
        for (position, item) in items.enumerated() where Int(item) < itemCount {
            positions[Int(item)] = UInt32(position)
        }
        self.positions = positions
    }

    func position(of item: UInt32) -> UInt32? {
        guard Int(item) < positions.count, positions[Int(item)] != .max else { return nil }
        return positions[Int(item)]
    }
}

/// What an item counts by how many steps it lies from another.
struct LagWeights: Sendable {
    let lags: ClosedRange<Int>
    /// As many as lags.
    fileprivate let values: [Float]

    init(_ lags: ClosedRange<Int>, _ weight: (Int) -> Float) {
        self.lags = lags
        values = lags.map(weight)
    }
}

/// Where each item stands in the sequences, so that one row of a co-occurrence matrix can be built by itself.
///
/// Rows are independent of each other: they are built in parallel without locks and in an order of additions that does
/// not depend on the number of threads.
package struct ItemOccurrences: Sendable {
    package let sequences: ItemSequences
    private let offsets: [Int]
    private let places: [UInt32]
    /// The sequence that a place belongs to.
    private let owners: [UInt32]

    package init(_ sequences: ItemSequences) {
        self.sequences = sequences
        var offsets = [Int](repeating: 0, count: sequences.itemCount + 1)
        for item in sequences.items { offsets[Int(item) + 1] += 1 }
        for item in 0..<sequences.itemCount { offsets[item + 1] += offsets[item] }
        var next = offsets
        var places = [UInt32](repeating: 0, count: sequences.items.count)
        var owners = [UInt32](repeating: 0, count: sequences.items.count)
        for user in 0..<sequences.count {
            for place in sequences.offsets[user]..<sequences.offsets[user + 1] {
                owners[place] = UInt32(user)
                let item = Int(sequences.items[place])
                places[next[item]] = UInt32(place)
                next[item] += 1
            }
        }
        self.offsets = offsets
        self.places = places
        self.owners = owners
    }

    /// The sequences that hold `item`, in their order.
    func sequences(with item: Int) -> [Int] {
        places[offsets[item]..<offsets[item + 1]].map { Int(owners[Int($0)]) }
    }

    /// Adds a weight for each item near an occurrence of `item`, times its reward where there are rewards and they are asked for.
    ///
    /// - Parameters:
    ///   - weights: By lag, which is positive for an item that comes later.
    ///   - row: Takes the sums, by item.
    func add(
        _ weights: LagWeights, around item: Int, rewarded: Bool = false, to row: UnsafeMutableBufferPointer<Float>
    ) {
        let isRewarded = rewarded && !sequences.rewards.isEmpty
        sequences.items.withUnsafeBufferPointer { items in
            for index in offsets[item]..<offsets[item + 1] {
                let place = Int(places[index])
                let owner = Int(owners[place])
                let first = max(sequences.offsets[owner], place + weights.lags.lowerBound)
                let end = min(sequences.offsets[owner + 1], place + weights.lags.upperBound + 1)
                guard first < end else { continue }
                let start = first - place - weights.lags.lowerBound
                weights.values.withUnsafeBufferPointer { values in
                    for other in first..<end {
                        let weight = values[start + other - first]
                        row[Int(items[other])] += isRewarded ? weight * sequences.rewards[other] : weight
                    }
                }
            }
        }
    }

    /// Calls `body` with each other item near an occurrence of `item`, its lag, positive when it comes later, its reward, and
    /// that of the occurrence.
    func forEachNeighbour(
        of item: Int, window: Int,
        _ body: (_ neighbour: Int, _ lag: Int, _ reward: Float, _ ownReward: Float) -> Void
    ) {
        let isRewarded = !sequences.rewards.isEmpty
        for index in offsets[item]..<offsets[item + 1] {
            let place = Int(places[index])
            let owner = Int(owners[place])
            let first = max(sequences.offsets[owner], place - min(window, place))
            let end = min(sequences.offsets[owner + 1] - 1, place + min(window, sequences.items.count)) + 1
            for other in first..<end where other != place {
                body(
                    Int(sequences.items[other]), other - place, isRewarded ? sequences.rewards[other] : 1,
                    isRewarded ? sequences.rewards[place] : 1)
            }
        }
    }
}
