import HTTPTypes
import Hummingbird
import ObjectStorage

/// The object that `x-amz-copy-source` names.
struct CopySource: Sendable {
    let bucket: String
    let key: String
    let conditions: ReadConditions

    init(_ request: S3Request) throws(S3Error) {
        let header = request.header("x-amz-copy-source") ?? ""
        let mark = header.firstRange(of: "?versionId=")
        let rawPath = mark.map { header[..<$0.lowerBound] } ?? header[...]
        if let mark, header[mark.upperBound...] != "null" {
            throw S3Error(.notFound, "NoSuchVersion", "The specified version does not exist.")
        }
        let trimmed = rawPath.utf8.first == UInt8(ascii: "/") ? rawPath.dropFirst() : rawPath
        guard let path = PercentEncoding.decode(trimmed), let slash = path.utf8.firstIndex(of: UInt8(ascii: "/"))
        else { throw Self.malformed(header) }
        bucket = String(decoding: path.utf8[..<slash], as: UTF8.self)
        key = String(decoding: path.utf8[path.utf8.index(after: slash)...], as: UTF8.self)
        guard !bucket.isEmpty, !key.isEmpty else { throw Self.malformed(header) }
        conditions = ReadConditions(request, prefix: "x-amz-copy-source-")
    }

    private static func malformed(_ header: String) -> S3Error {
        .invalidArgument(
            "Copy Source must mention the source bucket and key: sourcebucket/sourcekey", name: "x-amz-copy-source",
            value: header)
    }
}

/// CopyObject.
extension S3Service {
    func copyObject(_ request: S3Request) async throws -> Response {
        let source = try CopySource(request)
        let target = (bucket: try request.bucket, key: try request.key)
        let replaces = try directive(request, "x-amz-metadata-directive")
        let retags = try directive(request, "x-amz-tagging-directive")
        guard replaces || source.bucket != target.bucket || !source.key.utf8.elementsEqual(target.key.utf8) else {
            throw S3Error.invalidRequest(
                "This copy request is illegal because it is trying to copy an object to itself without changing the "
                    + "object's metadata, storage class, website redirect location or encryption attributes.")
        }
        let given = try ObjectHeaders.attributes(request)
        var algorithm: ChecksumAlgorithm?
        if let name = request.header("x-amz-checksum-algorithm") {
            algorithm = ChecksumAlgorithm(rawValue: name.uppercased())
            guard algorithm != nil else { throw S3Error.invalidRequest("Checksum algorithm provided is unsupported.") }
        }
        let object = try await store.copy(
            from: (source.bucket, source.key), to: target, attributes: replaces ? given : nil,
            tags: retags ? given.tags : nil, algorithm: algorithm, if: try WriteCondition(request),
            check: {
                try source.conditions.check($0, unchanged: .preconditionFailed("x-amz-copy-source-If-None-Match"))
            })
        var writer = XMLWriter()
        writer.element("CopyObjectResult", namespace: Self.namespace) { writer in
            writer.element("LastModified", WireDate.iso8601(object.summary.modified))
            writer.element("ETag", "\"\(object.summary.etag)\"")
            if let checksum = object.checksum {
                writer.element("Checksum\(checksum.algorithm.rawValue)", checksum.value)
                writer.element("ChecksumType", checksum.type.rawValue)
            }
        }
        return Response(xml: writer)
    }

    private func directive(_ request: S3Request, _ name: String) throws(S3Error) -> Bool {
        switch request.header(name)?.uppercased() {
        case nil, "COPY": return false
        case "REPLACE": return true
        case let other?: throw .invalidArgument("Unknown directive.", name: name, value: other)
        }
    }
}
