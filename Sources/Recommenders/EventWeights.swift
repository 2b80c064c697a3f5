package import Datasets

/// How much an event counts in training, by its type.
///
/// A weight is a reward: models learn to expect the reward of the next events instead of their number, so that items
/// stand higher the more of their events are of a heavy type. What a user did before is read alike, whatever its type:
/// it says as much about what comes next.
///
/// Only the ratios of weights matter: they are brought to a mean of 1 over the types that are named (developer guide,
/// "Optimizing a solution with events configuration": weights of 0.3 and 0.1 are rewards of 1.5 and 0.5).
public struct EventWeights: Sendable, Equatable {
    /// By type, with a mean of 1; empty when all events count alike.
    public let rewards: [String: Double]

    /// All events count alike.
    public static let equal = EventWeights([:])

    /// - Parameter weights: By event type. A type that is not named has the reward 1; weights that are not positive
    ///   numbers are passed over.
    public init(_ weights: [String: Double]) {
        let named = weights.filter { $0.value > 0 && $0.value.isFinite }
        let first = named.values.first
        guard named.values.contains(where: { $0 != first }) else {
            rewards = [:]
            return
        }
        let mean = named.values.sorted().reduce(0, +) / Double(named.count)
        rewards = named.mapValues { $0 / mean }
    }

    /// The rewards by the numbers of a vocabulary.
    package func numbered(by eventTypes: Vocabulary) -> NumberedEventWeights {
        guard !rewards.isEmpty else { return NumberedEventWeights(rewards: []) }
        return NumberedEventWeights(rewards: eventTypes.identifiers.map { Float(rewards[$0] ?? 1) })
    }
}

/// ``EventWeights`` for the event types of one vocabulary.
package struct NumberedEventWeights: Sendable, Equatable {
    /// By number; empty when all events count alike.
    private let rewards: [Float]

    fileprivate init(rewards: [Float]) { self.rewards = rewards }

    package static let equal = NumberedEventWeights(rewards: [])

    package var areEqual: Bool { rewards.isEmpty }

    /// - Parameter type: `UInt16.max`, or any number that is not in the vocabulary, has the reward 1.
    package subscript(type: UInt16) -> Float { Int(type) < rewards.count ? rewards[Int(type)] : 1 }
}
