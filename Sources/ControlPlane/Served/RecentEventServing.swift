import Datasets

extension ControlPlane {
    /// What a user of a dataset group, or a session that never named one, did of late with items: every acknowledged
    /// event, oldest first, bounded by ``RecentEventIndex/eventsPerUser``.
    package func recentEvents(ofUser user: String, inDatasetGroup group: String) async throws -> [RecentEvent] {
        let dataset = try await interactionsDatasets.value(group) {
            try await self.dataset(.interactions, ofGroup: group)
        }
        guard let dataset, !dataset.status.isBeingDeleted else { return [] }
        let stream = dataset.stream
        guard
            try await !recentEvents.isEmpty(
                stream, lastPosition: { try await streamedRecords.lastPosition(in: stream) })
        else { return [] }
        return try await recentEvents.events(in: stream, ofUser: user) {
            try await streamedRecords.recentPast(in: stream, ofUser: user, limit: RecentEventIndex.eventsPerUser)
        }
    }

    package func recentEventsInMemory(ofUser user: String, inDatasetGroup group: String) -> [RecentEvent]? {
        guard let known = interactionsDatasets.known(group) else { return nil }
        guard let dataset = known, !dataset.status.isBeingDeleted else { return [] }
        return recentEvents.known(in: dataset.stream, ofUser: user)
    }
}
