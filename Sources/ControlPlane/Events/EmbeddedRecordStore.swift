package import Foundation
import GRDB

/// Streamed records in `events.sqlite`.
///
/// `synchronous=FULL` syncs the log at each commit, and records that arrive while a commit is under way go into the next
/// one together, so that many requests share a sync.
package final class EmbeddedRecordStore: StreamedRecordStore {
    private let pool: DatabasePool
    private let writer: GroupCommit

    /// Opens or creates the database. Blocks.
    package init(at url: URL) throws {
        var configuration = Configuration()
        configuration.label = "events"
        configuration.busyMode = .timeout(10)
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
        return migrator
    }

    package func append(_ records: [StreamedRecord], to stream: String) async throws {
        guard !records.isEmpty else { return }
        try await writer.append(records, to: stream)
    }

    package func records(in stream: String, after position: Int64, limit: Int) async throws -> [StoredRecord] {
        try await pool.read { database in
            guard let id = try StreamRow.id(of: stream, in: database) else { return [] }
            return
                try RecordRow
                .filter(RecordRow.Columns.stream == id && RecordRow.Columns.position > position)
                .order(RecordRow.Columns.position)
                .limit(limit)
                .fetchAll(database)
                .map { try $0.stored() }
        }
    }

    package func newestRecords(in stream: String, ofUser user: String, limit: Int) async throws -> [StoredRecord] {
        try await pool.read { database in
            guard let id = try StreamRow.id(of: stream, in: database) else { return [] }
            return
                try RecordRow
                .filter(RecordRow.Columns.stream == id && RecordRow.Columns.user == user)
                .order(RecordRow.Columns.position.desc)
                .limit(limit)
                .fetchAll(database)
                .map { try $0.stored() }
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
        let records: [StreamedRecord]
        let stream: String
        let answer: CheckedContinuation<Void, any Error>
    }

    private let pool: DatabasePool
    private var waiting: [Request] = []
    private var isCommitting = false

    init(pool: DatabasePool) { self.pool = pool }

    func append(_ records: [StreamedRecord], to stream: String) async throws {
        try await withCheckedThrowingContinuation { answer in
            waiting.append(Request(records: records, stream: stream, answer: answer))
            guard !isCommitting else { return }
            isCommitting = true
            Task { await commitWhileSomeWait() }
        }
    }

    private func commitWhileSomeWait() async {
        while !waiting.isEmpty {
            let batch = waiting
            waiting = []
            let changes = batch.map { (stream: $0.stream, records: $0.records) }
            do {
                try await pool.write { try RecordRow.insert(changes, in: $0) }
                for request in batch { request.answer.resume() }
            } catch {
                for request in batch { request.answer.resume(throwing: error) }
            }
        }
        isCommitting = false
    }
}

private struct StreamRow: Codable, FetchableRecord, MutablePersistableRecord {
    static let databaseTableName = "stream"

    var id: Int64?
    let name: String

    enum Columns {
        static let id = Column(CodingKeys.id)
        static let name = Column(CodingKeys.name)
    }

    mutating func didInsert(_ inserted: InsertionSuccess) { id = inserted.rowID }

    static func id(of name: String, in database: Database) throws -> Int64? {
        try filter(Columns.name == name).select(Columns.id, as: Int64.self).fetchOne(database)
    }
}

private struct RecordRow: Codable, FetchableRecord, MutablePersistableRecord {
    static let databaseTableName = "record"

    var position: Int64?
    let stream: Int64
    let user: String?
    let session: String?
    let eventIdentifier: String?
    let time: Int64
    let cells: Data

    enum Columns {
        static let position = Column(CodingKeys.position)
        static let stream = Column(CodingKeys.stream)
        static let user = Column(CodingKeys.user)
        static let session = Column(CodingKeys.session)
    }

    mutating func didInsert(_ inserted: InsertionSuccess) { position = inserted.rowID }

    func stored() throws -> StoredRecord {
        StoredRecord(
            position: position ?? 0,
            record: StreamedRecord(
                user: user, session: session, eventIdentifier: eventIdentifier, time: time,
                cells: try JSONDecoder().decode([String: String].self, from: cells)))
    }

    static func insert(
        _ changes: [(stream: String, records: [StreamedRecord])], in database: Database
    ) throws {
        let encoder = JSONEncoder()
        var streams: [String: Int64] = [:]
        for (name, records) in changes {
            let id = try streams[name] ?? streamIdentifier(name, in: database)
            streams[name] = id
            for record in records {
                if let user = record.user, let session = record.session {
                    _ =
                        try RecordRow
                        .filter(
                            Columns.stream == id && Columns.session == session && Columns.user == nil
                                && Columns.session != nil
                        )
                        .updateAll(database, Columns.user.set(to: user))
                }
                var row = RecordRow(
                    position: nil, stream: id, user: record.user, session: record.session,
                    eventIdentifier: record.eventIdentifier, time: record.time,
                    cells: try encoder.encode(record.cells))
                try row.insert(database)
            }
        }
    }

    private static func streamIdentifier(_ name: String, in database: Database) throws -> Int64 {
        if let id = try StreamRow.id(of: name, in: database) { return id }
        var row = StreamRow(id: nil, name: name)
        try row.insert(database)
        return row.id ?? 0
    }
}
