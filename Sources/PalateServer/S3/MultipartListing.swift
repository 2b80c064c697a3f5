import HTTPTypes
import Hummingbird
import ObjectStorage

/// ListParts, ListMultipartUploads.
extension S3Service {
    func listParts(_ request: S3Request) async throws -> Response {
        let bucket = try request.bucket
        let key = try request.key
        let id = request.query["uploadId"] ?? ""
        let limit = try request.query.count("max-parts", default: 1000, most: 1000)
        let marker = try request.query.count("part-number-marker", default: 0, most: 10_000)
        let found = try await store.parts(bucket: bucket, key: key, upload: id, after: marker, limit: limit)
        var writer = XMLWriter()
        writer.element("ListPartsResult", namespace: Self.namespace) { writer in
            writer.element("Bucket", bucket)
            writer.element("Key", key)
            writer.element("UploadId", id)
            writeOwner(&writer, name: "Initiator")
            writeOwner(&writer)
            writer.element("StorageClass", "STANDARD")
            writer.element("PartNumberMarker", marker)
            writer.element("NextPartNumberMarker", found.parts.last?.number ?? marker)
            writer.element("MaxParts", limit)
            writer.element("IsTruncated", found.isTruncated)
            writer.element("ChecksumAlgorithm", ifPresent: found.upload.checksumAlgorithm?.rawValue)
            writer.element("ChecksumType", ifPresent: found.upload.checksumType?.rawValue)
            for part in found.parts {
                writer.element("Part") { writer in
                    writer.element("PartNumber", part.number)
                    writer.element("LastModified", WireDate.iso8601(part.modified))
                    writer.element("ETag", "\"\(part.etag)\"")
                    writer.element("Size", part.size)
                    if let checksum = part.checksum {
                        writer.element("Checksum\(checksum.algorithm.rawValue)", checksum.value)
                    }
                }
            }
        }
        return Response(xml: writer)
    }

    /// Uploads under way; those under one common prefix are shown one by one.
    func listMultipartUploads(_ request: S3Request) async throws -> Response {
        let bucket = try request.bucket
        let query = request.query
        let prefix = query["prefix"] ?? ""
        let limit = try query.count("max-uploads", default: 1000, most: 1000)
        let isEncoded = query["encoding-type"] == "url"
        func encoded(_ text: String) -> String { isEncoded ? PercentEncoding.encode(text, keeping: "/") : text }
        let marker = query.nonEmpty("key-marker").map { (key: $0, id: query.nonEmpty("upload-id-marker")) }
        let found = try await store.uploads(bucket: bucket, prefix: prefix, after: marker, limit: limit)
        var writer = XMLWriter()
        writer.element("ListMultipartUploadsResult", namespace: Self.namespace) { writer in
            writer.element("Bucket", bucket)
            writer.element("KeyMarker", encoded(marker?.key ?? ""))
            writer.element("UploadIdMarker", marker?.id ?? "")
            if found.isTruncated, let last = found.uploads.last {
                writer.element("NextKeyMarker", encoded(last.key))
                writer.element("NextUploadIdMarker", last.id)
            }
            writer.element("Prefix", encoded(prefix))
            if isEncoded { writer.element("EncodingType", "url") }
            writer.element("MaxUploads", limit)
            writer.element("IsTruncated", found.isTruncated)
            for upload in found.uploads {
                writer.element("Upload") { writer in
                    writer.element("Key", encoded(upload.key))
                    writer.element("UploadId", upload.id)
                    writeOwner(&writer, name: "Initiator")
                    writeOwner(&writer)
                    writer.element("StorageClass", "STANDARD")
                    writer.element("Initiated", WireDate.iso8601(upload.started))
                    writer.element("ChecksumAlgorithm", ifPresent: upload.checksumAlgorithm?.rawValue)
                    writer.element("ChecksumType", ifPresent: upload.checksumType?.rawValue)
                }
            }
        }
        return Response(xml: writer)
    }
}
