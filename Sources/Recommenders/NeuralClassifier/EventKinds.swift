import Datasets

/// Tells the events of a history apart by their type and by how great their value is.
struct EventKinds: Sendable, Equatable {
    let typeCount: Int
    /// Where the second and the last third of the training's values begin; empty when there are no values.
    let thresholds: [Float]

    /// A number for each type and for none, times one for no value and for each third.
    var count: Int { (typeCount + 1) * (thresholds.isEmpty ? 1 : 4) }

    init(typeCount: Int, thresholds: [Float]) {
        self.typeCount = typeCount
        self.thresholds = thresholds
    }

    init(_ histories: UserHistories, eventTypes: Vocabulary) {
        let values = histories.eventValues.filter(\.isFinite).sorted()
        // Types beyond these count as none.
        typeCount = min(eventTypes.count, 64)
        guard let least = values.first, let greatest = values.last, least < greatest else {
            thresholds = []
            return
        }
        thresholds = [values[values.count / 3], values[values.count * 2 / 3]]
    }

    func kind(ofType type: UInt16, value: Float) -> Int {
        let type = Int(type) < typeCount ? Int(type) : typeCount
        guard thresholds.count == 2 else { return type }
        let third = value.isFinite ? 1 + (value >= thresholds[0] ? 1 : 0) + (value >= thresholds[1] ? 1 : 0) : 0
        return type * 4 + third
    }

    /// Of one event of a history.
    func kind(of event: Int, in history: History) -> Int {
        kind(
            ofType: event < history.eventTypes.count ? history.eventTypes[event] : .max,
            value: event < history.eventValues.count ? history.eventValues[event] : .nan)
    }
}
