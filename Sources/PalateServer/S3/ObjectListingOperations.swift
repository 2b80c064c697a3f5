import HTTPTypes
import Hummingbird
import ObjectStorage

/// ListObjects, ListObjectsV2, ListObjectVersions.
extension S3Service {
    private struct ListingParameters {
        let prefix: String
        let delimiter: String?
        let limit: Int
        let isEncoded: Bool

        init(_ query: S3Query) throws(S3Error) {
            prefix = query["prefix"] ?? ""
            delimiter = query.nonEmpty("delimiter")
            limit = try query.count("max-keys", default: 1000, most: 1000)
            switch query.nonEmpty("encoding-type")?.lowercased() {
            case nil: isEncoded = false
            case "url": isEncoded = true
            case let other?:
                throw .invalidArgument(
                    "Invalid Encoding Method specified in Request", name: "encoding-type", value: other)
            }
        }

        func encoded(_ text: String) -> String { isEncoded ? PercentEncoding.encode(text, keeping: "/") : text }

        /// A marker names a key, or a common prefix that was listed already.
        func position(after marker: String?) -> ListingPosition? {
            guard let marker, !marker.isEmpty else { return nil }
            let bytes = Array(marker.utf8)
            let prefixBytes = Array(prefix.utf8)
            if let delimiter, bytes.starts(with: prefixBytes) {
                let separator = Array(delimiter.utf8)
                let rest = bytes[prefixBytes.count...]
                if let found = rest.firstRange(of: separator), found.upperBound == rest.endIndex {
                    return .afterPrefix(marker)
                }
            }
            return .afterKey(marker)
        }

        func writeHead(_ writer: inout XMLWriter, bucket: String) {
            writer.element("Name", bucket)
            writer.element("Prefix", encoded(prefix))
            if let delimiter { writer.element("Delimiter", encoded(delimiter)) }
            writer.element("MaxKeys", limit)
            if isEncoded { writer.element("EncodingType", "url") }
        }

        func writeCommonPrefixes(_ listing: ObjectListing, _ writer: inout XMLWriter) {
            for case .commonPrefix(let prefix) in listing.entries {
                writer.element("CommonPrefixes") { $0.element("Prefix", encoded(prefix)) }
            }
        }
    }

    private func list(_ bucket: String, _ parameters: ListingParameters, from start: ListingPosition?) async throws
        -> ObjectListing
    {
        try await store.list(
            bucket: bucket,
            ListingRequest(
                prefix: parameters.prefix, delimiter: parameters.delimiter, start: start, limit: parameters.limit))
    }

    func listObjectsV2(_ request: S3Request) async throws -> Response {
        let bucket = try request.bucket
        let parameters = try ListingParameters(request.query)
        let token = request.query.nonEmpty("continuation-token")
        let startAfter = request.query.nonEmpty("start-after")
        let start = try token.map { try ListingPosition(token: $0) } ?? startAfter.map { .afterKey($0) }
        let listing = try await list(bucket, parameters, from: start)
        var writer = XMLWriter()
        writer.element("ListBucketResult", namespace: Self.namespace) { writer in
            parameters.writeHead(&writer, bucket: bucket)
            writer.element("KeyCount", listing.entries.count)
            writer.element("IsTruncated", listing.next != nil)
            writer.element("ContinuationToken", ifPresent: token)
            writer.element("NextContinuationToken", ifPresent: listing.next?.token)
            writer.element("StartAfter", ifPresent: startAfter.map { parameters.encoded($0) })
            let wantsOwner = request.query["fetch-owner"] == "true"
            writeContents(listing, parameters, &writer, withOwner: wantsOwner)
            parameters.writeCommonPrefixes(listing, &writer)
        }
        return Response(xml: writer)
    }

    func listObjects(_ request: S3Request) async throws -> Response {
        let bucket = try request.bucket
        let parameters = try ListingParameters(request.query)
        let marker = request.query["marker"] ?? ""
        let listing = try await list(bucket, parameters, from: parameters.position(after: marker))
        var writer = XMLWriter()
        writer.element("ListBucketResult", namespace: Self.namespace) { writer in
            parameters.writeHead(&writer, bucket: bucket)
            writer.element("Marker", parameters.encoded(marker))
            writer.element("IsTruncated", listing.next != nil)
            // The provider gives the next marker only with a delimiter; without one, the last key serves.
            if parameters.delimiter != nil, let next = listing.next {
                writer.element("NextMarker", parameters.encoded(next.text))
            }
            writeContents(listing, parameters, &writer, withOwner: true)
            parameters.writeCommonPrefixes(listing, &writer)
        }
        return Response(xml: writer)
    }

    private func writeContents(
        _ listing: ObjectListing, _ parameters: ListingParameters, _ writer: inout XMLWriter, withOwner: Bool
    ) {
        for case .object(let object) in listing.entries {
            writer.element("Contents") { writer in
                writer.element("Key", parameters.encoded(object.key))
                writer.element("LastModified", WireDate.iso8601(object.modified))
                writer.element("ETag", "\"\(object.etag)\"")
                writer.element("Size", object.size)
                if withOwner { writeOwner(&writer) }
                writer.element("StorageClass", "STANDARD")
            }
        }
    }

    /// Every object has one version, `null`.
    func listObjectVersions(_ request: S3Request) async throws -> Response {
        let bucket = try request.bucket
        let parameters = try ListingParameters(request.query)
        let marker = request.query["key-marker"] ?? ""
        let listing = try await list(bucket, parameters, from: parameters.position(after: marker))
        var writer = XMLWriter()
        writer.element("ListVersionsResult", namespace: Self.namespace) { writer in
            parameters.writeHead(&writer, bucket: bucket)
            writer.element("KeyMarker", parameters.encoded(marker))
            writer.element("VersionIdMarker", request.query["version-id-marker"] ?? "")
            writer.element("IsTruncated", listing.next != nil)
            if let next = listing.next {
                writer.element("NextKeyMarker", parameters.encoded(next.text))
                writer.element("NextVersionIdMarker", "null")
            }
            for case .object(let object) in listing.entries {
                writer.element("Version") { writer in
                    writer.element("Key", parameters.encoded(object.key))
                    writer.element("VersionId", "null")
                    writer.element("IsLatest", true)
                    writer.element("LastModified", WireDate.iso8601(object.modified))
                    writer.element("ETag", "\"\(object.etag)\"")
                    writer.element("Size", object.size)
                    writeOwner(&writer)
                    writer.element("StorageClass", "STANDARD")
                }
            }
            parameters.writeCommonPrefixes(listing, &writer)
        }
        return Response(xml: writer)
    }
}

extension ListingPosition {
    fileprivate var text: String {
        switch self {
        case .afterKey(let text), .afterPrefix(let text): text
        }
    }
}
