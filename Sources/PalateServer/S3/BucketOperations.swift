import HTTPTypes
import Hummingbird
import ObjectStorage

/// ListBuckets, CreateBucket, HeadBucket, DeleteBucket, GetBucketLocation.
extension S3Service {
    func listBuckets(_ request: S3Request) async throws -> Response {
        let limit = try request.query.count("max-buckets", default: 10_000, most: 10_000)
        let prefix = request.query["prefix"] ?? ""
        let after = request.query.nonEmpty("continuation-token") ?? ""
        let matching = try await store.buckets().filter { $0.name.hasPrefix(prefix) && $0.name > after }
        let shown = matching.prefix(max(limit, 1))
        var writer = XMLWriter()
        writer.element("ListAllMyBucketsResult", namespace: Self.namespace) { writer in
            writeOwner(&writer)
            writer.element("Buckets") { writer in
                for bucket in shown {
                    writer.element("Bucket") { writer in
                        writer.element("Name", bucket.name)
                        writer.element("CreationDate", WireDate.iso8601(bucket.created))
                        writer.element("BucketRegion", bucket.region)
                        writer.element("BucketArn", "arn:aws:s3:::\(bucket.name)")
                    }
                }
            }
            if !prefix.isEmpty { writer.element("Prefix", prefix) }
            if shown.count < matching.count, let last = shown.last { writer.element("ContinuationToken", last.name) }
        }
        return Response(xml: writer)
    }

    func writeOwner(_ writer: inout XMLWriter, name: String = "Owner") {
        writer.element(name) { writer in
            writer.element("ID", account)
            writer.element("DisplayName", account)
        }
    }

    /// Creating a bucket again succeeds in us-east-1 and is refused elsewhere, as "CreateBucket" describes.
    func createBucket(_ request: S3Request) async throws -> Response {
        let name = try request.bucket
        let configuration = try await S3Payload(request).document(root: "CreateBucketConfiguration")
        let constraint = configuration?.text(of: "LocationConstraint") ?? ""
        let asked = constraint == "EU" ? "eu-west-1" : constraint
        guard asked.isEmpty || Self.looksLikeRegion(asked) else {
            throw S3Error(
                .badRequest, "InvalidLocationConstraint", "The specified location-constraint is not valid",
                [("LocationConstraint", asked)])
        }
        do {
            try await store.createBucket(name, region: asked.isEmpty ? region : asked)
        } catch ObjectStorageError.bucketExists where (request.signedRegion ?? region) == "us-east-1" && asked.isEmpty {
        }
        var headers = HTTPFields()
        headers.set("location", "/\(name)")
        headers.set("x-amz-bucket-arn", "arn:aws:s3:::\(name)")
        return Response(status: .ok, headers: headers)
    }

    private static func looksLikeRegion(_ text: String) -> Bool {
        let parts = text.split(separator: "-", omittingEmptySubsequences: false)
        return parts.count >= 3 && text.utf8.count <= 32
            && text.utf8.allSatisfy { (0x61...0x7A).contains($0) || (0x30...0x39).contains($0) || $0 == 0x2D }
    }

    func headBucket(_ request: S3Request) async throws -> Response {
        let bucket = try await store.bucket(try request.bucket)
        var headers = HTTPFields()
        headers.set("x-amz-bucket-region", bucket.region)
        headers.set("x-amz-access-point-alias", "false")
        headers.set("content-type", "application/xml")
        return Response(status: .ok, headers: headers)
    }

    func deleteBucket(_ request: S3Request) async throws -> Response {
        try await store.deleteBucket(try request.bucket)
        return Response(status: .noContent)
    }

    /// us-east-1 is told as an empty constraint.
    func getBucketLocation(_ request: S3Request) async throws -> Response {
        let bucket = try await store.bucket(try request.bucket)
        var writer = XMLWriter()
        writer.element("LocationConstraint", attributes: [("xmlns", Self.namespace)]) { writer in
            if bucket.region != "us-east-1" { writer.text(bucket.region) }
        }
        return Response(xml: writer)
    }
}
