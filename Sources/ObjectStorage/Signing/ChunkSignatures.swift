import Crypto
import Foundation
import NIOCore

/// Verifies the chain of signatures in an `aws-chunked` body: each chunk's covers the one before it
/// ("Signature calculations: transferring payload in multiple chunks").
package struct ChunkSignatures: Sendable {
    /// The `x-amz-content-sha256` of a body whose chunks are signed.
    package static let payload = "STREAMING-AWS4-HMAC-SHA256-PAYLOAD"
    /// The same with signed trailer fields behind the last chunk.
    package static let payloadWithTrailer = "STREAMING-AWS4-HMAC-SHA256-PAYLOAD-TRAILER"

    private let key: SigningKey
    private let timestamp: String
    private let scope: CredentialScope
    package let signsTrailer: Bool
    private var previous: String
    private var hash = SHA256()

    /// - Parameter seed: the signature of the request's head.
    package init(key: SigningKey, timestamp: String, scope: CredentialScope, seed: String, signsTrailer: Bool) {
        self.key = key
        self.timestamp = timestamp
        self.scope = scope
        self.signsTrailer = signsTrailer
        previous = seed
    }

    mutating func update(_ data: ByteBuffer) {
        data.withUnsafeReadableBytes { hash.update(bufferPointer: $0) }
    }

    /// To be called at the end of each chunk's data, the empty last one included.
    mutating func finishChunk(_ signature: String?) throws(ObjectStorageError) {
        let digest = Hexadecimal.encode(hash.finalize())
        hash = SHA256()
        try check(
            signature,
            "AWS4-HMAC-SHA256-PAYLOAD\n\(timestamp)\n\(scope)\n\(previous)\n\(SignatureV4.hash(Data()))\n\(digest)")
    }

    /// - Parameter fields: the trailer fields as they came, without the signature.
    mutating func finishTrailer(
        _ signature: String?, fields: [(name: String, value: String)]
    ) throws(ObjectStorageError) {
        let text = fields.map { "\($0.name):\($0.value)\n" }.joined()
        try check(
            signature,
            "AWS4-HMAC-SHA256-TRAILER\n\(timestamp)\n\(scope)\n\(previous)\n\(SignatureV4.hash(Data(text.utf8)))")
    }

    private mutating func check(_ signature: String?, _ text: String) throws(ObjectStorageError) {
        guard let signature, key.isSignature(signature, of: text) else { throw .chunkSignatureMismatch }
        previous = signature
    }
}
