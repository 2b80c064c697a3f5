import Foundation
import ObjectStorage

/// The signature that a request carries, in its `Authorization` header or in its query
/// ("Authenticating Requests (AWS Signature Version 4)").
struct PresentedSignature: Sendable {
    static let algorithm = "AWS4-HMAC-SHA256"

    var keyID: String
    var scope: CredentialScope
    var signedHeaders: [String]
    var signature: String
    /// `20150830T123600Z`
    var timestamp: String
    var date: Date
    var token: String?
    /// How many seconds a presigned request is good for; nil for a signature in the header.
    var lifetime: Int?

    /// - Throws: ``AccessFailure/unsigned`` and ``AccessFailure/incomplete(_:)``.
    init(_ request: SignedRequest) throws(AccessFailure) {
        guard let query = request.query else { throw .incomplete("The query string is not correctly encoded.") }
        let isPresigned = query.contains { ["X-Amz-Algorithm", "X-Amz-Signature", "X-Amz-Credential"].contains($0.0) }
        if let values = request.headers["authorization"] {
            guard values.count == 1, !isPresigned else {
                throw .incomplete("Only one auth mechanism allowed: one Authorization header or one X-Amz-Signature.")
            }
            try self.init(authorization: values[0], request)
        } else if isPresigned {
            try self.init(query: query)
        } else {
            throw .unsigned
        }
    }

    private init(authorization: String, _ request: SignedRequest) throws(AccessFailure) {
        let header = authorization.drop { $0 == " " }
        guard header.hasPrefix(Self.algorithm + " ") else {
            throw .incomplete("Unsupported Authorization type: it must be \(Self.algorithm).")
        }
        var fields: [Substring: Substring] = [:]
        for part in header.dropFirst(Self.algorithm.count).split(separator: ",") {
            let field = part.drop { $0 == " " }
            guard let mark = field.firstIndex(of: "="),
                fields.updateValue(field[field.index(after: mark)...], forKey: field[..<mark]) == nil
            else {
                throw .incomplete("'\(field.prefix(80))' is not a valid key=value pair in the Authorization header.")
            }
        }
        func required(_ name: Substring) throws(AccessFailure) -> String {
            guard let value = fields[name], !value.isEmpty else {
                throw .incomplete("Authorization header requires '\(name)' parameter.")
            }
            return String(value.prefix { $0 != " " })
        }
        (keyID, scope) = try Self.credential(try required("Credential"))
        signedHeaders = try Self.names(try required("SignedHeaders"))
        signature = try required("Signature")
        token = request.header("x-amz-security-token")
        if let text = request.header("x-amz-date") {
            (timestamp, date) = try Self.time(text)
        } else if let text = request.header("date") {
            if let parsed = WireDate.parseHTTP(text) {
                (timestamp, date) = (SignatureV4.timestamp(parsed), parsed)
            } else {
                (timestamp, date) = try Self.time(text)
            }
        } else {
            throw .incomplete("Authorization header requires existence of either a 'X-Amz-Date' or a 'Date' header.")
        }
    }

    private init(query: [(String, String)]) throws(AccessFailure) {
        func optional(_ name: String) throws(AccessFailure) -> String? {
            let values = query.filter { $0.0 == name }
            guard values.count <= 1 else { throw .incomplete("\(name) must be there once.") }
            return values.first?.1
        }
        func required(_ name: String) throws(AccessFailure) -> String {
            guard let value = try optional(name), !value.isEmpty else {
                throw .incomplete("Query-string authentication requires \(name).")
            }
            return value
        }
        guard try required("X-Amz-Algorithm") == Self.algorithm else {
            throw .incomplete("X-Amz-Algorithm only supports \"\(Self.algorithm)\"")
        }
        (keyID, scope) = try Self.credential(try required("X-Amz-Credential"))
        signedHeaders = try Self.names(try required("X-Amz-SignedHeaders"))
        signature = try required("X-Amz-Signature")
        (timestamp, date) = try Self.time(try required("X-Amz-Date"))
        token = try optional("X-Amz-Security-Token")
        guard let seconds = Int(try optional("X-Amz-Expires") ?? "900"), (0...604_800).contains(seconds) else {
            throw .incomplete("X-Amz-Expires must be between 0 and 604800 seconds")
        }
        lifetime = seconds
    }

    private static func credential(_ text: String) throws(AccessFailure) -> (String, CredentialScope) {
        let parts = text.split(separator: "/", omittingEmptySubsequences: false).map(String.init)
        guard parts.count == 5, parts.allSatisfy({ !$0.isEmpty }), parts[4] == "aws4_request" else {
            throw .incomplete(
                "The Credential must have the form KEY/YYYYMMDD/REGION/SERVICE/aws4_request.")
        }
        return (parts[0], CredentialScope(day: parts[1], region: parts[2], service: parts[3]))
    }

    private static func names(_ text: String) throws(AccessFailure) -> [String] {
        let names = text.split(separator: ";", omittingEmptySubsequences: false).map(String.init)
        guard names.count <= 200, Set(names).count == names.count, names.contains("host"),
            names.allSatisfy({ !$0.isEmpty && $0 == $0.lowercased() })
        else { throw .incomplete("SignedHeaders must be lower-case names, each once, 'host' among them.") }
        return names
    }

    private static func time(_ text: String) throws(AccessFailure) -> (String, Date) {
        let bytes = Array(text.utf8)
        guard bytes.count == 16, bytes[8] == UInt8(ascii: "T"), bytes[15] == UInt8(ascii: "Z"),
            let date = WireDate.parseISO8601(text)
        else {
            throw .incomplete("Date must be in ISO-8601 'basic format', YYYYMMDDTHHMMSSZ. Got '\(text.prefix(40))'.")
        }
        return (text, date)
    }
}
