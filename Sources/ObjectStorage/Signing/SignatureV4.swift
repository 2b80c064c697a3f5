import Crypto
package import Foundation
package import NIOCore

package struct AWSCredentials: Sendable {
    package var accessKey: String
    package var secretKey: String
    package var sessionToken: String?

    package init(accessKey: String, secretKey: String, sessionToken: String? = nil) {
        self.accessKey = accessKey
        self.secretKey = secretKey
        self.sessionToken = sessionToken
    }
}

/// Signs requests with AWS Signature Version 4 ("Create a signed AWS API request").
package struct SignatureV4: Sendable {
    package var credentials: AWSCredentials
    package var region: String
    package var service: String

    package init(credentials: AWSCredentials, region: String, service: String) {
        self.credentials = credentials
        self.region = region
        self.service = service
    }

    /// The `x-amz-content-sha256` of a body that is not hashed.
    package static let unsignedPayload = "UNSIGNED-PAYLOAD"

    package static func hash(_ bytes: some DataProtocol) -> String { Hexadecimal.encode(SHA256.hash(data: bytes)) }

    package static func hash(_ buffer: ByteBuffer) -> String {
        var hash = SHA256()
        buffer.withUnsafeReadableBytes { hash.update(bufferPointer: $0) }
        return Hexadecimal.encode(hash.finalize())
    }

    /// The headers to send: those given, those that signing adds, and `authorization`.
    ///
    /// - Parameters:
    ///   - path: encoded, as it goes over the wire.
    ///   - query: names and values, not encoded.
    ///   - headers: by lower-case name; `host` must be among them.
    ///   - payloadHash: of the body, in lower-case hexadecimal, or ``unsignedPayload``.
    package func signed(
        method: String, path: String, query: [(String, String)], headers: [String: String], payloadHash: String,
        date: Date
    ) -> [String: String] {
        let time = Self.timestamp(date)
        var headers = headers
        headers["x-amz-date"] = time
        if service == "s3" { headers["x-amz-content-sha256"] = payloadHash }
        headers["x-amz-security-token"] = credentials.sessionToken
        let names = headers.keys.sorted()
        let canonicalRequest = CanonicalRequest(
            method: method, path: path, query: CanonicalRequest.query(query),
            headers: names.map { ($0, [headers[$0] ?? ""]) }, payloadHash: payloadHash)
        let scope = CredentialScope(day: String(time.prefix(8)), region: region, service: service)
        let key = SigningKey(secret: credentials.secretKey, scope: scope)
        let signature = key.signature(of: canonicalRequest.stringToSign(timestamp: time, scope: scope))
        headers["authorization"] =
            "AWS4-HMAC-SHA256 Credential=\(credentials.accessKey)/\(scope), "
            + "SignedHeaders=\(canonicalRequest.signedHeaders), "
            + "Signature=\(signature)"
        return headers
    }

    /// `20150830T123600Z`
    package static func timestamp(_ date: Date) -> String {
        WireDate.iso8601(date, milliseconds: false).filter { $0 != "-" && $0 != ":" }
    }
}
