import Foundation
import GRDB

/// Where a listing goes on: behind one key, or behind everything that starts with a prefix.
package enum ListingPosition: Sendable, Equatable {
    case afterKey(String)
    case afterPrefix(String)

    /// An opaque text for the wire.
    package var token: String {
        switch self {
        case .afterKey(let key): Data("k\(key)".utf8).base64EncodedString()
        case .afterPrefix(let prefix): Data("p\(prefix)".utf8).base64EncodedString()
        }
    }

    package init(token: String) throws(ObjectStorageError) {
        guard let data = Data(base64Encoded: token), let kind = data.first,
            let text = String(validating: data.dropFirst(), as: UTF8.self)
        else { throw .invalidContinuationToken }
        switch kind {
        case UInt8(ascii: "k"): self = .afterKey(text)
        case UInt8(ascii: "p"): self = .afterPrefix(text)
        default: throw .invalidContinuationToken
        }
    }
}

package struct ListingRequest: Sendable {
    package var prefix: String
    package var delimiter: String?
    package var start: ListingPosition?
    /// Objects and common prefixes together.
    package var limit: Int

    package init(prefix: String, delimiter: String?, start: ListingPosition?, limit: Int) {
        self.prefix = prefix
        self.delimiter = delimiter
        self.start = start
        self.limit = limit
    }
}

package struct ObjectListing: Sendable {
    package enum Entry: Sendable, Equatable {
        case object(ObjectSummary)
        case commonPrefix(String)
    }

    package var entries: [Entry] = []
    /// Nil when this is all.
    package var next: ListingPosition?
}

extension EmbeddedObjectStore {
    /// Lists by the key's UTF-8 bytes. Keys that go into one common prefix are skipped in the index, not read.
    package func list(bucket: String, _ request: ListingRequest) async throws -> ObjectListing {
        try await index.read { db in
            try db.requireBucket(bucket)
            return try db.listing(bucket, request)
        }
    }
}

extension Database {
    fileprivate func listing(_ bucket: String, _ request: ListingRequest) throws -> ObjectListing {
        var listing = ObjectListing()
        guard request.limit > 0 else { return listing }
        let prefix = Data(request.prefix.utf8)
        let delimiter = request.delimiter.map { Data($0.utf8) } ?? Data()
        let end = KeyBytes.successor(ofPrefix: prefix)
        var lower = prefix
        switch request.start {
        case .afterKey(let key): lower = max(lower, Data(key.utf8) + [0], by: KeyBytes.precedes)
        case .afterPrefix(let text):
            guard let next = KeyBytes.successor(ofPrefix: Data(text.utf8)) else { return listing }
            lower = max(lower, next, by: KeyBytes.precedes)
        case nil: break
        }
        var last: ListingPosition?
        scanning: while true {
            let rows = try objects(bucket, from: lower, to: end, limit: request.limit - listing.entries.count + 1)
            while let row = try rows.next() {
                guard listing.entries.count < request.limit else {
                    listing.next = last
                    return listing
                }
                if !delimiter.isEmpty, let found = row.key.dropFirst(prefix.count).firstRange(of: delimiter) {
                    let common = Data(row.key[..<found.upperBound])
                    let text = String(decoding: common, as: UTF8.self)
                    listing.entries.append(.commonPrefix(text))
                    last = .afterPrefix(text)
                    guard let next = KeyBytes.successor(ofPrefix: common) else { return listing }
                    lower = next
                    continue scanning
                }
                listing.entries.append(.object(row.summary))
                last = .afterKey(row.keyText)
            }
            return listing
        }
    }

    private func objects(
        _ bucket: String, from lower: Data, to upper: Data?, limit: Int
    ) throws -> RecordCursor<ObjectRecord> {
        var request = ObjectRecord.filter(Column("bucket") == bucket && Column("key") >= lower)
        if let upper { request = request.filter(Column("key") < upper) }
        return try request.order(Column("key")).limit(limit).fetchCursor(self)
    }
}

enum KeyBytes {
    static func precedes(_ left: Data, _ right: Data) -> Bool { left.lexicographicallyPrecedes(right) }

    /// The first key behind all keys that start with `prefix`; nil if there is none.
    static func successor(ofPrefix prefix: Data) -> Data? {
        var bytes = Array(prefix)
        while let last = bytes.popLast() {
            if last < 0xFF { return Data(bytes + [last + 1]) }
        }
        return nil
    }
}

private func max(_ left: Data, _ right: Data, by precedes: (Data, Data) -> Bool) -> Data {
    precedes(left, right) ? right : left
}
