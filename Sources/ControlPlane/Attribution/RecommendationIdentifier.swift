import Crypto

/// The `recommendationId` of an answer, which tells by itself which campaign or recommender gave it.
///
/// `RID-xxxxxxxx-xxxx-xxxx-CID-cccccccccccc` in hexadecimal: 64 random bits, and the first 48 bits of the SHA-256 of the
/// ARN. So nothing is kept for an answer, and its source is known for as long as the ARN is (API reference of the events
/// service, "Event": a recommendationId has at most 40 characters).
package struct RecommendationIdentifier: Sendable {
    /// Twelve hexadecimal digits that stand for the campaign or recommender.
    package let code: String

    package init(sourceArn: String) { code = Self.code(of: sourceArn) }

    package static func code(of arn: String) -> String {
        SHA256.hash(data: Array(arn.utf8)).prefix(6).map { byte in
            let digits = String(byte, radix: 16)
            return digits.count == 1 ? "0" + digits : digits
        }.joined()
    }

    /// A new identifier.
    package func next() -> String {
        let digits = String(UInt64.random(in: .min ... .max), radix: 16)
        let random = Array(String(repeating: "0", count: 16 - digits.count) + digits)
        return "RID-\(String(random[0..<8]))-\(String(random[8..<12]))-\(String(random[12..<16]))-CID-\(code)"
    }

    /// The code in an identifier; nil for text that no answer had.
    package static func code(in identifier: String) -> String? {
        let bytes = Array(identifier.utf8)
        guard bytes.count == 39, identifier.hasPrefix("RID-") else { return nil }
        let tail = String(decoding: bytes[22...], as: UTF8.self)
        guard tail.hasPrefix("-CID-") else { return nil }
        let code = tail.dropFirst(5)
        return code.utf8.allSatisfy { (0x30...0x39).contains($0) || (0x61...0x66).contains($0) } ? String(code) : nil
    }
}
