package import Foundation
import GRDB
import Synchronization

/// The access keys of a data directory, in `keys.sqlite`. A running server and `palate keys` share it.
package final class KeyStore: Sendable {
    /// An access key with what verifies its signatures.
    struct Entry: Sendable {
        let key: AccessKey
        let secret: String
    }

    struct Snapshot: Sendable {
        var entries: [String: Entry] = [:]
        /// Keys whose secret does not open: of another master key, or changed.
        var unreadable: [String] = []

        var isEmpty: Bool { entries.isEmpty && unreadable.isEmpty }
    }

    private struct Cache {
        var snapshot = Snapshot()
        var read: ContinuousClock.Instant?
    }

    /// For how long a change by another process may go unseen.
    private static let freshness = Duration.milliseconds(250)

    let masterKey: MasterKey
    private let database: DatabaseQueue
    private let cache = Mutex(Cache())

    /// Opens or creates the database. Blocks.
    ///
    /// - Parameter masterKey: 32 bytes in Base64; nil for the file in the directory.
    /// - Throws: ``KeyError``
    package init(directory: URL, masterKey: String? = nil) throws(KeyError) {
        let path = directory.appending(path: "keys.sqlite").path
        self.masterKey = try MasterKey(environment: masterKey, directory: directory)
        // SQLite gives its other files the mode of the first.
        let descriptor = open(path, O_CREAT | O_RDWR | O_CLOEXEC, 0o600)
        if descriptor >= 0 { close(descriptor) }
        do {
            var configuration = Configuration()
            configuration.busyMode = .timeout(5)
            configuration.prepareDatabase { db in
                try db.execute(sql: "PRAGMA journal_mode = WAL; PRAGMA synchronous = FULL")
            }
            database = try DatabaseQueue(path: path, configuration: configuration)
            try Self.migrator.migrate(database)
        } catch {
            throw KeyError("The keys in \(path) cannot be opened: \(error)")
        }
    }

    private static var migrator: DatabaseMigrator {
        var migrator = DatabaseMigrator()
        migrator.registerMigration("access keys") { db in
            try db.create(table: "accessKey") { table in
                table.primaryKey("id", .text)
                table.column("role", .text).notNull()
                table.column("name", .text).notNull()
                table.column("created", .double).notNull()
                table.column("secret", .blob).notNull()
            }
        }
        return migrator
    }

    private struct Row: Codable, FetchableRecord, PersistableRecord {
        static let databaseTableName = "accessKey"
        var id: String
        var role: String
        var name: String
        var created: Double
        /// Sealed with the id and the role as context, so that neither can be exchanged in the file.
        var secret: Data

        var context: String { "\(id) \(role)" }
    }

    /// The new key and its secret, which is not shown again.
    ///
    /// - Throws: ``KeyError``
    package func create(role: KeyRole, name: String? = nil, now: Date = Date()) throws(KeyError) -> (
        key: AccessKey, secret: String
    ) {
        let id = KeyText.identifier("AKIA")
        let name = name ?? "\(role.rawValue)-\(id.suffix(6))"
        guard name.wholeMatch(of: /[A-Za-z0-9_+=,.@-]{1,64}/) != nil else {
            throw KeyError("The name \(name) must be 1 to 64 letters, digits or characters of _+=,.@-")
        }
        let secret = KeyText.secret()
        let key = AccessKey(id: id, role: role, name: name, created: now)
        try insert(key, secret: secret)
        return (key, secret)
    }

    /// - Throws: ``KeyError``
    package func insert(_ key: AccessKey, secret: String) throws(KeyError) {
        do {
            var row = Row(
                id: key.id, role: key.role.rawValue, name: key.name,
                created: key.created.timeIntervalSince1970.rounded(.down), secret: Data())
            row.secret = try masterKey.seal(Data(secret.utf8), for: .accessKey, context: row.context)
            try database.write { try row.insert($0) }
        } catch {
            throw KeyError("The key cannot be stored: \(error)")
        }
        cache.withLock { $0.read = nil }
    }

    /// All keys, the oldest first.
    package func list() throws(KeyError) -> [AccessKey] {
        try rows().compactMap { row in
            KeyRole(rawValue: row.role).map {
                AccessKey(id: row.id, role: $0, name: row.name, created: Date(timeIntervalSince1970: row.created))
            }
        }
    }

    /// False when there is no such key.
    package func delete(_ id: String) throws(KeyError) -> Bool {
        defer { cache.withLock { $0.read = nil } }
        do {
            return try database.write { try Row.deleteOne($0, key: id) }
        } catch {
            throw KeyError("The key cannot be deleted: \(error)")
        }
    }

    /// The keys whose secrets the master key does not open.
    package func unreadableKeys() throws(KeyError) -> [String] { try current().unreadable }

    private func rows() throws(KeyError) -> [Row] {
        do {
            return try database.read { try Row.order(Column("created"), Column("id")).fetchAll($0) }
        } catch {
            throw KeyError("The keys cannot be read: \(error)")
        }
    }

    /// The keys as of a quarter of a second ago or later.
    func current() throws(KeyError) -> Snapshot {
        let now = ContinuousClock.now
        let known = cache.withLock { cache in
            cache.read.flatMap { now - $0 < Self.freshness ? cache.snapshot : nil }
        }
        if let known { return known }
        var snapshot = Snapshot()
        for row in try rows() {
            if let role = KeyRole(rawValue: row.role),
                let secret = masterKey.unseal(row.secret, for: .accessKey, context: row.context)
            {
                let key = AccessKey(
                    id: row.id, role: role, name: row.name, created: Date(timeIntervalSince1970: row.created))
                snapshot.entries[row.id] = Entry(key: key, secret: String(decoding: secret, as: UTF8.self))
            } else {
                snapshot.unreadable.append(row.id)
            }
        }
        let read = snapshot
        cache.withLock { $0 = Cache(snapshot: read, read: now) }
        return read
    }
}
