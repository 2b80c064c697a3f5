package import Foundation
package import GRDB

/// The SQLite database of resources and jobs.
///
/// WAL lets readers go on while one writer commits; `synchronous=FULL` makes SQLite sync the log at each commit, which
/// is what "nothing acknowledged is ever lost" rests on: a request is answered only after its transaction returned.
package struct ControlPlaneDatabase: Sendable {
    package let pool: DatabasePool
    let changes = ResourceChanges()

    package init(at url: URL) throws {
        var configuration = Configuration()
        configuration.label = "control-plane"
        configuration.busyMode = .timeout(10)
        pool = try DatabasePool(path: url.path, configuration: configuration)
        // GRDB sets NORMAL for a pool.
        try pool.writeWithoutTransaction { try $0.execute(sql: "PRAGMA synchronous = FULL") }
        try Self.migrator.migrate(pool)
        pool.add(transactionObserver: changes, extent: .databaseLifetime)
    }

    /// Never edit a migration that was released: add one.
    private static var migrator: DatabaseMigrator {
        var migrator = DatabaseMigrator()
        migrator.registerMigration("resources") { database in
            try database.create(table: ResourceRow.databaseTableName) { table in
                table.autoIncrementedPrimaryKey("sequence")
                table.column("arn", .text).notNull().unique()
                table.column("kind", .text).notNull()
                table.column("status", .text).notNull()
                table.column("document", .blob).notNull()
            }
            try database.create(indexOn: ResourceRow.databaseTableName, columns: ["kind", "sequence"])
            try database.create(table: ReferenceRow.databaseTableName) { table in
                table.column("source", .text).notNull()
                    .references(ResourceRow.databaseTableName, column: "arn", onDelete: .cascade)
                table.column("target", .text).notNull()
                table.primaryKey(["source", "target"])
            }
            try database.create(indexOn: ReferenceRow.databaseTableName, columns: ["target"])
            try database.create(table: TagRow.databaseTableName) { table in
                table.column("arn", .text).notNull()
                    .references(ResourceRow.databaseTableName, column: "arn", onDelete: .cascade)
                table.column("key", .text).notNull()
                table.column("value", .text).notNull()
                table.primaryKey(["arn", "key"])
            }
        }
        migrator.registerMigration("jobs") { database in
            try database.create(table: JobRow.databaseTableName) { table in
                table.autoIncrementedPrimaryKey("id")
                table.column("kind", .text).notNull()
                table.column("arn", .text).notNull()
                table.column("isRunning", .boolean).notNull()
                table.column("attempts", .integer).notNull()
            }
        }
        migrator.registerMigration("answer sources") { try AnswerSourceRow.createTable(in: $0) }
        return migrator
    }
}

struct ResourceRow: Codable, FetchableRecord, MutablePersistableRecord {
    static let databaseTableName = "resource"

    /// The order of creation, by which lists are paged.
    var sequence: Int64?
    let arn: String
    let kind: ResourceKind
    var status: ResourceStatus
    var document: Data

    enum Columns {
        static let sequence = Column(CodingKeys.sequence)
        static let arn = Column(CodingKeys.arn)
        static let kind = Column(CodingKeys.kind)
        static let status = Column(CodingKeys.status)
    }

    mutating func didInsert(_ inserted: InsertionSuccess) { sequence = inserted.rowID }
}

/// `source` needs `target`.
struct ReferenceRow: Codable, FetchableRecord, PersistableRecord {
    static let databaseTableName = "reference"

    let source: String
    let target: String

    enum Columns {
        static let source = Column(CodingKeys.source)
        static let target = Column(CodingKeys.target)
    }
}

struct TagRow: Codable, FetchableRecord, PersistableRecord {
    static let databaseTableName = "tag"

    let arn: String
    let key: String
    let value: String

    enum Columns {
        static let arn = Column(CodingKeys.arn)
        static let key = Column(CodingKeys.key)
    }
}
