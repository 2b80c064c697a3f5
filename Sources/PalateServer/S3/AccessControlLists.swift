import HTTPTypes
import Hummingbird
import ObjectStorage

/// The owner has full control of everything, and no other grant is kept: what new buckets have had by default since
/// object ownership is enforced.
extension S3Service {
    func getBucketACL(_ request: S3Request) async throws -> Response {
        _ = try await store.bucket(try request.bucket)
        return accessControlList()
    }

    func putBucketACL(_ request: S3Request) async throws -> Response {
        _ = try await store.bucket(try request.bucket)
        return try await acceptOwnerOnly(request)
    }

    func getObjectACL(_ request: S3Request) async throws -> Response {
        _ = try await store.object(bucket: try request.bucket, key: try request.key)
        return accessControlList()
    }

    func putObjectACL(_ request: S3Request) async throws -> Response {
        _ = try await store.object(bucket: try request.bucket, key: try request.key)
        return try await acceptOwnerOnly(request)
    }

    private func acceptOwnerOnly(_ request: S3Request) async throws -> Response {
        _ = try await S3Payload(request).collect(upTo: 1 << 20)
        let canned = request.header("x-amz-acl") ?? "private"
        guard ["private", "bucket-owner-full-control", "bucket-owner-read"].contains(canned) else {
            throw S3Error(
                .badRequest, "AccessControlListNotSupported", "The bucket does not allow ACLs")
        }
        return Response(status: .ok)
    }

    private func accessControlList() -> Response {
        var writer = XMLWriter()
        writer.element("AccessControlPolicy", namespace: Self.namespace) { writer in
            writeOwner(&writer)
            writer.element("AccessControlList") { writer in
                writer.element("Grant") { writer in
                    let attributes = [
                        ("xmlns:xsi", "http://www.w3.org/2001/XMLSchema-instance"), ("xsi:type", "CanonicalUser"),
                    ]
                    writer.element("Grantee", attributes: attributes) { writer in
                        writer.element("ID", account)
                        writer.element("DisplayName", account)
                    }
                    writer.element("Permission", "FULL_CONTROL")
                }
            }
        }
        return Response(xml: writer)
    }
}
