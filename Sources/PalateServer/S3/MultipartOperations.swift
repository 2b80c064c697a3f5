import Foundation
import HTTPTypes
import Hummingbird
import ObjectStorage

/// CreateMultipartUpload, UploadPart, UploadPartCopy, AbortMultipartUpload.
extension S3Service {
    func createMultipartUpload(_ request: S3Request) async throws -> Response {
        let bucket = try request.bucket
        let key = try request.key
        let (algorithm, type) = try Self.checksumKind(request)
        let upload = try await store.startUpload(
            bucket: bucket, key: key, attributes: try ObjectHeaders.attributes(request), checksumAlgorithm: algorithm,
            checksumType: type)
        var writer = XMLWriter()
        writer.element("InitiateMultipartUploadResult", namespace: Self.namespace) { writer in
            writer.element("Bucket", bucket)
            writer.element("Key", key)
            writer.element("UploadId", upload.id)
        }
        var response = Response(xml: writer)
        response.headers.set("x-amz-checksum-algorithm", upload.checksumAlgorithm?.rawValue)
        response.headers.set("x-amz-checksum-type", upload.checksumType?.rawValue)
        return response
    }

    private static func checksumKind(_ request: S3Request) throws(S3Error) -> (ChecksumAlgorithm?, ChecksumType?) {
        var algorithm: ChecksumAlgorithm?
        if let name = request.header("x-amz-checksum-algorithm") {
            algorithm = ChecksumAlgorithm(rawValue: name.uppercased())
            guard algorithm != nil else { throw .invalidRequest("Checksum algorithm provided is unsupported.") }
        }
        guard let name = request.header("x-amz-checksum-type") else { return (algorithm, nil) }
        guard let algorithm, let type = ChecksumType(rawValue: name.uppercased()) else {
            throw .invalidRequest(
                "The x-amz-checksum-type header can only be used with the x-amz-checksum-algorithm header.")
        }
        let isPossible = type == .fullObject ? algorithm.cyclicParameters != nil : algorithm != .crc64nvme
        guard isPossible else {
            throw .invalidRequest(
                "The \(type.rawValue) checksum type cannot be used with the \(algorithm.rawValue) checksum algorithm.")
        }
        return (algorithm, type)
    }

    static func partNumberAndUpload(_ query: S3Query) throws(S3Error) -> (number: Int, upload: String) {
        let text = query["partNumber"] ?? ""
        guard let number = Int(text), MultipartLimits.partNumbers.contains(number) else {
            throw .invalidArgument(
                "Part number must be an integer between 1 and 10000, inclusive", name: "partNumber", value: text)
        }
        guard let upload = query.nonEmpty("uploadId") else {
            throw .invalidArgument("This operation requires an uploadId", name: "uploadId", value: "")
        }
        return (number, upload)
    }

    func uploadPart(_ request: S3Request) async throws -> Response {
        let (number, upload) = try Self.partNumberAndUpload(request.query)
        let payload = try S3Payload(request)
        let part = try await store.putPart(
            bucket: try request.bucket, key: try request.key, upload: upload, number: number,
            expecting: payload.expectation, body: payload.body)
        var headers = HTTPFields()
        headers.set("etag", "\"\(part.etag)\"")
        if let checksum = part.checksum { headers.set(checksum.algorithm.headerName, checksum.value) }
        return Response(status: .ok, headers: headers)
    }

    func uploadPartCopy(_ request: S3Request) async throws -> Response {
        let (number, upload) = try Self.partNumberAndUpload(request.query)
        let source = try CopySource(request)
        let header = request.header("x-amz-copy-source-range")
        let asked = header.flatMap(ByteRange.init(header:))
        guard header == nil || asked != nil else {
            throw S3Error.invalidArgument(
                "The x-amz-copy-source-range value must be of the form bytes=first-last where first and last are the "
                    + "zero-based offsets of the first and last bytes to copy", name: "x-amz-copy-source-range",
                value: header ?? "")
        }
        let opened = try await store.open(bucket: source.bucket, key: source.key) { object in
            try source.conditions.check(object, unchanged: .preconditionFailed("x-amz-copy-source-If-None-Match"))
            guard let asked else { return 0..<object.summary.size }
            guard case .from(let first, let last?) = asked, first < object.summary.size, last < object.summary.size
            else { throw ObjectStorageError.invalidRange(size: object.summary.size) }
            return first..<(last + 1)
        }
        let part = try await store.putPart(
            bucket: try request.bucket, key: try request.key, upload: upload, number: number,
            expecting: BodyExpectation(), body: opened.body)
        var writer = XMLWriter()
        writer.element("CopyPartResult", namespace: Self.namespace) { writer in
            writer.element("LastModified", WireDate.iso8601(part.modified))
            writer.element("ETag", "\"\(part.etag)\"")
            if let checksum = part.checksum { writer.element("Checksum\(checksum.algorithm.rawValue)", checksum.value) }
        }
        return Response(xml: writer)
    }

    func abortMultipartUpload(_ request: S3Request) async throws -> Response {
        try await store.abortUpload(
            bucket: try request.bucket, key: try request.key, id: request.query["uploadId"] ?? "")
        return Response(status: .noContent)
    }
}
