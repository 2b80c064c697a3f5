import Datasets
public import Recommenders

/// How well a model of next best actions predicts what held-out users take.
///
/// A tenth of the users is held out. Of their action interactions the oldest nine tenths are given; the actions taken in
/// the newest tenth must be found. Metrics as in the developer guide, "Evaluating an Amazon Personalize solution version
/// with metrics".
public enum ActionEvaluation {
    /// The figures that the managed service reports for action recipes.
    public static let names: [String] =
        ["coverage", "area_under_the_curve", "precision", "recall"]
        + RankingMetrics.gainCutoffs.map { "normalized_discounted_cumulative_gain_at_\($0)" }

    /// Actions that are recommended to a user, as far as precision and recall are concerned: as many as an answer has
    /// when a request does not say.
    static let listLength = 5

    /// What one held-out user brings.
    package struct Case {
        /// Scored actions, best first.
        package let list: [Int]
        /// In the order of `list`.
        package let probabilities: [Double]
        package let taken: Set<Int>

        package init(list: [Int], probabilities: [Double], taken: Set<Int>) {
            self.list = list
            self.probabilities = probabilities
            self.taken = taken
        }
    }

    /// - Returns: By ``names``; only `coverage` when no held-out user took anything that has a score.
    /// - Throws: ``TrainingError``, `CancellationError`.
    public static func metrics(
        on data: ActionData, hyperparameters: [String: String] = [:], options: TrainingOptions = TrainingOptions()
    ) throws -> [String: Double] {
        let histories = UserHistories(data.interactions)
        let users = EvaluationSplit.testUsers(histories, fold: 0, seed: options.seed)
        let rows = EvaluationSplit.rows(of: data.interactions, without: users)
        let model = try NextBestAction.train(
            on: data.selecting(rows: rows), hyperparameters: hyperparameters, options: options)
        guard let recommender = model.nextBestAction else { return [:] }
        let meanings = ActionEvent.meanings(of: data.interactions.eventTypes)
        let cases = users.compactMap { user -> Case? in
            let history = histories[user]
            let input = HeldOutEvents.newestTenth(of: history).input
            guard input.count < history.timestamps.count else { return nil }
            let time = history.timestamps[input.count]
            let taken = (input.count..<history.items.count).filter { event in
                history.eventTypes.indices.contains(event)
                    && meanings.indices.contains(Int(history.eventTypes[event]))
                    && meanings[Int(history.eventTypes[event])] == .taken
            }
            let propensities = recommender.propensities(
                for: input, activity: data.activity(ofUser: user, before: time), at: time)
            let scored = propensities.enumerated().compactMap { action, value in value.map { (action, $0) } }
                .sorted { $0.1 == $1.1 ? $0.0 < $1.0 : $0.1 > $1.1 }
            return Case(
                list: scored.map(\.0), probabilities: scored.map(\.1),
                taken: Set(taken.map { Int(history.items[$0]) }))
        }
        return metrics(of: cases, actionCount: data.interactions.items.count)
    }

    package static func metrics(of cases: [Case], actionCount: Int) -> [String: Double] {
        let shown = cases.reduce(into: Set<Int>()) { $0.formUnion($1.list.prefix(RankingMetrics.listLength)) }
        var metrics = ["coverage": Double(shown.count) / Double(max(actionCount, 1))]
        let found = cases.filter { !$0.taken.isDisjoint(with: $0.list) }
        guard !found.isEmpty else { return metrics }
        for (index, name) in RankingMetrics.names.enumerated() where names.contains(name) {
            let sum = found.reduce(0.0) { $0 + RankingMetrics(list: $1.list, relevant: $1.taken).values[index] }
            metrics[name] = sum / Double(found.count)
        }
        metrics["area_under_the_curve"] = areaUnderTheCurve(
            cases.flatMap { one in zip(one.list, one.probabilities).map { ($1, one.taken.contains($0)) } })
        var recommended: [Int: (times: Int, hits: Int)] = [:]
        var takers: [Int: (users: Int, found: Int)] = [:]
        for one in cases {
            let list = Set(one.list.prefix(listLength))
            for action in list {
                recommended[action, default: (0, 0)].times += 1
                recommended[action, default: (0, 0)].hits += one.taken.contains(action) ? 1 : 0
            }
            for action in one.taken {
                takers[action, default: (0, 0)].users += 1
                takers[action, default: (0, 0)].found += list.contains(action) ? 1 : 0
            }
        }
        // In the order of actions: a dictionary's own changes from run to run, and with it the last bits of a sum.
        let actions = 0..<max(actionCount, 0)
        metrics["precision"] = average(
            actions.compactMap { recommended[$0] }.map { Double($0.hits) / Double($0.times) })
        metrics["recall"] = average(actions.compactMap { takers[$0] }.map { Double($0.found) / Double($0.users) })
        return metrics
    }

    /// The share of pairs of a taken and another action in which the taken one has the higher probability; equal ones
    /// count half (Mann–Whitney). Nil without such pairs. O(n log n).
    package static func areaUnderTheCurve(_ predictions: [(probability: Double, isTaken: Bool)]) -> Double? {
        let sorted = predictions.sorted { $0.probability < $1.probability }
        let positives = Double(sorted.count { $0.isTaken })
        let negatives = Double(sorted.count) - positives
        guard positives > 0, negatives > 0 else { return nil }
        var sum = 0.0
        var below = 0.0
        var start = 0
        while start < sorted.count {
            var end = start
            var (taken, others) = (0.0, 0.0)
            while end < sorted.count, sorted[end].probability == sorted[start].probability {
                if sorted[end].isTaken { taken += 1 } else { others += 1 }
                end += 1
            }
            sum += taken * (below + others / 2)
            below += others
            start = end
        }
        return sum / (positives * negatives)
    }

    private static func average(_ values: [Double]) -> Double {
        values.reduce(0, +) / Double(max(values.count, 1))
    }
}
