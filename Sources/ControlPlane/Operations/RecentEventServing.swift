import Datasets
import GRDB
import Synchronization

extension ControlPlane {
    /// What a user of a dataset group, or a session that never named one, did of late with items: every acknowledged
    /// event, oldest first, bounded by ``RecentEventIndex/eventsPerUser``.
    package func recentEvents(ofUser user: String, inDatasetGroup group: String) async throws -> [RecentEvent] {
        guard let stream = try await interactionStreams.stream(of: group, in: database) else { return [] }
        return try await recentEvents.events(in: stream, ofUser: user) {
            try await streamedRecords.recentPast(in: stream, ofUser: user, limit: RecentEventIndex.eventsPerUser)
        }
    }
}

/// The streams of item interactions of dataset groups, kept until a resource changes.
final class InteractionStreams: Sendable {
    private struct Entry {
        let changes: Int
        let stream: String?
    }

    private static let capacity = 1000

    private let entries = Mutex<[String: Entry]>([:])

    /// Nil when the group has no dataset of item interactions.
    func stream(of group: String, in database: ControlPlaneDatabase) async throws -> String? {
        let changes = database.changes.count
        if let entry = entries.withLock({ $0[group] }), entry.changes == changes { return entry.stream }
        let stream = try await database.pool.read { database in
            try ResourceStore.list(DatasetResource.self, referencing: group, in: database).map(\.resource)
                .first { $0.datasetType == DatasetType.interactions.rawValue && !$0.status.isBeingDeleted }?.stream
        }
        entries.withLock { entries in
            if entries.count >= Self.capacity { entries.removeAll() }
            entries[group] = Entry(changes: changes, stream: stream)
        }
        return stream
    }
}
