import Foundation

/// What an uploader says about an object besides its bytes, kept as one JSON column.
package struct ObjectAttributes: Sendable, Equatable, Codable {
    package var contentType: String?
    /// `Cache-Control`, `Content-Disposition`, `Content-Encoding`, `Content-Language`, `Expires` and the like, by
    /// lower-case name.
    package var headers: [String: String]
    /// `x-amz-meta-…` by lower-case name without that prefix.
    package var metadata: [String: String]
    package var tags: [String: String]

    package init(
        contentType: String? = nil, headers: [String: String] = [:], metadata: [String: String] = [:],
        tags: [String: String] = [:]
    ) {
        self.contentType = contentType
        self.headers = headers
        self.metadata = metadata
        self.tags = tags
    }
}

/// All that the embedded store knows of an object.
package struct StoredObject: Sendable, Equatable {
    package var summary: ObjectSummary
    package var attributes: ObjectAttributes
    package var checksum: ObjectChecksum?
    /// Empty for an object that was not uploaded in parts.
    package var parts: [Part]

    package struct Part: Sendable, Equatable {
        package var size: Int64
        package var checksum: String?
    }

    package var description: ObjectDescription {
        ObjectDescription(summary: summary, contentType: attributes.contentType)
    }
}

/// What must hold of the object that a write would replace, decided in the transaction that makes the write visible.
package struct WriteCondition: Sendable, Equatable {
    /// `If-None-Match: *`
    package var mustBeAbsent: Bool
    /// `If-Match`, without quotation marks; `*` for any.
    package var etag: String?

    package init(mustBeAbsent: Bool = false, etag: String? = nil) {
        self.mustBeAbsent = mustBeAbsent
        self.etag = etag
    }

    package static let none = WriteCondition()

    func check(existing: ObjectRecord?, key: String) throws(ObjectStorageError) {
        if mustBeAbsent, existing != nil { throw .preconditionFailed("If-None-Match") }
        guard let etag else { return }
        guard let existing else { throw .conditionalKeyMissing(key) }
        guard etag == "*" || etag == existing.etag else { throw .preconditionFailed("If-Match") }
    }
}
