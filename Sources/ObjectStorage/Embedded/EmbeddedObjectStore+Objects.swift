import Foundation
import GRDB
package import NIOCore

extension EmbeddedObjectStore {
    /// Streams `body` into the object `key`.
    package func put<Body: AsyncSequence & Sendable>(
        bucket: String, key: String, attributes: ObjectAttributes, expecting expectation: BodyExpectation = .init(),
        if condition: WriteCondition = .none, body: Body
    ) async throws -> StoredObject where Body.Element == ByteBuffer {
        try checkKey(key)
        // Refused before the body is read; decided for good in the transaction.
        try await index.read { db in
            try db.requireBucket(bucket)
            try condition.check(existing: db.object(bucket, key), key: key)
        }
        let stored = try await bodies.receive(body, expecting: expectation, largest: Self.largestBody)
        let record = ObjectRecord(
            bucket: bucket, key: Data(key.utf8), size: stored.size, etag: Hexadecimal.encode(stored.md5),
            modified: IndexTime.milliseconds(now()), attributes: attributes,
            checksumAlgorithm: stored.checksum?.algorithm, checksum: stored.checksum?.value,
            checksumType: stored.checksum?.type)
        try await replace(record, segments: [(stored.file, stored.size, nil)], if: condition)
        return StoredObject(
            summary: record.summary, attributes: attributes, checksum: record.objectChecksum, parts: [])
    }

    /// Makes new bodies visible as an object; they are removed again if that is refused.
    func replace(
        _ record: ObjectRecord, segments: [(file: String, size: Int64, checksum: String?)], if condition: WriteCondition
    ) async throws {
        let replaced: [String]
        do {
            replaced = try await commit { db in try db.replaceObject(record, segments: segments, if: condition) }
        } catch {
            await bodies.discard(segments.map(\.file))
            throw error
        }
        await bodies.discard(replaced)
    }

    package func object(bucket: String, key: String) async throws -> StoredObject {
        try await index.read { db in try db.storedObject(bucket, key).object }
    }

    /// An object together with its bytes, both of the same moment.
    ///
    /// - Parameter range: chooses the bytes once the object is known; it may throw to refuse the reading.
    package func open(
        bucket: String, key: String,
        range: @Sendable (StoredObject) throws -> Range<Int64> = { 0..<$0.summary.size }
    ) async throws -> (object: StoredObject, body: ObjectBody, range: Range<Int64>) {
        for _ in 0..<100 {
            let found = try await index.read { db in try db.storedObject(bucket, key) }
            let chosen = try range(found.object)
            guard chosen.lowerBound >= 0, chosen.upperBound <= found.object.summary.size else {
                throw ObjectStorageError.invalidRange(size: found.object.summary.size)
            }
            let files = found.segments.map(\.file)
            let bodies = bodies
            // No lease: the object was replaced between the two steps, so look again.
            guard let lease = try await onDiskThread({ bodies.lease(files) }) else { continue }
            let body = SegmentBody(
                directory: bodies, segments: found.segments, range: chosen, lease: lease)
            return (found.object, ObjectBody(body), chosen)
        }
        throw ObjectStorageError.storageFailed("the body of '\(key)' is missing")
    }

    /// Deletes what is there and returns whether there was something.
    @discardableResult
    package func remove(bucket: String, key: String) async throws -> Bool {
        let files: [String]? = try await commit { db in
            try db.requireBucket(bucket)
            return try db.object(bucket, key).map { try db.removeObject($0) }
        }
        await bodies.discard(files ?? [])
        return files != nil
    }

    /// Deletes many objects in one transaction.
    package func remove(bucket: String, keys: [String]) async throws {
        let files: [String] = try await commit { db in
            try db.requireBucket(bucket)
            return try keys.flatMap { key in try db.object(bucket, key).map { try db.removeObject($0) } ?? [] }
        }
        await bodies.discard(files)
    }

    package func setTags(_ tags: [String: String], bucket: String, key: String) async throws {
        try await commit { db in
            try db.requireBucket(bucket)
            guard var record = try db.object(bucket, key) else { throw ObjectStorageError.noSuchKey(key) }
            record.attributes.tags = tags
            try record.update(db)
        }
    }
}

extension Database {
    func storedObject(_ bucket: String, _ key: String) throws -> (object: StoredObject, segments: [BodySegment]) {
        guard let record = try object(bucket, key), let id = record.id else {
            try requireBucket(bucket)
            throw ObjectStorageError.noSuchKey(key)
        }
        let segments = try segments(of: id)
        let parts =
            record.partCount == nil
            ? [] : segments.map { StoredObject.Part(size: $0.size, checksum: $0.checksum) }
        let stored = StoredObject(
            summary: record.summary, attributes: record.attributes, checksum: record.objectChecksum, parts: parts)
        return (stored, segments.map { BodySegment(file: $0.file, size: $0.size) })
    }
}
