package import Foundation
import GRDB
package import NIOCore

package struct MultipartUpload: Sendable, Equatable {
    package var id: String
    package var key: String
    package var started: Date
    package var checksumAlgorithm: ChecksumAlgorithm?
    package var checksumType: ChecksumType?
}

package struct UploadedPart: Sendable, Equatable {
    package var number: Int
    package var size: Int64
    package var etag: String
    package var modified: Date
    package var checksum: ObjectChecksum?
}

/// A part as the request that completes an upload names it.
package struct CompletedPart: Sendable, Equatable {
    package var number: Int
    package var etag: String?
    package var checksums: [ChecksumAlgorithm: String]

    package init(number: Int, etag: String?, checksums: [ChecksumAlgorithm: String] = [:]) {
        self.number = number
        self.etag = etag
        self.checksums = checksums
    }
}

/// The limits of "Amazon S3 multipart upload limits".
package enum MultipartLimits {
    package static let smallestPart: Int64 = 5 << 20
    package static let partNumbers = 1...10_000
}

extension EmbeddedObjectStore {
    package func startUpload(
        bucket: String, key: String, attributes: ObjectAttributes, checksumAlgorithm: ChecksumAlgorithm?,
        checksumType: ChecksumType?
    ) async throws -> MultipartUpload {
        try checkKey(key)
        let record = UploadRecord(
            id: bodies.newName() + bodies.newName(), bucket: bucket, key: Data(key.utf8),
            started: IndexTime.milliseconds(now()), attributes: attributes, checksumAlgorithm: checksumAlgorithm,
            checksumType: checksumAlgorithm.map { checksumType ?? $0.defaultType })
        try await commit { db in
            try db.requireBucket(bucket)
            try record.insert(db)
        }
        return record.upload
    }

    package func upload(bucket: String, key: String, id: String) async throws -> MultipartUpload {
        try await index.read { db in try db.requireUpload(bucket, key, id).upload }
    }

    /// Streams one part, in place of an earlier one of the same number.
    package func putPart<Body: AsyncSequence & Sendable>(
        bucket: String, key: String, upload: String, number: Int, expecting expectation: BodyExpectation, body: Body
    ) async throws -> UploadedPart where Body.Element == ByteBuffer {
        guard MultipartLimits.partNumbers.contains(number) else { throw ObjectStorageError.invalidPartNumber(number) }
        let record = try await index.read { db in try db.requireUpload(bucket, key, upload) }
        var expectation = expectation
        expectation.algorithm = expectation.algorithm ?? record.checksumAlgorithm
        let stored = try await bodies.receive(body, expecting: expectation, largest: Self.largestBody)
        let part = PartRecord(
            upload: upload, number: number, file: stored.file, size: stored.size, etag: Hexadecimal.encode(stored.md5),
            modified: IndexTime.milliseconds(now()), checksumAlgorithm: stored.checksum?.algorithm,
            checksum: stored.checksum?.value)
        let replaced: [String]
        do {
            replaced = try await commit { db in
                _ = try db.requireUpload(bucket, key, upload)
                let key: [String: any DatabaseValueConvertible] = ["upload": upload, "number": number]
                let earlier = try PartRecord.fetchOne(db, key: key)
                try PartRecord.deleteOne(db, key: key)
                try part.insert(db)
                return earlier.map { [$0.file] } ?? []
            }
        } catch {
            await bodies.discard([stored.file])
            throw error
        }
        await bodies.discard(replaced)
        return part.uploaded
    }

    /// The parts behind `marker`, by number, and whether there are more.
    package func parts(
        bucket: String, key: String, upload: String, after marker: Int, limit: Int
    ) async throws -> (upload: MultipartUpload, parts: [UploadedPart], isTruncated: Bool) {
        try await index.read { db in
            let record = try db.requireUpload(bucket, key, upload)
            let parts = try PartRecord.filter(Column("upload") == upload && Column("number") > marker)
                .order(Column("number")).limit(limit + 1).fetchAll(db)
            return (record.upload, parts.prefix(limit).map(\.uploaded), parts.count > limit)
        }
    }

    /// Uploads under way, by key and then by identifier.
    package func uploads(
        bucket: String, prefix: String, after marker: (key: String, id: String?)?, limit: Int
    ) async throws -> (uploads: [MultipartUpload], isTruncated: Bool) {
        try await index.read { db in
            try db.requireBucket(bucket)
            let start = Data(prefix.utf8)
            var request = UploadRecord.filter(Column("bucket") == bucket && Column("key") >= start)
            if let end = KeyBytes.successor(ofPrefix: start) { request = request.filter(Column("key") < end) }
            if let marker {
                let key = Data(marker.key.utf8)
                request = request.filter(
                    Column("key") > key
                        || (Column("key") == key && Column("id") > (marker.id ?? "\u{10FFFF}")))
            }
            let records = try request.order(Column("key"), Column("id")).limit(limit + 1).fetchAll(db)
            return (records.prefix(limit).map(\.upload), records.count > limit)
        }
    }

    package func abortUpload(bucket: String, key: String, id: String) async throws {
        let files: [String] = try await commit { db in
            _ = try db.requireUpload(bucket, key, id)
            let files = try String.fetchAll(db, PartRecord.filter(Column("upload") == id).select(Column("file")))
            try UploadRecord.deleteOne(db, key: id)
            return files
        }
        await bodies.discard(files)
    }

