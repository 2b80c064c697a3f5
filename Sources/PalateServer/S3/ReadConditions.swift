import Foundation
import ObjectStorage

/// Conditional headers on reading and on the source of a copy (RFC 9110, section 13; "Conditional reads").
struct ReadConditions: Sendable {
    var ifMatch: String?
    var ifNoneMatch: String?
    var ifModifiedSince: Date?
    var ifUnmodifiedSince: Date?

    /// - Parameter prefix: empty, or `x-amz-copy-source-`.
    init(_ request: S3Request, prefix: String = "") {
        ifMatch = request.header("\(prefix)if-match")
        ifNoneMatch = request.header("\(prefix)if-none-match")
        ifModifiedSince = request.header("\(prefix)if-modified-since").flatMap(WireDate.parseHTTP)
        ifUnmodifiedSince = request.header("\(prefix)if-unmodified-since").flatMap(WireDate.parseHTTP)
    }

    private static func names(_ list: String, _ etag: String) -> Bool {
        list.split(separator: ",").map { ObjectHeaders.unquoted($0) }.contains { $0 == "*" || $0 == etag }
    }

    /// - Parameter unchanged: the answer when the client's copy is still good: 304 for reading, 412 for copying.
    func check(_ object: StoredObject, unchanged: S3Error = .notModified) throws(S3Error) {
        let etag = object.summary.etag
        // Headers have no fraction of a second.
        let modified = Date(timeIntervalSince1970: object.summary.modified.timeIntervalSince1970.rounded(.down))
        if let ifMatch {
            guard Self.names(ifMatch, etag) else { throw .preconditionFailed("If-Match") }
        } else if let ifUnmodifiedSince, modified > ifUnmodifiedSince {
            throw .preconditionFailed("If-Unmodified-Since")
        }
        var isUnchanged = false
        if let ifNoneMatch {
            isUnchanged = Self.names(ifNoneMatch, etag)
        } else if let ifModifiedSince {
            isUnchanged = modified <= ifModifiedSince
        }
        guard isUnchanged else { return }
        var error = unchanged
        error.headers = [("etag", "\"\(etag)\""), ("last-modified", WireDate.http(object.summary.modified))]
        throw error
    }
}

extension WriteCondition {
    init(_ request: S3Request) throws(S3Error) {
        self.init()
        if let header = request.header("if-none-match") {
            guard header.trimmingCharacters(in: .whitespaces) == "*" else {
                throw .notImplemented("If-None-Match with an entity tag")
            }
            mustBeAbsent = true
        }
        etag = request.header("if-match").map { ObjectHeaders.unquoted($0) }
    }
}
