import Foundation
import HTTPTypes
import Hummingbird
import ObjectStorage

/// CompleteMultipartUpload.
extension S3Service {
    /// Ten thousand parts with a checksum each fit in.
    private static let largestCompletion = 4 << 20

    func completeMultipartUpload(_ request: S3Request) async throws -> Response {
        let bucket = try request.bucket
        let key = try request.key
        let id = request.query["uploadId"] ?? ""
        _ = try await store.upload(bucket: bucket, key: key, id: id)
        // Checksum headers speak of the object here, not of this request's body.
        let document = try await S3Payload(withoutChecksum: request)
            .document(root: "CompleteMultipartUpload", upTo: Self.largestCompletion)
        let parts = try Self.parts(document)
        let declared = try S3Payload.declaredChecksum(request.headers)
        var size: Int64?
        if let text = request.header("x-amz-mp-object-size") {
            size = Int64(text)
            guard size != nil else {
                throw S3Error.invalidArgument("Invalid object size", name: "x-amz-mp-object-size", value: text)
            }
        }
        let object = try await store.completeUpload(
            bucket: bucket, key: key, id: id, parts: parts, checksum: declared, size: size,
            if: try WriteCondition(request))
        var writer = XMLWriter()
        writer.element("CompleteMultipartUploadResult", namespace: Self.namespace) { writer in
            writer.element("Location", "/\(bucket)/\(PercentEncoding.encode(key, keeping: "/"))")
            writer.element("Bucket", bucket)
            writer.element("Key", key)
            writer.element("ETag", "\"\(object.summary.etag)\"")
            if let checksum = object.checksum {
                writer.element("Checksum\(checksum.algorithm.rawValue)", checksum.value)
                writer.element("ChecksumType", checksum.type.rawValue)
            }
        }
        return Response(xml: writer)
    }

    private static func parts(_ document: XMLElement?) throws(S3Error) -> [CompletedPart] {
        let items = document?.all("Part") ?? []
        guard !items.isEmpty, items.count <= 10_000 else { throw .malformedXML }
        var parts: [CompletedPart] = []
        for item in items {
            guard let number = item.text(of: "PartNumber").flatMap({ Int($0) }) else { throw .malformedXML }
            var checksums: [ChecksumAlgorithm: String] = [:]
            for algorithm in ChecksumAlgorithm.allCases {
                if let value = item.text(of: "Checksum\(algorithm.rawValue)") { checksums[algorithm] = value }
            }
            parts.append(CompletedPart(number: number, etag: item.text(of: "ETag"), checksums: checksums))
        }
        return parts
    }
}
