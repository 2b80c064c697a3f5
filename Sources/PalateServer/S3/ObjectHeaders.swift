import Foundation
import HTTPTypes
import ObjectStorage

/// The headers that describe an object, in both directions.
enum ObjectHeaders {
    /// Kept with an object and given back with it.
    private static let kept = [
        "cache-control", "content-disposition", "content-language", "expires", "x-amz-website-redirect-location",
        "x-amz-storage-class",
    ]
    private static let metadataPrefix = "x-amz-meta-"
    /// In bytes, names and values together.
    private static let largestMetadata = 2048

    static func attributes(_ request: S3Request) throws(S3Error) -> ObjectAttributes {
        for name in ["x-amz-server-side-encryption-customer-algorithm", "x-amz-object-lock-mode"]
        where request.header(name) != nil {
            throw .notImplemented(name)
        }
        var attributes = ObjectAttributes(contentType: request.header("content-type"))
        for name in kept {
            if let value = request.header(name) { attributes.headers[name] = value }
        }
        let encodings = S3Payload.tokens(request.header("content-encoding")).filter { $0 != "aws-chunked" }
        if !encodings.isEmpty { attributes.headers["content-encoding"] = encodings.joined(separator: ",") }
        var size = 0
        for field in request.headers where field.name.canonicalName.hasPrefix(metadataPrefix) {
            let name = String(field.name.canonicalName.dropFirst(metadataPrefix.count))
            size += name.utf8.count + field.value.utf8.count
            attributes.metadata[name] = attributes.metadata[name].map { "\($0),\(field.value)" } ?? field.value
        }
        guard size <= largestMetadata else {
            throw S3Error(
                .badRequest, "MetadataTooLarge", "Your metadata headers exceed the maximum allowed metadata size",
                [("Size", "\(size)"), ("MaxSizeAllowed", "\(largestMetadata)")])
        }
        attributes.tags = try tags(request.header("x-amz-tagging")) ?? [:]
        return attributes
    }

    /// `x-amz-tagging` is written like a query.
    static func tags(_ header: String?) throws(S3Error) -> [String: String]? {
        guard let header else { return nil }
        var tags: [String: String] = [:]
        for item in try S3Query(header).items { tags[item.name] = item.value }
        try ObjectTags.check(tags)
        return tags
    }

    /// The headers of GET and HEAD.
    static func fields(_ object: StoredObject, query: S3Query, withChecksum: Bool) -> HTTPFields {
        var fields = HTTPFields()
        fields.set("content-type", object.attributes.contentType ?? "binary/octet-stream")
        for (name, value) in object.attributes.headers where value != "STANDARD" || name != "x-amz-storage-class" {
            fields.set(name, value)
        }
        for (name, value) in object.attributes.metadata { fields.set(metadataPrefix + name, value) }
        fields.set("etag", "\"\(object.summary.etag)\"")
        fields.set("last-modified", WireDate.http(object.summary.modified))
        fields.set("accept-ranges", "bytes")
        if !object.attributes.tags.isEmpty { fields.set("x-amz-tagging-count", "\(object.attributes.tags.count)") }
        if withChecksum { setChecksum(object.checksum, in: &fields) }
        for name in [
            "content-type", "content-language", "expires", "cache-control", "content-disposition", "content-encoding",
        ] {
            if let value = query.nonEmpty("response-\(name)") { fields.set(name, value) }
        }
        return fields
    }

    static func setChecksum(_ checksum: ObjectChecksum?, in fields: inout HTTPFields) {
        guard let checksum else { return }
        fields.set(checksum.algorithm.headerName, checksum.value)
        fields.set("x-amz-checksum-type", checksum.type.rawValue)
    }

    static func unquoted(_ etag: some StringProtocol) -> String {
        var text = etag.trimmingCharacters(in: .whitespaces)
        if text.hasPrefix("W/") { text = String(text.dropFirst(2)) }
        return text.trimmingCharacters(in: CharacterSet(charactersIn: "\""))
    }
}

enum ObjectTags {
    /// "Categorizing your objects using tags": at most 10, keys to 128 characters, values to 256.
    static func check(_ tags: [String: String], most: Int = 10) throws(S3Error) {
        guard tags.count <= most else {
            throw S3Error(.badRequest, "BadRequest", "Object tags cannot be greater than \(most)")
        }
        for (key, value) in tags {
            guard !key.isEmpty, key.unicodeScalars.count <= 128 else {
                throw S3Error(.badRequest, "InvalidTag", "The TagKey you have provided is invalid")
            }
            guard value.unicodeScalars.count <= 256 else {
                throw S3Error(.badRequest, "InvalidTag", "The TagValue you have provided is invalid")
            }
        }
    }
}
