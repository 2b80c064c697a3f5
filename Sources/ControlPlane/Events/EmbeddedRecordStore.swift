package import Foundation
import GRDB

/// Streamed records in `events.sqlite`.
///
/// `synchronous=FULL` syncs the log at each commit, and records that arrive while a commit is under way go into the next
/// one together, so that many requests share a sync.
package final class EmbeddedRecordStore: StreamedRecordStore {
    let pool: DatabasePool
    private let writer: GroupCommit

    /// Opens or creates the database. Blocks.
    package init(at url: URL) throws {
        var configuration = Configuration()
        configuration.label = "events"
        configuration.busyMode = .timeout(10)
        // Not before those who wait for recommendations.
        configuration.qos = .default
        pool = try DatabasePool(path: url.path, configuration: configuration)
        try pool.writeWithoutTransaction { try $0.execute(sql: "PRAGMA synchronous = FULL") }
        try Self.migrator.migrate(pool)
        writer = GroupCommit(pool: pool)
    }

    private static var migrator: DatabaseMigrator {
        var migrator = DatabaseMigrator()
        migrator.registerMigration("records") { database in
            try database.create(table: StreamRow.databaseTableName) { table in
                table.autoIncrementedPrimaryKey("id")
                table.column("name", .text).notNull().unique()
            }
            try database.create(table: RecordRow.databaseTableName) { table in
                table.autoIncrementedPrimaryKey("position")
                table.column("stream", .integer).notNull()
                    .references(StreamRow.databaseTableName, onDelete: .cascade)
                table.column("user", .text)
                table.column("session", .text)
                table.column("eventIdentifier", .text)
                table.column("time", .integer).notNull()
                table.column("cells", .blob).notNull()
            }
            try database.create(indexOn: RecordRow.databaseTableName, columns: ["stream", "user", "position"])
            try database.create(indexOn: RecordRow.databaseTableName, columns: ["stream", "position"])
            try database.create(
                index: "record_without_user", on: RecordRow.databaseTableName, columns: ["stream", "session"],
                condition: Column("user") == nil && Column("session") != nil)
        }
        migrator.registerMigration("attribution") { database in
            try EventTypeRow.createTable(in: database)
            try createTablesOfSums(in: database)
        }
        return migrator
    }

    @discardableResult
    package func append(
        _ records: [StreamedRecord], to stream: String, counting values: [AttributedValue]
    ) async throws -> AppendedRecords {
        guard !records.isEmpty else { return AppendedRecords() }
        return try await writer.append(RecordChange(stream: stream, records: records, values: values))
    }

    package func records(in stream: String, after position: Int64, limit: Int) async throws -> [StoredRecord] {
        try await records(in: stream, after: position, limit: limit, named: nil)
    }

    package func records(
        in stream: String, after position: Int64, limit: Int, with field: String
    ) async throws -> [StoredRecord] {
        // Quotation marks of a value are escaped, so this is a name.
        try await records(in: stream, after: position, limit: limit, named: Data("\"\(field)\":".utf8))
    }

    /// - Parameter name: Only records with these bytes in their cells; nil takes all.
    private func records(
        in stream: String, after position: Int64, limit: Int, named name: Data?
    ) async throws -> [StoredRecord] {
        try await pool.read { database in
            guard let id = try StreamRow.id(of: stream, in: database) else { return [] }
            let rows = name.map { RecordRow.filter(sql: "instr(cells, ?) > 0", arguments: [$0]) } ?? RecordRow.all()
            return
                try rows
                .filter(RecordRow.Columns.stream == id && RecordRow.Columns.position > position)
                .order(RecordRow.Columns.position)
                .limit(limit)
                .fetchAll(database)
                .map { try $0.stored() }
        }
    }

    package func recentPast(in stream: String, ofUser user: String, limit: Int) async throws -> RecentPast {
        try await pool.read { database in
            let through = try RecordRow.highestPosition(in: database)
            guard let id = try StreamRow.id(of: stream, in: database) else {
                return RecentPast(records: [], through: through)
            }
            let ofUser = RecordRow.filter(RecordRow.Columns.stream == id && RecordRow.Columns.user == user)
            let ofSession = RecordRow.filter(
                RecordRow.Columns.stream == id && RecordRow.Columns.session == user
                    && RecordRow.Columns.user == nil && RecordRow.Columns.session != nil)
            var rows: [RecordRow] = []
            for part in [ofUser, ofSession] {
                rows += try part.order(RecordRow.Columns.position.desc).limit(limit).fetchAll(database)
            }
            rows.sort { $0.position > $1.position }
            return RecentPast(records: try rows.prefix(limit).map { try $0.stored() }, through: through)
        }
    }

    package func lastPosition(in stream: String) async throws -> Int64 {
        try await pool.read { database in
            guard let id = try StreamRow.id(of: stream, in: database) else { return 0 }
            return
                try RecordRow.filter(RecordRow.Columns.stream == id)
                .select(max(RecordRow.Columns.position), as: Int64.self)
                .fetchOne(database) ?? 0
        }
    }

    package func removeRecords(ofUsers users: Set<String>, from stream: String) async throws -> Int {
        try await pool.write { database in
            guard let id = try StreamRow.id(of: stream, in: database) else { return 0 }
            var removed = 0
            for user in users {
                removed +=
                    try RecordRow.filter(RecordRow.Columns.stream == id && RecordRow.Columns.user == user)
                    .deleteAll(database)
                removed +=
                    try RecordRow
                    .filter(
                        RecordRow.Columns.stream == id && RecordRow.Columns.user == nil
                            && RecordRow.Columns.session == user
                    )
                    .deleteAll(database)
            }
            return removed
        }
    }

    package func remove(stream: String) async throws {
        _ = try await pool.write { try StreamRow.filter(StreamRow.Columns.name == stream).deleteAll($0) }
    }

    package func removeStreams(except streams: Set<String>) async throws {
        _ = try await pool.write {
            try StreamRow.filter(!Array(streams).contains(StreamRow.Columns.name)).deleteAll($0)
        }
    }
}

/// Gathers what arrives while a transaction is under way and commits it in one.
private actor GroupCommit {
    private struct Request {
        let change: RecordChange
        let answer: CheckedContinuation<AppendedRecords, any Error>
    }

    private let pool: DatabasePool
    private var waiting: [Request] = []
    private var isCommitting = false

    init(pool: DatabasePool) { self.pool = pool }

    func append(_ change: RecordChange) async throws -> AppendedRecords {
        try await withCheckedThrowingContinuation { answer in
            waiting.append(Request(change: change, answer: answer))
            guard !isCommitting else { return }
            isCommitting = true
            Task { await commitWhileSomeWait() }
        }
    }

    private func commitWhileSomeWait() async {
        while !waiting.isEmpty {
            let batch = waiting
            waiting = []
            let changes = batch.map(\.change)
            do {
                let appended = try await pool.write { try RecordRow.insert(changes, in: $0) }
                for (request, appended) in zip(batch, appended) { request.answer.resume(returning: appended) }
            } catch {
                for request in batch { request.answer.resume(throwing: error) }
            }
        }
        isCommitting = false
    }
}
