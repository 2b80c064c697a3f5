import Foundation
import HTTPTypes
import Hummingbird
import NIOCore
import ObjectStorage

/// One request, addressed and with its query decoded.
struct S3Request: Sendable {
    let method: HTTPRequest.Method
    /// Nil for requests to the service itself.
    let bucketName: String?
    /// Nil for requests to a bucket.
    let keyName: String?
    let query: S3Query
    let headers: HTTPFields
    let body: ReceivedBody
    /// The region in the signature's credential scope; nil when there is none.
    let signedRegion: String?
    /// Verifies the chunks of a body that promises signed ones; nil when any key is accepted.
    let chunkSignatures: ChunkSignatures?

    func header(_ name: String) -> String? { headers.value(name) }

    var bucket: String {
        get throws(S3Error) {
            guard let bucketName else { throw .methodNotAllowed }
            return bucketName
        }
    }

    var key: String {
        get throws(S3Error) {
            guard let keyName else { throw .methodNotAllowed }
            return keyName
        }
    }

    init(
        _ request: Request, addressing: S3Addressing, chunkSignatures: ChunkSignatures? = nil
    ) throws(S3Error) {
        self.chunkSignatures = chunkSignatures
        method = request.method
        headers = request.headers
        let declared = headers.value("content-length").flatMap { Int64($0) } ?? 0
        body = ReceivedBody(body: request.body, declared: declared)
        let place = try addressing.resolve(host: request.head.authority, target: request.head.path ?? "/")
        bucketName = place.bucket
        keyName = place.key
        query = place.query
        signedRegion = Self.signedRegion(authorization: headers.value("authorization"), query: place.query)
    }

    private static func signedRegion(authorization: String?, query: S3Query) -> String? {
        let credential =
            query["X-Amz-Credential"]
            ?? authorization.flatMap { text in
                text.firstRange(of: "Credential=").map { String(text[$0.upperBound...].prefix { $0 != "," }) }
            }
        let scope = credential?.split(separator: "/", omittingEmptySubsequences: false) ?? []
        return scope.count >= 5 ? String(scope[scope.count - 3]) : nil
    }
}
