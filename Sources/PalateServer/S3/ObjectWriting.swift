import HTTPTypes
import Hummingbird
import ObjectStorage

/// PutObject.
extension S3Service {
    func putObject(_ request: S3Request) async throws -> Response {
        let payload = try S3Payload(request)
        let object = try await store.put(
            bucket: try request.bucket, key: try request.key, attributes: try ObjectHeaders.attributes(request),
            expecting: payload.expectation, if: try WriteCondition(request), body: payload.body)
        var headers = HTTPFields()
        headers.set("etag", "\"\(object.summary.etag)\"")
        ObjectHeaders.setChecksum(object.checksum, in: &headers)
        return Response(status: .ok, headers: headers)
    }
}
