package import Foundation
import GRDB
package import Logging

/// Objects in files of one directory, with an SQLite index beside them.
///
/// A write is acknowledged after its body is synchronized under its final name and its row is committed with
/// `synchronous=FULL`, in this order; a body is removed after its row is gone. So a process killed at any moment loses
/// nothing acknowledged, and leaves at most files without a row, which the next start removes.
///
/// ```
/// <directory>/index.sqlite     buckets, objects, uploads
/// <directory>/bodies/ab/ab…    one file for an object or a part, under a generated name
/// <directory>/incoming/…       bodies still being received
/// ```
package final class EmbeddedObjectStore: ObjectStore {
    /// The largest body of one request, 5 GiB.
    package static let largestBody: Int64 = 5 << 30

    let index: DatabasePool
    let bodies: BodyDirectory
    let now: @Sendable () -> Date
    let logger: Logger

    /// Opens the store, brings its index up to date and removes what a crash left behind. Blocks.
    ///
    /// - Parameters:
    ///   - directory: usually `<data-dir>/objects`; created when missing.
    ///   - now: the time of creation and modification times.
    package init(
        directory: String, logger: Logger? = nil, now: @escaping @Sendable () -> Date = { Date() }
    ) throws {
        let logger = logger ?? Logger(label: "palate.objects")
        bodies = try BodyDirectory(root: directory)
        index = try DatabasePool(path: "\(directory)/index.sqlite")
        self.now = now
        self.logger = logger
        // GRDB chooses NORMAL for a pool; an acknowledged write must outlive a power cut.
        try index.writeWithoutTransaction { db in
            try db.execute(sql: "PRAGMA synchronous = FULL")
            guard try Int.fetchOne(db, sql: "PRAGMA synchronous") == 2 else {
                throw ObjectStorageError.storageFailed("the index cannot be made durable")
            }
        }
        try IndexMigrations.migrator.migrate(index)
        let referenced = try index.read { db in
            try Set(
                String.fetchAll(db, SegmentRecord.select(Column("file")))
                    + String.fetchAll(db, PartRecord.select(Column("file"))))
        }
        let removed = try bodies.sweep(keeping: referenced)
        if removed > 0 { logger.info("removed bodies without an object", metadata: ["files": "\(removed)"]) }
    }

    /// Runs a transaction to its end even if the task that asked for it is cancelled: whoever wrote a body must learn
    /// whether a row refers to it.
    func commit<Value: Sendable>(_ updates: @escaping @Sendable (Database) throws -> Value) async throws -> Value {
        let index = index
        return try await Task { try await index.write(updates) }.value
    }

    func checkKey(_ key: String) throws(ObjectStorageError) {
        let bytes = key.utf8.count
        guard bytes > 0 else { throw .noSuchKey(key) }
        guard bytes <= ObjectKey.longest else { throw .keyTooLong(bytes: bytes) }
    }
}

extension Database {
    func requireBucket(_ name: String) throws {
        guard try BucketRecord.exists(self, key: name) else { throw ObjectStorageError.noSuchBucket(name) }
    }

    func object(_ bucket: String, _ key: String) throws -> ObjectRecord? {
        try ObjectRecord.filter(Column("bucket") == bucket && Column("key") == Data(key.utf8)).fetchOne(self)
    }

    func segments(of object: Int64) throws -> [SegmentRecord] {
        try SegmentRecord.filter(Column("object") == object).order(Column("ordinal")).fetchAll(self)
    }

    /// Removes an object's rows and returns the files they named.
    func removeObject(_ record: ObjectRecord) throws -> [String] {
        guard let id = record.id else { return [] }
        let files = try segments(of: id).map(\.file)
        try ObjectRecord.deleteOne(self, key: id)
        return files
    }

    /// Puts an object's rows in place of those of the same key and returns the files of what was replaced.
    func replaceObject(
        _ record: ObjectRecord, segments: [(file: String, size: Int64, checksum: String?)], if condition: WriteCondition
    ) throws -> [String] {
        try requireBucket(record.bucket)
        let existing = try object(record.bucket, record.keyText)
        try condition.check(existing: existing, key: record.keyText)
        let replaced = try existing.map { try removeObject($0) } ?? []
        var record = record
        try record.insert(self)
        guard let id = record.id else { throw ObjectStorageError.storageFailed("the index gave a row no identifier") }
        for (ordinal, segment) in segments.enumerated() {
            try SegmentRecord(
                object: id, ordinal: ordinal, file: segment.file, size: segment.size, checksum: segment.checksum
            ).insert(self)
        }
        return replaced
    }
}
