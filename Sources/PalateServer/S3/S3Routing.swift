import HTTPTypes
import Hummingbird

extension S3Service {
    static let namespace = "http://s3.amazonaws.com/doc/2006-03-01/"

    /// Sub-resources without an operation here. Any method on them is refused: a request for one must never be taken
    /// for one on the object or bucket itself.
    private static let refusedObjectParts = [
        "torrent", "legal-hold", "retention", "restore", "select", "encryption", "renameObject", "annotation",
    ]
    private static let refusedBucketParts = [
        "inventory", "analytics", "metrics", "intelligent-tiering", "session", "metadataTable",
        "metadataConfiguration", "metadataInventoryTable", "metadataJournalTable", "abac",
    ]

    private static let readOnlyBucketParts = [
        "acl", "location", "policyStatus", "uploads", "versions", "list-type", "delete",
    ]

    /// Chooses the operation by method, address and the query's sub-resource.
    func route(_ request: S3Request) async throws -> Response {
        let refused = request.keyName == nil ? Self.refusedBucketParts : Self.refusedObjectParts
        if let name = refused.first(where: request.query.has) { throw S3Error.notImplemented(name) }
        if request.keyName != nil { return try await routeObject(request) }
        if request.bucketName != nil { return try await routeBucket(request) }
        guard request.method == .get || request.method == .head else { throw S3Error.methodNotAllowed }
        return try await listBuckets(request)
    }

    private func routeObject(_ request: S3Request) async throws -> Response {
        let query = request.query
        switch request.method {
        case .get, .head:
            if query.has("uploadId") { return try await listParts(request) }
            if query.has("tagging") { return try await getObjectTagging(request) }
            if query.has("acl") { return try await getObjectACL(request) }
            if query.has("attributes") { return try await getObjectAttributes(request) }
            return try await getObject(request)
        case .put:
            if query.has("tagging") { return try await putObjectTagging(request) }
            if query.has("acl") { return try await putObjectACL(request) }
            if query.has("partNumber") || query.has("uploadId") {
                return request.header("x-amz-copy-source") == nil
                    ? try await uploadPart(request) : try await uploadPartCopy(request)
            }
            return request.header("x-amz-copy-source") == nil
                ? try await putObject(request) : try await copyObject(request)
        case .post:
            if query.has("uploads") { return try await createMultipartUpload(request) }
            if query.has("uploadId") { return try await completeMultipartUpload(request) }
            throw S3Error.notImplemented(query.items.first?.name ?? "POST")
        case .delete:
            if query.has("uploadId") { return try await abortMultipartUpload(request) }
            if query.has("tagging") { return try await deleteObjectTagging(request) }
            guard !["acl", "attributes", "uploads", "partNumber"].contains(where: query.has) else {
                throw S3Error.methodNotAllowed
            }
            return try await deleteObject(request)
        default:
            throw S3Error.methodNotAllowed
        }
    }

    private func routeBucket(_ request: S3Request) async throws -> Response {
        let query = request.query
        if let route = BucketSettingRoute.all.first(where: { query.has($0.query) }) {
            return try await bucketSetting(route, request)
        }
        switch request.method {
        case .head: return try await headBucket(request)
        case .get:
            if query.has("location") { return try await getBucketLocation(request) }
            if query.has("policy") { return try await getBucketPolicy(request) }
            if query.has("policyStatus") { return try await getBucketPolicyStatus(request) }
            if query.has("acl") { return try await getBucketACL(request) }
            if query.has("uploads") { return try await listMultipartUploads(request) }
            if query.has("versions") { return try await listObjectVersions(request) }
            if query["list-type"] == "2" { return try await listObjectsV2(request) }
            return try await listObjects(request)
        case .put:
            if query.has("policy") { return try await putBucketPolicy(request) }
            if query.has("acl") { return try await putBucketACL(request) }
            guard !Self.readOnlyBucketParts.contains(where: query.has) else { throw S3Error.methodNotAllowed }
            return try await createBucket(request)
        case .delete:
            if query.has("policy") { return try await deleteBucketPolicy(request) }
            guard !Self.readOnlyBucketParts.contains(where: query.has) else { throw S3Error.methodNotAllowed }
            return try await deleteBucket(request)
        case .post:
            if query.has("delete") { return try await deleteObjects(request) }
            throw S3Error.notImplemented("POST of forms")
        default:
            throw S3Error.methodNotAllowed
        }
    }
}
