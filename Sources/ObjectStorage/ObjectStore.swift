package import Foundation
package import NIOCore

/// What the jobs need of a place that holds objects: the embedded store, or any S3 endpoint.
///
/// Missing buckets and keys are ``ObjectStorageError/noSuchBucket(_:)`` and ``ObjectStorageError/noSuchKey(_:)``.
package protocol ObjectStore: Sendable {
    /// One page of the objects whose key starts with `prefix`, ascending by the key's UTF-8 bytes.
    ///
    /// - Parameters:
    ///   - token: ``ObjectPage/nextToken`` of the page before, nil for the first page.
    ///   - limit: at most this many objects, 1 to 1,000.
    func list(bucket: String, prefix: String, after token: String?, limit: Int) async throws -> ObjectPage

    func head(bucket: String, key: String) async throws -> ObjectDescription

    /// Streams an object, or the bytes `range` of it. A writer that replaces or deletes the object meanwhile does not
    /// disturb a reading that has begun.
    func read(bucket: String, key: String, range: Range<Int64>?) async throws -> ObjectBody

    /// Streams `body` into an object, which appears whole or not at all.
    @discardableResult
    func write<Body: AsyncSequence & Sendable>(
        bucket: String, key: String, contentType: String?, body: Body
    ) async throws -> ObjectDescription where Body.Element == ByteBuffer

    /// Deleting an object that is not there succeeds.
    func delete(bucket: String, key: String) async throws

    /// The bucket's policy document, nil if it has none.
    func policy(ofBucket bucket: String) async throws -> String?
}

extension ObjectStore {
    package func read(_ location: S3Location) async throws -> ObjectBody {
        try await read(bucket: location.bucket, key: location.key, range: nil)
    }

    /// What an import from `location` reads: the object of exactly that key if there is one, otherwise every object
    /// under it as a folder. A folder's own empty marker object is left out.
    ///
    /// Throws ``ObjectStorageError/noSuchKey(_:)`` when nothing is there.
    package func objects(at location: S3Location) async throws -> [ObjectSummary] {
        if !location.isPrefix {
            do {
                let object = try await head(bucket: location.bucket, key: location.key)
                return [object.summary]
            } catch ObjectStorageError.noSuchKey {}
        }
        let folder = location.isPrefix ? location.key : location.key + "/"
        var objects: [ObjectSummary] = []
        var token: String?
        repeat {
            let page = try await list(bucket: location.bucket, prefix: folder, after: token, limit: 1000)
            objects += page.objects.filter { !($0.size == 0 && $0.key.hasSuffix("/")) }
            token = page.nextToken
        } while token != nil
        guard !objects.isEmpty else { throw ObjectStorageError.noSuchKey(location.key) }
        return objects
    }
}

package struct ObjectPage: Sendable, Equatable {
    package var objects: [ObjectSummary]
    /// Nil on the last page.
    package var nextToken: String?

    package init(objects: [ObjectSummary], nextToken: String?) {
        self.objects = objects
        self.nextToken = nextToken
    }
}

package struct ObjectSummary: Sendable, Equatable {
    package var key: String
    /// In bytes.
    package var size: Int64
    /// Without quotation marks: the MD5 in hexadecimal, or `md5-parts` for a multipart upload.
    package var etag: String
    package var modified: Date

    package init(key: String, size: Int64, etag: String, modified: Date) {
        self.key = key
        self.size = size
        self.etag = etag
        self.modified = modified
    }
}

package struct ObjectDescription: Sendable, Equatable {
    package var summary: ObjectSummary
    package var contentType: String?

    package init(summary: ObjectSummary, contentType: String?) {
        self.summary = summary
        self.contentType = contentType
    }

    package var key: String { summary.key }
    package var size: Int64 { summary.size }
    package var etag: String { summary.etag }
    package var modified: Date { summary.modified }
}
