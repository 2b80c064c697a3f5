import Datasets

extension NextBestAction: StorableRecommender {
    var learned: [String: Double] {
        ["action_optimization_period": Double(periodDays), "taken_share": overall]
    }

    func tensors() -> [SafetensorsWriter.Tensor] {
        [
            .init("actions.period_days", [Int64(periodDays)]),
            .init("actions.weights", regression.weights),
            .init("actions.taken_share", [overall]),
            .init("actions.recently_taken", rates.map(\.taken)),
            .init("actions.recent_chances", rates.map(\.chances)),
            .init("actions.is_scored", isScored.map { $0 ? UInt8(1) : 0 }),
            .init("users.item_events", activities.map { Int64($0.events) }),
            .init("users.last_item_event", activities.map { $0.last ?? .min }),
        ]
    }

    init(file: SafetensorsFile, items: Vocabulary, eventTypes: Vocabulary) throws(ModelError) {
        func damaged(_ reason: String) -> ModelError { .damaged(file: "weights.safetensors", reason: reason) }
        let period = try file.array("actions.period_days", of: Int64.self, count: 1)
        let weights = try file.array("actions.weights", of: Double.self, count: ActionFeatures.count)
        let overall = try file.array("actions.taken_share", of: Double.self, count: 1)
        let taken = try file.array("actions.recently_taken", of: Double.self, count: items.count)
        let chances = try file.array("actions.recent_chances", of: Double.self, count: items.count)
        let scored = try file.array("actions.is_scored", of: UInt8.self, count: items.count)
        let events = try file.array("users.item_events", of: Int64.self)
        let last = try file.array("users.last_item_event", of: Int64.self, count: events.count)
        guard let days = period.first, (1...3650).contains(days) else { throw damaged("the period is not usable") }
        guard let share = overall.first, share > 0, share < 1 else { throw damaged("the share is not usable") }
        guard (taken + chances).allSatisfy({ $0 >= 0 && $0.isFinite }), weights.allSatisfy(\.isFinite),
            events.allSatisfy({ $0 >= 0 })
        else { throw damaged("counts or weights are not usable") }
        self.init(
            items: items, eventTypes: eventTypes, periodDays: Int(days),
            regression: LogisticRegression(weights: weights), overall: share,
            rates: zip(taken, chances).map { ActionRate(taken: $0, chances: $1) }, isScored: scored.map { $0 == 1 },
            activities: zip(events, last).map { ItemActivity(events: Int($0), last: $1 == .min ? nil : $1) })
    }
}