    /// Joins parts into the object. The parts' files become the object's segments, so nothing is copied.
    ///
    /// The ETag is the MD5 of the parts' MD5s with `-parts` behind it.
    ///
    /// - Parameter checksum: the whole object's checksum as the uploader computed it, to be verified.
    package func completeUpload(
        bucket: String, key: String, id: String, parts named: [CompletedPart],
        checksum declared: (algorithm: ChecksumAlgorithm, value: String)? = nil, size: Int64? = nil,
        if condition: WriteCondition = .none
    ) async throws -> StoredObject {
        guard zip(named, named.dropFirst()).allSatisfy({ $0.number < $1.number }) else {
            throw ObjectStorageError.invalidPartOrder
        }
        let modified = IndexTime.milliseconds(now())
        let (record, obsolete): (ObjectRecord, [String]) = try await commit { db in
            let upload = try db.requireUpload(bucket, key, id)
            let present = try PartRecord.filter(Column("upload") == id).order(Column("number")).fetchAll(db)
            let byNumber = Dictionary(present.map { ($0.number, $0) }, uniquingKeysWith: { $1 })
            var chosen: [PartRecord] = []
            for part in named {
                guard let found = byNumber[part.number], part.matches(found) else {
                    throw ObjectStorageError.invalidPart(number: part.number)
                }
                chosen.append(found)
            }
            guard !chosen.isEmpty else { throw ObjectStorageError.invalidPart(number: 1) }
            for part in chosen.dropLast() where part.size < MultipartLimits.smallestPart {
                throw ObjectStorageError.partTooSmall(number: part.number, size: part.size)
            }
            let record = try upload.object(from: chosen, modified: modified, declared: declared, size: size)
            let replaced = try db.replaceObject(
                record, segments: chosen.map { ($0.file, $0.size, $0.checksum) }, if: condition)
            try UploadRecord.deleteOne(db, key: id)
            let used = Set(chosen.map(\.file))
            return (record, replaced + present.map(\.file).filter { !used.contains($0) })
        }
        await bodies.discard(obsolete)
        return StoredObject(
            summary: record.summary, attributes: record.attributes, checksum: record.objectChecksum, parts: [])
    }
}

extension UploadRecord {
    var upload: MultipartUpload {
        MultipartUpload(
            id: id, key: String(decoding: key, as: UTF8.self), started: IndexTime.date(started),
            checksumAlgorithm: checksumAlgorithm, checksumType: checksumType)
    }

    fileprivate func object(
        from parts: [PartRecord], modified: Int64, declared: (algorithm: ChecksumAlgorithm, value: String)?,
        size declaredSize: Int64?
    ) throws -> ObjectRecord {
        let size = parts.reduce(Int64(0)) { $0 &+ $1.size }
        if let declaredSize, declaredSize != size {
            throw ObjectStorageError.sizeMismatch(declared: declaredSize, received: size)
        }
        var digests = Data()
        for part in parts { digests += Hexadecimal.decode(part.etag) ?? Data() }
        let etag = "\(Hexadecimal.encode(MultipartETag.md5(digests)))-\(parts.count)"
        let algorithm = checksumAlgorithm ?? declared?.algorithm
        let checksum = algorithm.flatMap { algorithm in
            ObjectChecksum.ofParts(
                parts.map { ($0.checksumAlgorithm == algorithm ? $0.checksum ?? "" : "", $0.size) },
                algorithm: algorithm, type: checksumType ?? algorithm.defaultType)
        }
        if let declared, let checksum, declared.algorithm == checksum.algorithm {
            let computed = checksum.type == .composite ? checksum.value.prefix { $0 != "-" } : checksum.value[...]
            guard declared.value.prefix(while: { $0 != "-" }) == computed else {
                throw ObjectStorageError.badDigest(declared.algorithm.rawValue)
            }
        }
        return ObjectRecord(
            bucket: bucket, key: key, size: size, etag: etag, modified: modified, attributes: attributes,
            checksumAlgorithm: checksum?.algorithm, checksum: checksum?.value, checksumType: checksum?.type,
            partCount: parts.count)
    }
}

extension CompletedPart {
    fileprivate func matches(_ part: PartRecord) -> Bool {
        if let etag, etag.trimmingCharacters(in: CharacterSet(charactersIn: "\"")).lowercased() != part.etag {
            return false
        }
        if let algorithm = part.checksumAlgorithm, let named = checksums[algorithm] { return named == part.checksum }
        return true
    }
}

extension PartRecord {
    fileprivate var uploaded: UploadedPart {
        UploadedPart(
            number: number, size: size, etag: etag, modified: IndexTime.date(modified),
            checksum: checksumAlgorithm.flatMap { algorithm in
                checksum.map { ObjectChecksum(algorithm: algorithm, value: $0) }
            })
    }
}

extension Database {
    fileprivate func requireUpload(_ bucket: String, _ key: String, _ id: String) throws -> UploadRecord {
        try requireBucket(bucket)
        guard let record = try UploadRecord.fetchOne(self, key: id), record.bucket == bucket,
            record.key == Data(key.utf8)
        else { throw ObjectStorageError.noSuchUpload(id) }
        return record
    }
}
