import HTTPTypes
import Hummingbird
import ObjectStorage

/// DeleteObject, DeleteObjects.
extension S3Service {
    private static let mostKeys = 1000
    /// A thousand keys of the greatest length, each byte written as a reference, fit in.
    private static let largestDeletion = 8 << 20

    func deleteObject(_ request: S3Request) async throws -> Response {
        try Self.checkVersion(request.query)
        try await store.remove(bucket: try request.bucket, key: try request.key)
        return Response(status: .noContent)
    }

    func deleteObjects(_ request: S3Request) async throws -> Response {
        let bucket = try request.bucket
        _ = try await store.bucket(bucket)
        let document = try await S3Payload(request).document(root: "Delete", upTo: Self.largestDeletion)
        let items = document?.all("Object") ?? []
        guard !items.isEmpty, items.count <= Self.mostKeys else { throw S3Error.malformedXML }
        let isQuiet = document?.text(of: "Quiet") == "true"
        var removed: [String] = []
        var refused: [(key: String, version: String)] = []
        for item in items {
            guard let key = item.text(of: "Key"), !key.isEmpty else { throw S3Error.malformedXML }
            let version = item.text(of: "VersionId") ?? "null"
            if version == "null" { removed.append(key) } else { refused.append((key, version)) }
        }
        try await store.remove(bucket: bucket, keys: removed)
        var writer = XMLWriter()
        writer.element("DeleteResult", namespace: Self.namespace) { writer in
            if !isQuiet {
                for key in removed { writer.element("Deleted") { $0.element("Key", key) } }
            }
            for item in refused {
                writer.element("Error") { writer in
                    writer.element("Key", item.key)
                    writer.element("VersionId", item.version)
                    writer.element("Code", "NoSuchVersion")
                    writer.element("Message", "The specified version does not exist.")
                }
            }
        }
        return Response(xml: writer)
    }
}
