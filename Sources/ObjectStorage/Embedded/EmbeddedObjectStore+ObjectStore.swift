import Foundation
package import NIOCore

extension EmbeddedObjectStore {
    package func list(bucket: String, prefix: String, after token: String?, limit: Int) async throws -> ObjectPage {
        let start = try token.map { try ListingPosition(token: $0) }
        let listing = try await list(
            bucket: bucket,
            ListingRequest(prefix: prefix, delimiter: nil, start: start, limit: min(max(limit, 1), 1000)))
        return ObjectPage(
            objects: listing.entries.compactMap { if case .object(let summary) = $0 { summary } else { nil } },
            nextToken: listing.next?.token)
    }

    package func head(bucket: String, key: String) async throws -> ObjectDescription {
        try await object(bucket: bucket, key: key).description
    }

    package func read(bucket: String, key: String, range: Range<Int64>?) async throws -> ObjectBody {
        try await open(bucket: bucket, key: key) { object in
            guard let range else { return 0..<object.summary.size }
            guard range.lowerBound >= 0, range.lowerBound < object.summary.size else {
                throw ObjectStorageError.invalidRange(size: object.summary.size)
            }
            return range.clamped(to: 0..<object.summary.size)
        }.body
    }

    @discardableResult
    package func write<Body: AsyncSequence & Sendable>(
        bucket: String, key: String, contentType: String?, body: Body
    ) async throws -> ObjectDescription where Body.Element == ByteBuffer {
        try await put(bucket: bucket, key: key, attributes: ObjectAttributes(contentType: contentType), body: body)
            .description
    }

    package func delete(bucket: String, key: String) async throws {
        try await remove(bucket: bucket, key: key)
    }

    package func policy(ofBucket bucket: String) async throws -> String? {
        try await setting(.policy, ofBucket: bucket)
    }
}
