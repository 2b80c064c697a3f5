import HTTPTypes
import Hummingbird
import Identity
import NIOCore
import ObjectStorage

/// PutBucketPolicy, GetBucketPolicy, DeleteBucketPolicy, GetBucketPolicyStatus.
extension S3Service {
    /// In bytes; "Bucket policies are limited to 20 KB in size".
    private static let largestPolicy = 20 * 1024

    func putBucketPolicy(_ request: S3Request) async throws -> Response {
        let bucket = try request.bucket
        _ = try await store.bucket(bucket)
        let buffer = try await S3Payload(request).collect(upTo: Self.largestPolicy)
        let text = String(buffer: buffer)
        try check(text, bucket: bucket)
        try await store.setSetting(.policy, to: text, ofBucket: bucket)
        return Response(status: .noContent)
    }

    private func check(_ text: String, bucket: String) throws(S3Error) {
        let policy: PolicyDocument
        do throws(PolicySyntaxError) {
            policy = try PolicyDocument(parsing: text)
        } catch {
            throw S3Error(.badRequest, "MalformedPolicy", "Policies must be valid JSON: \(error.description)")
        }
        for statement in policy.statements {
            guard statement.principals != nil else {
                throw S3Error(.badRequest, "MalformedPolicy", "Missing required field Principal")
            }
            guard let resources = statement.resources else {
                throw S3Error(.badRequest, "MalformedPolicy", "Missing required field Resource")
            }
            guard case .only(let patterns) = resources else { continue }
            for pattern in patterns where !Self.names(pattern, bucket) {
                throw S3Error(.badRequest, "MalformedPolicy", "Policy has invalid resource")
            }
        }
    }

    /// True when a resource pattern can mean this bucket or something in it.
    private static func names(_ pattern: String, _ bucket: String) -> Bool {
        guard pattern != "*" else { return true }
        let prefix = "arn:aws"
        guard pattern.hasPrefix(prefix), let start = pattern.firstRange(of: ":s3:::") else { return false }
        let named = pattern[start.upperBound...].prefix { $0 != "/" }
        return named == bucket || named.contains("*") || named.contains("?")
    }

    func getBucketPolicy(_ request: S3Request) async throws -> Response {
        let bucket = try request.bucket
        guard let policy = try await store.setting(.policy, ofBucket: bucket) else { throw Self.noPolicy(bucket) }
        var headers = HTTPFields()
        headers.set("content-type", "application/json")
        return Response(status: .ok, headers: headers, body: ResponseBody(byteBuffer: ByteBuffer(string: policy)))
    }

    func deleteBucketPolicy(_ request: S3Request) async throws -> Response {
        try await store.setSetting(.policy, to: nil, ofBucket: try request.bucket)
        return Response(status: .noContent)
    }

    /// Public means that an allowing statement names everyone without a condition.
    func getBucketPolicyStatus(_ request: S3Request) async throws -> Response {
        let bucket = try request.bucket
        guard let text = try await store.setting(.policy, ofBucket: bucket) else { throw Self.noPolicy(bucket) }
        let policy = try? PolicyDocument(parsing: text)
        let isPublic = policy?.statements.contains { statement in
            guard statement.effect == .allow, statement.conditions.isEmpty else { return false }
            switch statement.principals {
            case .everyone: return true
            case .only(let kinds): return kinds["AWS", default: []].contains("*")
            case .allBut, nil: return false
            }
        }
        var writer = XMLWriter()
        writer.element("PolicyStatus", namespace: Self.namespace) { writer in
            writer.element("IsPublic", isPublic ?? false)
        }
        return Response(xml: writer)
    }

    private static func noPolicy(_ bucket: String) -> S3Error {
        S3Error(.notFound, "NoSuchBucketPolicy", "The bucket policy does not exist", [("BucketName", bucket)])
    }
}
