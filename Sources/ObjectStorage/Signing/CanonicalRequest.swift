import Foundation

/// A request in the form that is hashed and signed ("Elements of an AWS API request signature").
package struct CanonicalRequest: Sendable {
    /// The text whose SHA-256 is signed.
    package let text: String
    /// The names of the headers in ``text``, with `;` between them.
    package let signedHeaders: String

    /// - Parameters:
    ///   - path: canonical, see ``objectPath(_:)`` and ``servicePath(_:)``.
    ///   - query: canonical, see ``query(_:)``.
    ///   - headers: lower-case names with all values of each, in the order of the names.
    ///   - payloadHash: of the body, in lower-case hexadecimal, or the word that stands for it.
    package init(
        method: String, path: String, query: String, headers: [(name: String, values: [String])], payloadHash: String
    ) {
        signedHeaders = headers.map(\.name).joined(separator: ";")
        let lines = headers.map { "\($0.name):\($0.values.map(Self.folded).joined(separator: ","))\n" }.joined()
        text = [method, path, query, lines, signedHeaders, payloadHash].joined(separator: "\n")
    }

    package func stringToSign(timestamp: String, scope: CredentialScope) -> String {
        "AWS4-HMAC-SHA256\n\(timestamp)\n\(scope)\n\(SignatureV4.hash(Data(text.utf8)))"
    }

    /// Names and values, not encoded, as they stand in a canonical request.
    package static func query(_ items: [(String, String)]) -> String {
        items.map { (PercentEncoding.encode($0.0), PercentEncoding.encode($0.1)) }
            .sorted { $0 < $1 }
            .map { "\($0.0)=\($0.1)" }.joined(separator: "&")
    }

    /// The path of an S3 request, each byte encoded once. Nil when an escape is malformed.
    ///
    /// - Parameter raw: the path as it stands in the request line.
    package static func objectPath(_ raw: String) -> String? {
        guard !raw.isEmpty else { return "/" }
        return PercentEncoding.decode(raw).map { PercentEncoding.encode($0, keeping: "/") }
    }

    /// The path of a request to any other service: dot segments and doubled slashes removed, then encoded once more.
    ///
    /// - Parameter raw: the path as it stands in the request line.
    package static func servicePath(_ raw: String) -> String {
        var segments: [Substring] = []
        for segment in raw.split(separator: "/") where segment != "." {
            if segment == ".." { _ = segments.popLast() } else { segments.append(segment) }
        }
        let end = raw.utf8.last == UInt8(ascii: "/") && !segments.isEmpty ? "/" : ""
        return PercentEncoding.encode("/\(segments.joined(separator: "/"))\(end)", keeping: "/")
    }

    /// Without space at the ends and with runs of spaces made one.
    private static func folded(_ value: String) -> String {
        value.split(whereSeparator: { $0 == " " || $0 == "\t" }).joined(separator: " ")
    }
}
