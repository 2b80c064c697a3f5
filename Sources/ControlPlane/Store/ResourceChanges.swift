import GRDB
import Synchronization

/// Counts the transactions that change resources, so that what was read from them can be kept until the next.
final class ResourceChanges: TransactionObserver, Sendable {
    private struct State {
        var count = 0
        var hasChange = false
    }

    private let state = Mutex(State())

    /// Grows before a change is acknowledged.
    var count: Int { state.withLock(\.count) }

    func observes(eventsOfKind eventKind: DatabaseEventKind) -> Bool {
        eventKind.tableName == ResourceRow.databaseTableName
    }

    func databaseDidChange(with event: DatabaseEvent) {
        state.withLock { $0.hasChange = true }
        stopObservingDatabaseChangesUntilNextTransaction()
    }

    func databaseDidCommit(_ database: Database) {
        state.withLock { state in
            if state.hasChange { state.count += 1 }
            state.hasChange = false
        }
    }

    func databaseDidRollback(_ database: Database) { state.withLock { $0.hasChange = false } }
}
