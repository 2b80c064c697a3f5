import Datasets
import Recommenders

extension EvaluationSplit {
    static let strongGeneralizationUserLimit = 10_000

    /// The users of fold `fold`: a tenth of a seeded shuffle, at least one.
    static func testUsers(_ histories: UserHistories, fold: Int, seed: UInt64) -> [Int] {
        let active = (0..<histories.count).filter { histories.offsets[$0] < histories.offsets[$0 + 1] }
        var generator = SeededGenerator(seed: seed)
        let shuffled = generator.permutation(of: active.count).map { active[$0] }
        let start = shuffled.count * fold / 10
        let end = shuffled.count * (fold + 1) / 10
        if start == end { return shuffled.indices.contains(fold) ? [shuffled[fold]] : [] }
        return Array(shuffled[start..<end])
    }

    static func rows(of interactions: Interactions, without users: [Int]) -> [Int] {
        var isHeldOut = [Bool](repeating: false, count: interactions.users.count)
        for user in users { isHeldOut[user] = true }
        return (0..<interactions.count).filter {
            let user = Int(interactions.userIndices[$0])
            return user < isHeldOut.count && !isHeldOut[user]
        }
    }

    static func personalize(
        _ interactions: Interactions, _ histories: UserHistories, fold: Int, seed: UInt64, excludeSeen: Bool,
        eventWeights: EventWeights = .equal
    ) -> EvaluationSplit {
        let weights = eventWeights.numbered(by: interactions.eventTypes)
        let users = testUsers(histories, fold: fold, seed: seed)
        let cases = users.map { user in
            let (input, targets) = HeldOutEvents.newestTenth(of: histories[user])
            let seen = excludeSeen ? Set(input.items.map { Int($0) }) : []
            let rewards = HeldOutEvents.rewards(of: histories[user], weights).map { (Int($0), Double($1)) }
            return EvaluationCase(
                user: user, input: input, relevant: Set(targets.map { Int($0) }).subtracting(seen), excluded: seen,
                rewards: Dictionary(rewards, uniquingKeysWith: max))
        }
        return EvaluationSplit(trainingRows: rows(of: interactions, without: users), cases: cases)
    }

    static func leaveOneOut(_ interactions: Interactions, _ histories: UserHistories) -> EvaluationSplit {
        var cases: [EvaluationCase] = []
        // The row of the last event: the newest time, the last of equal ones.
        var lastRow = [Int](repeating: -1, count: interactions.users.count)
        for row in 0..<interactions.count {
            let user = Int(interactions.userIndices[row])
            guard user < lastRow.count, Int(interactions.itemIndices[row]) < interactions.items.count else { continue }
            if lastRow[user] < 0 || interactions.timestamps[row] >= interactions.timestamps[lastRow[user]] {
                lastRow[user] = row
            }
        }
        var isTest = [Bool](repeating: false, count: interactions.count)
        for user in 0..<histories.count {
            var input = histories[user]
            guard input.count >= 3, let target = input.items.last else { continue }
            input.items.removeLast()
            input.timestamps.removeLast()
            input.eventTypes.removeLast()
            input.eventValues.removeLast()
            isTest[lastRow[user]] = true
            cases.append(
                EvaluationCase(
                    user: user, input: input, relevant: [Int(target)], excluded: Set(input.items.map { Int($0) })))
        }
        return EvaluationSplit(trainingRows: (0..<interactions.count).filter { !isTest[$0] }, cases: cases)
    }

    static func strongGeneralization(
        _ interactions: Interactions, _ histories: UserHistories, fold: Int, seed: UInt64
    ) -> EvaluationSplit {
        let users = Array(testUsers(histories, fold: fold, seed: seed).prefix(strongGeneralizationUserLimit))
        var generator = SeededGenerator(seed: seed ^ 0x5EED_0F17_E450_0001)
        let cases = users.map { user in
            let history = histories[user]
            let distinct = Set(history.items).sorted()
            let given = max(1, distinct.count * 4 / 5)
            let input = Set(generator.permutation(of: distinct.count).prefix(given).map { distinct[$0] })
            var kept = History()
            for index in history.items.indices where input.contains(history.items[index]) {
                kept.append(
                    item: history.items[index], timestamp: history.timestamps[index],
                    eventType: history.eventTypes[index], eventValue: history.eventValues[index])
            }
            return EvaluationCase(
                user: user, input: kept, relevant: Set(distinct.filter { !input.contains($0) }.map { Int($0) }),
                excluded: Set(input.map { Int($0) }))
        }
        return EvaluationSplit(trainingRows: rows(of: interactions, without: users), cases: cases)
    }
}
