import HTTPTypes
import Hummingbird
import ObjectStorage

/// GetObjectTagging, PutObjectTagging, DeleteObjectTagging.
extension S3Service {
    func getObjectTagging(_ request: S3Request) async throws -> Response {
        let object = try await store.object(bucket: try request.bucket, key: try request.key)
        var writer = XMLWriter()
        writer.element("Tagging", namespace: Self.namespace) { writer in
            writer.element("TagSet") { writer in
                for (key, value) in object.attributes.tags.sorted(by: { $0.key < $1.key }) {
                    writer.element("Tag") { writer in
                        writer.element("Key", key)
                        writer.element("Value", value)
                    }
                }
            }
        }
        return Response(xml: writer)
    }

    func putObjectTagging(_ request: S3Request) async throws -> Response {
        guard let set = try await S3Payload(request).document(root: "Tagging")?.first("TagSet") else {
            throw S3Error.malformedXML
        }
        var tags: [String: String] = [:]
        for tag in set.all("Tag") {
            guard let key = tag.text(of: "Key"), let value = tag.text(of: "Value") else { throw S3Error.malformedXML }
            guard tags.updateValue(value, forKey: key) == nil else {
                throw S3Error(.badRequest, "InvalidTag", "Cannot provide multiple Tags with the same key")
            }
        }
        try ObjectTags.check(tags)
        try await store.setTags(tags, bucket: try request.bucket, key: try request.key)
        return Response(status: .ok)
    }

    func deleteObjectTagging(_ request: S3Request) async throws -> Response {
        try await store.setTags([:], bucket: try request.bucket, key: try request.key)
        return Response(status: .noContent)
    }
}
