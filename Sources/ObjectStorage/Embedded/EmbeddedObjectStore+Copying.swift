import Foundation
import GRDB

extension EmbeddedObjectStore {
    /// Copies an object within the store. The bodies get a second name where the file system can, so the cost does not
    /// grow with the size.
    ///
    /// - Parameters:
    ///   - attributes: those of the copy, nil to keep the source's.
    ///   - algorithm: a checksum to compute anew, which reads the whole source.
    ///   - check: may refuse the source, once it is known.
    package func copy(
        from source: (bucket: String, key: String), to target: (bucket: String, key: String),
        attributes: ObjectAttributes?, tags: [String: String]? = nil, algorithm: ChecksumAlgorithm? = nil,
        if condition: WriteCondition = .none, check: @Sendable (StoredObject) throws -> Void = { _ in }
    ) async throws -> StoredObject {
        try checkKey(target.key)
        try await index.read { [bucket = target.bucket] db in try db.requireBucket(bucket) }
        let opened = try await open(bucket: source.bucket, key: source.key) { object in
            try check(object)
            return 0..<object.summary.size
        }
        guard opened.object.summary.size <= Self.largestBody else { throw ObjectStorageError.entityTooLarge }
        var merged = attributes ?? opened.object.attributes
        merged.tags = tags ?? opened.object.attributes.tags
        let wantsNewChecksum = algorithm != nil && algorithm != opened.object.checksum?.algorithm
        if !wantsNewChecksum, let linked = try await linkBodies(of: source, as: opened.object) {
            let record = ObjectRecord(
                bucket: target.bucket, key: Data(target.key.utf8), size: opened.object.summary.size,
                etag: opened.object.summary.etag, modified: IndexTime.milliseconds(now()), attributes: merged,
                checksumAlgorithm: opened.object.checksum?.algorithm, checksum: opened.object.checksum?.value,
                checksumType: opened.object.checksum?.type,
                partCount: opened.object.parts.isEmpty ? nil : opened.object.parts.count)
            try await replace(record, segments: linked, if: condition)
            return StoredObject(
                summary: record.summary, attributes: merged, checksum: record.objectChecksum,
                parts: opened.object.parts)
        }
        return try await put(
            bucket: target.bucket, key: target.key, attributes: merged,
            expecting: BodyExpectation(algorithm: algorithm ?? opened.object.checksum?.algorithm), if: condition,
            body: opened.body)
    }

    /// New names for all bodies of `object`; nil when it has been replaced meanwhile or files cannot be linked.
    private func linkBodies(
        of source: (bucket: String, key: String), as object: StoredObject
    ) async throws -> [(file: String, size: Int64, checksum: String?)]? {
        let found = try await index.read { [source] db in try db.storedObject(source.bucket, source.key) }
        guard found.object == object else { return nil }
        let bodies = bodies
        let pairs = found.segments.enumerated().map { ordinal, segment in
            (
                from: segment.file, file: bodies.newName(), size: segment.size,
                checksum: object.parts.indices.contains(ordinal) ? object.parts[ordinal].checksum : nil
            )
        }
        let linked = try await onDiskThread {
            guard let lease = bodies.lease(pairs.map(\.from)) else { return false }
            return try withExtendedLifetime(lease) {
                for (done, pair) in pairs.enumerated() where try !bodies.link(pair.from, as: pair.file) {
                    for earlier in pairs[..<done] { FileCalls.remove(bodies.path(earlier.file)) }
                    return false
                }
                return true
            }
        }
        return linked ? pairs.map { ($0.file, $0.size, $0.checksum) } : nil
    }
}
