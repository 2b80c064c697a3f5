public import Datasets

/// What a model of next best actions learns from.
public struct ActionData: Sendable {
    /// Action interactions; their items are the actions. Every user and action that can be asked for is in the
    /// vocabularies, with or without events.
    public let interactions: Interactions
    /// By user number of `interactions`: when the user met items, in order.
    let itemTimes: [[Int64]]

    /// - Parameters:
    ///   - actionInteractions: Nil when there are none.
    ///   - actions: Identifiers of all actions that can be recommended.
    public init(
        actionInteractions: Interactions?, actions: [String] = [], itemInteractions: Interactions = Interactions()
    ) {
        var interactions = actionInteractions ?? Interactions(eventTypeIndices: [])
        for action in actions { interactions.items.insert(action) }
        let users = itemInteractions.users.identifiers.map { interactions.users.insert($0) }
        var times = [[Int64]](repeating: [], count: interactions.users.count)
        for row in 0..<itemInteractions.count {
            let user = Int(itemInteractions.userIndices[row])
            if users.indices.contains(user) { times[users[user]].append(itemInteractions.timestamps[row]) }
        }
        for user in times.indices where !zip(times[user], times[user].dropFirst()).allSatisfy({ $0 <= $1 }) {
            times[user].sort()
        }
        self.interactions = interactions
        itemTimes = times
    }

    private init(interactions: Interactions, itemTimes: [[Int64]]) {
        self.interactions = interactions
        self.itemTimes = itemTimes
    }

    /// The same users and actions, with some of the action interactions.
    package func selecting(rows: [Int]) -> ActionData {
        ActionData(interactions: interactions.selecting(rows: rows), itemTimes: itemTimes)
    }

    /// How active a user was until shortly before a moment.
    package func activity(ofUser user: Int, before time: Int64) -> ItemActivity {
        guard itemTimes.indices.contains(user) else { return ItemActivity() }
        let times = itemTimes[user]
        var (low, high) = (0, times.count)
        while low < high {
            let middle = (low + high) / 2
            if times[middle] < time { low = middle + 1 } else { high = middle }
        }
        return ItemActivity(events: low, last: low > 0 ? times[low - 1] : nil)
    }

    var activities: [ItemActivity] { itemTimes.map { ItemActivity(events: $0.count, last: $0.last) } }
}
