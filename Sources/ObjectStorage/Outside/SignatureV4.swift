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
        let canonicalHeaders = names.map { "\($0):\(Self.trimmed(headers[$0] ?? ""))\n" }.joined()
        let signedHeaders = names.joined(separator: ";")
        let canonicalRequest = [
            method, path, Self.canonical(query), canonicalHeaders, signedHeaders, payloadHash,
        ].joined(separator: "\n")
        let day = String(time.prefix(8))
        let scope = "\(day)/\(region)/\(service)/aws4_request"
        let text = ["AWS4-HMAC-SHA256", time, scope, Self.hash(Data(canonicalRequest.utf8))].joined(separator: "\n")
        let signature = Hexadecimal.encode(Self.hmac(signingKey(day), text))
        headers["authorization"] =
            "AWS4-HMAC-SHA256 Credential=\(credentials.accessKey)/\(scope), SignedHeaders=\(signedHeaders), "
            + "Signature=\(signature)"
        return headers
    }

    package static func canonical(_ query: [(String, String)]) -> String {
        query.map { (PercentEncoding.encode($0.0), PercentEncoding.encode($0.1)) }
            .sorted { $0 < $1 }
            .map { "\($0.0)=\($0.1)" }.joined(separator: "&")
    }

    /// `20150830T123600Z`
    package static func timestamp(_ date: Date) -> String {
        WireDate.iso8601(date, milliseconds: false).filter { $0 != "-" && $0 != ":" }
    }

    private func signingKey(_ day: String) -> Data {
        var key = Data("AWS4\(credentials.secretKey)".utf8)
        for part in [day, region, service, "aws4_request"] { key = Self.hmac(key, part) }
        return key
    }

    private static func hmac(_ key: Data, _ text: String) -> Data {
        Data(HMAC<SHA256>.authenticationCode(for: Data(text.utf8), using: SymmetricKey(data: key)))
    }

    /// Without space at the ends and with runs of spaces made one.
    private static func trimmed(_ value: String) -> String {
        value.split(whereSeparator: { $0 == " " || $0 == "\t" }).joined(separator: " ")
    }
}
