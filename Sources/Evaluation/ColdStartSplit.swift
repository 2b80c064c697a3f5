import Datasets
import Recommenders

/// Protocol `cold-start`: users with a few events, and items with none.
enum ColdStart {
    /// How many of a user's oldest events are given.
    static let givenEvents = [0, 1, 2, 5]
    /// Distinct items after them that must be found.
    static let wantedItems = 5
    /// Of how many items one is held out of training.
    static let heldOutShare = 10
    /// What is reported of each part.
    static let metrics = ["mean_reciprocal_rank_at_25", "recall_at_10", "recall_at_50", "standard_ndcg_at_10"]

    /// The part of cases in which `events` events are given.
    static func given(_ events: Int) -> String { "given_\(events)" }

    /// Held-out items among the whole catalogue, and among themselves.
    static let ofNewItems = "of_new_items"
    static let amongNewItems = "among_new_items"

    /// With the numbers of items at random: those that a model cannot tell apart are listed by their number, and in the order of
    /// their first events that would be the order of their popularity.
    static func renumbered(_ interactions: Interactions, seed: UInt64) -> Interactions {
        var generator = SeededGenerator(seed: seed ^ 0x5EED_C01D_17E3_0002)
        let order = generator.permutation(of: interactions.items.count)
        var numbers = [UInt32](repeating: 0, count: order.count)
        for (number, item) in order.enumerated() { numbers[item] = UInt32(number) }
        var result = interactions
        result.items = Vocabulary(order.map { interactions.items[$0] })
        result.itemIndices = interactions.itemIndices.map { Int($0) < numbers.count ? numbers[Int($0)] : $0 }
        return result
    }
}

extension EvaluationSplit {
    /// Users of a fold, each from several beginnings; nobody is asked for an item of the beginning.
    static func beginners(
        _ interactions: Interactions, _ histories: UserHistories, fold: Int, seed: UInt64
    ) -> EvaluationSplit {
        let users = testUsers(histories, fold: fold, seed: seed)
        let cases = users.flatMap { user -> [EvaluationCase] in
            let history = histories[user]
            return ColdStart.givenEvents.compactMap { count in
                guard history.count > count else { return nil }
                let input = history.selecting(Array(0..<count))
                let given = Set(input.items)
                var wanted: Set<Int> = []
                for item in history.items[count...] where wanted.count < ColdStart.wantedItems && !given.contains(item)
                {
                    wanted.insert(Int(item))
                }
                return EvaluationCase(
                    user: user, input: input, relevant: wanted, excluded: Set(given.map { Int($0) }),
                    part: ColdStart.given(count))
            }
        }
        return EvaluationSplit(trainingRows: rows(of: interactions, without: users), cases: cases)
    }

    /// A tenth of the items has no events in training. Users of a fold who met some of those are asked for them, given
    /// everything else that they met.
    static func newItems(
        _ interactions: Interactions, _ histories: UserHistories, fold: Int, seed: UInt64
    ) -> EvaluationSplit {
        let met = Set(interactions.itemIndices.map { Int($0) }).sorted()
        var generator = SeededGenerator(seed: seed ^ 0x5EED_C01D_17E3_0001)
        let new = Set(
            generator.permutation(of: met.count).prefix(met.count / ColdStart.heldOutShare).map { met[$0] })
        let users = testUsers(histories, fold: fold, seed: seed)
        let cases = users.flatMap { user -> [EvaluationCase] in
            let history = histories[user]
            let input = history.selecting(history.items.indices.filter { !new.contains(Int(history.items[$0])) })
            let wanted = Set(history.items.map { Int($0) }).intersection(new)
            guard !wanted.isEmpty else { return [] }
            let given = Set(input.items.map { Int($0) })
            return [(ColdStart.ofNewItems, nil), (ColdStart.amongNewItems, new)].map { part, among in
                EvaluationCase(
                    user: user, input: input, relevant: wanted, excluded: given, among: among, part: part)
            }
        }
        let rows = rows(of: interactions, without: users).filter { !new.contains(Int(interactions.itemIndices[$0])) }
        return EvaluationSplit(trainingRows: rows, cases: cases)
    }
}

extension History {
    /// The events at some places, in the order given.
    fileprivate func selecting(_ places: [Int]) -> History {
        History(
            items: places.map { items[$0] }, timestamps: places.map { timestamps[$0] },
            eventTypes: places.map { eventTypes[$0] }, eventValues: places.map { eventValues[$0] })
    }
}
