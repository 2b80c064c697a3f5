import Datasets
package import PersonalizeAPI
import Recommenders

/// Which events a solution trains on, and how much each counts (developer guide, "Choosing the item interaction data used
/// for training" and "Optimizing a solution with events configuration").
package struct EventSelection: Sendable {
    /// Leaves out no event.
    package static let all = EventSelection()

    /// By event type, the value below which an event of that type does not count; nil counts every type.
    private let types: [String: Double?]?
    /// Events of any type with a value below it do not count.
    private let threshold: Double?
    /// Of the types that count.
    let weights: EventWeights

    private init() {
        types = nil
        threshold = nil
        weights = .equal
    }

    /// - Parameters:
    ///   - threshold: `solutionConfig.eventValueThreshold`, a number written as text.
    ///   - events: `solutionConfig.eventsConfig`. Only the types it lists count, each by its weight, which is 1 unless
    ///     given; 0 leaves the type out.
    /// - Throws: `PersonalizeError` with `InvalidInputException`.
    package init(eventType: String?, threshold: String?, events: EventsConfig? = nil) throws {
        if let parameters = events?.eventParametersList, !parameters.isEmpty {
            guard eventType == nil, threshold == nil else {
                throw PersonalizeError.invalidInput(
                    "eventsConfig cannot be given together with eventType or eventValueThreshold.")
            }
            (types, weights) = try Self.read(parameters)
            self.threshold = nil
            return
        }
        weights = .equal
        types = eventType.map { [$0: nil] }
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

    private static func read(_ parameters: [EventParameters]) throws -> ([String: Double?], EventWeights) {
        var types: [String: Double?] = [:]
        var weights: [String: Double] = [:]
        var names: Set<String> = []
        for (index, event) in parameters.enumerated() {
            let place = "eventsConfig.eventParametersList[\(index)]"
            guard let name = event.eventType else {
                throw PersonalizeError.invalidInput("\(place).eventType is required.")
            }
            guard names.insert(name).inserted else {
                throw PersonalizeError.invalidInput("\(place).eventType is \(name), which is given before.")
            }
            let weight = event.weight ?? 1
            guard (0...1).contains(weight) else {
                throw PersonalizeError.invalidInput("\(place).weight is \(weight); it must be from 0 to 1.")
            }
            guard weight > 0 else { continue }
            types[name] = .some(event.eventValueThreshold)
            weights[name] = weight
        }
        guard !types.isEmpty else {
            throw PersonalizeError.invalidInput("eventsConfig leaves out every event type.")
        }
        return (types, EventWeights(weights))
    }

    /// Whether every event counts.
    package var isAll: Bool { types == nil && threshold == nil }

    /// Whether an event counts.
    ///
    /// - Parameter value: NaN for an event without one.
    package func counts(eventType: String?, value: Float) -> Bool {
        var least = threshold
        if let types {
            guard let eventType, let found = types[eventType] else { return false }
            least = found ?? least
        }
        return least.map { Double(value) >= $0 } ?? true
    }

    /// The events of `interactions` that count, in their order.
    func apply(to interactions: Interactions) -> Interactions {
        guard types != nil || threshold != nil else { return interactions }
        var thresholds: [Int: Double?] = [:]
        for (name, threshold) in types ?? [:] {
            if let index = interactions.eventTypes.index(of: name) { thresholds[index] = .some(threshold) }
        }
        return interactions.filtered { event in
            var least = threshold
            if types != nil {
                guard let indices = interactions.eventTypeIndices, let found = thresholds[Int(indices[event])] else {
                    return false
                }
                least = found ?? least
            }
            guard let least else { return true }
            guard let values = interactions.eventValues else { return false }
            return Double(values[event]) >= least
        }
    }
}
