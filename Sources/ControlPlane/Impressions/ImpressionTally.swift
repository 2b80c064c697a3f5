import Synchronization

/// The impressions of a dataset group, up to the newest event that was acknowledged.
///
/// It is made from what is stored whenever a campaign that explores is deployed, and each event is added to it before it
/// is acknowledged.
package final class ImpressionTally: Sendable {
    private struct State {
        var counts = ImpressionCounts()
        /// Events up to this place in the order of arrival are counted.
        var through: Int64 = 0
        var readings = 0
        /// What came since the first of the readings that go on.
        var waiting: [(position: Int64, impression: Impression)] = []

        mutating func endReading() {
            readings -= 1
            if readings == 0 { waiting = [] }
        }
    }

    private let state = Mutex(State())

    package init() {}

    /// Adds what a store has made durable.
    package func add(_ records: [StreamedRecord], _ appended: AppendedRecords) {
        let impressions = zip(appended.positions, records).compactMap { position, record in
            Impression(record).map { (position: position, impression: $0) }
        }
        guard !impressions.isEmpty else { return }
        state.withLock { state in
            for (position, impression) in impressions where position > state.through {
                state.counts.add(impression)
            }
            if state.readings > 0 { state.waiting += impressions }
        }
    }

    /// Counts anew; until it is done, what was counted before is used.
    ///
    /// - Parameter read: Counts what is stored, and tells the place up to which it did.
    package func rebuild(_ read: () async throws -> (counts: ImpressionCounts, through: Int64)) async throws {
        state.withLock { $0.readings += 1 }
        let result: (counts: ImpressionCounts, through: Int64)
        do {
            result = try await read()
        } catch {
            state.withLock { $0.endReading() }
            throw error
        }
        state.withLock { state in
            var counts = result.counts
            for (position, impression) in state.waiting where position > result.through { counts.add(impression) }
            state.counts = counts
            state.through = result.through
            state.endReading()
        }
    }

    /// What is known of items; nil as long as nothing was shown.
    package func impressions(of items: some Collection<String>) -> [ItemImpressions]? {
        state.withLock { $0.counts.isEmpty ? nil : $0.counts.impressions(of: items) }
    }
}
