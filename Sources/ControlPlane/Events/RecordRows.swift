import Foundation
import GRDB
import PersonalizeAPI

/// What one request adds.
struct RecordChange: Sendable {
    let stream: String
    let records: [StreamedRecord]
    /// The cells of each record as JSON, written before the one writer's time is taken.
    let texts: [Data]
    let values: [AttributedValue]

    init(stream: String, records: [StreamedRecord], values: [AttributedValue]) {
        self.stream = stream
        self.records = records
        texts = records.map { Data(ResponseEncoder.text(of: $0.cells)) }
        self.values = values
    }
}

struct StreamRow: Codable, FetchableRecord, MutablePersistableRecord {
    static let databaseTableName = "stream"

    var id: Int64?
    let name: String

    enum Columns {
        static let id = Column(CodingKeys.id)
        static let name = Column(CodingKeys.name)
    }

    mutating func didInsert(_ inserted: InsertionSuccess) { id = inserted.rowID }

    static func id(of name: String, in database: Database) throws -> Int64? {
        try Int64.fetchOne(
            database.cachedStatement(sql: "SELECT id FROM stream WHERE name = ?"), arguments: [name])
    }

    static func idMakingOne(for name: String, in database: Database) throws -> Int64 {
        if let id = try id(of: name, in: database) { return id }
        var row = StreamRow(id: nil, name: name)
        try row.insert(database)
        return row.id ?? 0
    }
}

struct RecordRow: Codable, FetchableRecord, TableRecord {
    static let databaseTableName = "record"

    let position: Int64
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

    func stored() throws -> StoredRecord {
        StoredRecord(
            position: position,
            record: StreamedRecord(
                user: user, session: session, eventIdentifier: eventIdentifier, time: time,
                cells: try JSONDecoder().decode([String: String].self, from: cells)))
    }

    /// The place of the newest record that ever came to any stream; 0 before the first.
    static func highestPosition(in database: Database) throws -> Int64 {
        try Int64.fetchOne(
            database.cachedStatement(sql: "SELECT seq FROM sqlite_sequence WHERE name = ?"),
            arguments: [databaseTableName]) ?? 0
    }

    /// A user whose name a session's records without one have got.
    private struct NamedSession: Hashable {
        let stream: Int64
        let session: String
    }

    /// Adds records, names the users of sessions, notes event types and adds to sums.
    ///
    /// The statements that run for each request are written out: it is where the time goes.
    ///
    /// - Returns: What became of each change.
    static func insert(_ changes: [RecordChange], in database: Database) throws -> [AppendedRecords] {
        let insertion = try database.cachedStatement(
            sql: """
                INSERT INTO record (stream, user, session, eventIdentifier, time, cells) VALUES (?, ?, ?, ?, ?, ?)
                """)
        let naming = try database.cachedStatement(
            sql: """
                UPDATE record SET user = ? WHERE stream = ? AND session = ? AND user IS NULL AND session IS NOT NULL
                """)
        var streams: [String: Int64] = [:]
        var named: [NamedSession: String] = [:]
        var types: [Int64: Set<String>] = [:]
        var all: [AppendedRecords] = []
        for change in changes {
            var appended = AppendedRecords()
            let stream = try streams[change.stream] ?? StreamRow.idMakingOne(for: change.stream, in: database)
            streams[change.stream] = stream
            for (record, text) in zip(change.records, change.texts) {
                if let session = record.session {
                    let place = NamedSession(stream: stream, session: session)
                    if record.user == nil { named[place] = nil }
                    if let user = record.user, named[place] != user {
                        try naming.execute(arguments: [user, stream, session])
                        if database.changesCount > 0 { appended.named.append((session, user)) }
                        named[place] = user
                    }
                    if let type = record.cells["EVENT_TYPE"] { types[stream, default: []].insert(type) }
                }
                try insertion.execute(
                    arguments: [
                        stream, record.user, record.session, record.eventIdentifier, record.time, text,
                    ])
                appended.positions.append(database.lastInsertedRowID)
            }
            all.append(appended)
        }
        for (stream, names) in types {
            for name in names { try EventTypeRow.note(name, of: stream, in: database) }
        }
        try AttributedSumRow.add(changes.flatMap(\.values), in: database)
        return all
    }
}
