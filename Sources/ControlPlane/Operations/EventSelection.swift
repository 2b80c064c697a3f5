import PersonalizeAPI
import Datasets

/// Which events a solution trains on (developer guide, "Choosing the item interaction data used for training").
struct EventSelection {
    let eventType: String?
    /// Events with a value below it do not count.
    let threshold: Double?

    /// - Parameter threshold: `solutionConfig.eventValueThreshold`, a number written as text.
    /// - Throws: `PersonalizeError` with `InvalidInputException`.
    init(eventType: String?, threshold: String?) throws {
        self.eventType = eventType
        guard let threshold, !threshold.isEmpty else {
            self.threshold = nil
            return
        }
        guard let number = Double(threshold), number.isFinite else {
            throw PersonalizeError.invalidInput(
                "solutionConfig.eventValueThreshold is \(threshold); it must be a number.")
        }
        self.threshold = number
    }

    /// The events of `interactions` that count, in their order.
    func apply(to interactions: Interactions) -> Interactions {
        guard eventType != nil || threshold != nil else { return interactions }
        let wanted = eventType.map { interactions.eventTypes.index(of: $0) }
        return interactions.filtered { event in
            if let wanted {
                guard let wanted, let types = interactions.eventTypeIndices, Int(types[event]) == wanted else {
                    return false
                }
            }
            if let threshold {
                guard let values = interactions.eventValues, Double(values[event]) >= threshold else { return false }
            }
            return true
        }
    }
}
