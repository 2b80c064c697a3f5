package import Datasets
package import Foundation

/// What a domain recipe adds to its algorithm (developer guide, "VIDEO_ON_DEMAND use cases" and "ECOMMERCE use cases").
package struct UseCase: Sendable, Hashable {
    package let domain: DatasetDomain
    /// The type of event of which there must be enough; nil takes events of any type.
    package let requiredEventType: String?
    /// Whether events of other types are left out of the training.
    package let trainsOnRequiredTypeOnly: Bool
    /// Whether a user's repeated events on one item count once.
    package let countsUsersOnce: Bool
    /// Items on which the user has an event of this type are not recommended; nil recommends all.
    package let seenEventType: String?
    /// What the algorithm is told, beyond its defaults.
    package internal(set) var trainingParameters: [String: String] = [:]
    /// Whether the dataset group must have an items dataset.
    package internal(set) var requiresItems = false
    /// Whether a request must name a user even if no filter asks for one.
    package internal(set) var requiresUser = true
    /// Seconds from one training to the next; documented are seven days, and two hours for trends.
    package internal(set) var trainingInterval: TimeInterval = 7 * 86_400

    /// The events to train on, in their order. Event types are compared without regard to case.
    package func select(_ interactions: Interactions) -> Interactions {
        guard trainsOnRequiredTypeOnly, let requiredEventType else { return interactions }
        let wanted = Self.indices(of: requiredEventType, in: interactions.eventTypes)
        var pairs: Set<UInt64> = []
        return interactions.filtered { event in
            guard let types = interactions.eventTypeIndices, wanted.contains(types[event]) else { return false }
            guard countsUsersOnce else { return true }
            let pair = UInt64(interactions.userIndices[event]) << 32 | UInt64(interactions.itemIndices[event])
            return pairs.insert(pair).inserted
        }
    }

    /// How many events there are of the required type.
    package func requiredEventCount(in interactions: Interactions) -> Int {
        guard let requiredEventType else { return interactions.count }
        let wanted = Self.indices(of: requiredEventType, in: interactions.eventTypes)
        return interactions.eventTypeIndices?.count { wanted.contains($0) } ?? 0
    }

    /// The numbers of an event type in a vocabulary, in whatever case it is written there.
    package static func indices(of eventType: String, in vocabulary: Vocabulary) -> Set<UInt16> {
        let name = eventType.lowercased()
        return Set(
            vocabulary.identifiers.indices.filter { vocabulary.identifiers[$0].lowercased() == name }
                .compactMap { UInt16(exactly: $0) })
    }
}
