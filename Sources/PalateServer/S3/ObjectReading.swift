import HTTPTypes
import Hummingbird
import NIOCore
import ObjectStorage

/// GetObject, HeadObject, GetObjectAttributes.
extension S3Service {
    func getObject(_ request: S3Request) async throws -> Response {
        let conditions = ReadConditions(request)
        let asked = request.header("range").flatMap(ByteRange.init(header:))
        let partNumber = try Self.partNumber(request.query)
        try Self.checkVersion(request.query)
        let opened = try await store.open(bucket: try request.bucket, key: try request.key) { object in
            try conditions.check(object)
            if let partNumber { return try Self.range(ofPart: partNumber, in: object) }
            guard let asked else { return 0..<object.summary.size }
            guard let range = asked.resolved(size: object.summary.size) else {
                throw ObjectStorageError.invalidRange(size: object.summary.size)
            }
            return range
        }
        let object = opened.object
        let range = opened.range
        let isWhole = range.count == Int(object.summary.size)
        let wantsChecksum = request.header("x-amz-checksum-mode")?.uppercased() == "ENABLED"
        var headers = ObjectHeaders.fields(object, query: request.query, withChecksum: wantsChecksum && isWhole)
        let isPartial = asked != nil || partNumber != nil
        if isPartial, object.summary.size > 0 {
            headers.set(
                "content-range", "bytes \(range.lowerBound)-\(range.upperBound - 1)/\(object.summary.size)")
        }
        if partNumber != nil, !object.parts.isEmpty { headers.set("x-amz-mp-parts-count", "\(object.parts.count)") }
        let isHead = request.method == .head
        let body = opened.body
        return Response(
            status: isPartial && object.summary.size > 0 ? .partialContent : .ok, headers: headers,
            body: ResponseBody(contentLength: range.count) { writer in
                if !isHead {
                    for try await buffer in body { try await writer.write(buffer) }
                }
                try await writer.finish(nil)
            })
    }

    private static func partNumber(_ query: S3Query) throws(S3Error) -> Int? {
        guard let text = query.nonEmpty("partNumber") else { return nil }
        guard let number = Int(text), MultipartLimits.partNumbers.contains(number) else {
            throw .invalidArgument(
                "Part number must be an integer between 1 and 10000, inclusive", name: "partNumber", value: text)
        }
        return number
    }

    private static func range(ofPart number: Int, in object: StoredObject) throws(S3Error) -> Range<Int64> {
        if object.parts.isEmpty, number == 1 { return 0..<object.summary.size }
        guard object.parts.indices.contains(number - 1) else {
            throw S3Error(.rangeNotSatisfiable, "InvalidPartNumber", "The requested partnumber is not satisfiable")
        }
        let start = object.parts[..<(number - 1)].reduce(Int64(0)) { $0 + $1.size }
        return start..<(start + object.parts[number - 1].size)
    }

    /// Without versioning, the one version an object has is called `null`.
    static func checkVersion(_ query: S3Query) throws(S3Error) {
        guard let version = query.nonEmpty("versionId"), version != "null" else { return }
        throw S3Error(
            .notFound, "NoSuchVersion", "The specified version does not exist.", [("VersionId", version)])
    }

    func getObjectAttributes(_ request: S3Request) async throws -> Response {
        let conditions = ReadConditions(request)
        let wanted = Set(S3Payload.tokens(request.header("x-amz-object-attributes")))
        guard !wanted.isEmpty else {
            throw S3Error.invalidArgument(
                "The x-amz-object-attributes header specifying the attributes to be retrieved is missing",
                name: "x-amz-object-attributes", value: "")
        }
        let object = try await store.object(bucket: try request.bucket, key: try request.key)
        try conditions.check(object)
        var writer = XMLWriter()
        writer.element("GetObjectAttributesResponse", namespace: Self.namespace) { writer in
            if wanted.contains("etag") { writer.element("ETag", object.summary.etag) }
            if wanted.contains("checksum"), let checksum = object.checksum {
                writer.element("Checksum") { writer in
                    writer.element("Checksum\(checksum.algorithm.rawValue)", checksum.value)
                    writer.element("ChecksumType", checksum.type.rawValue)
                }
            }
            if wanted.contains("objectparts"), !object.parts.isEmpty { writeParts(object, request, &writer) }
            if wanted.contains("storageclass") {
                writer.element("StorageClass", object.attributes.headers["x-amz-storage-class"] ?? "STANDARD")
            }
            if wanted.contains("objectsize") { writer.element("ObjectSize", object.summary.size) }
        }
        var response = Response(xml: writer)
        response.headers.set("last-modified", WireDate.http(object.summary.modified))
        return response
    }

    private func writeParts(_ object: StoredObject, _ request: S3Request, _ writer: inout XMLWriter) {
        let marker = max(0, request.header("x-amz-part-number-marker").flatMap { Int($0) } ?? 0)
        let limit = min(1000, max(1, request.header("x-amz-max-parts").flatMap { Int($0) } ?? 1000))
        let numbered = object.parts.enumerated().map { (number: $0 + 1, part: $1) }
        let shown = numbered.filter { $0.number > marker }.prefix(limit)
        let last = shown.last?.number ?? marker
        writer.element("ObjectParts") { writer in
            writer.element("PartsCount", object.parts.count)
            writer.element("PartNumberMarker", marker)
            writer.element("NextPartNumberMarker", last)
            writer.element("MaxParts", limit)
            writer.element("IsTruncated", last < object.parts.count)
            for item in shown {
                writer.element("Part") { writer in
                    writer.element("PartNumber", item.number)
                    writer.element("Size", item.part.size)
                    if let algorithm = object.checksum?.algorithm {
                        writer.element("Checksum\(algorithm.rawValue)", ifPresent: item.part.checksum)
                    }
                }
            }
        }
    }
}
