import Crypto
import Datasets
import Synchronization

/// The `recommendationId` of an answer, which tells by itself which campaign or recommender gave it.
///
/// `RID-xxxxxxxx-xxxx-xxxx-CID-cccccccccccc` in hexadecimal: 64 random bits, and the first 48 bits of the SHA-256 of the
/// ARN. So nothing is kept for an answer, and its source is known for as long as the ARN is (API reference of the events
/// service, "Event": a recommendationId has at most 40 characters).
package struct RecommendationIdentifier: Sendable {
    /// Twelve hexadecimal digits that stand for the campaign or recommender.
    package let code: String

    private static let known = Mutex<[String: String]>([:])
    private static let mostKnown = 1_024

    package init(sourceArn: String) {
        if let code = Self.known.withLock({ $0[sourceArn] }) {
            self.code = code
            return
        }
        let code = Self.code(of: sourceArn)
        Self.known.withLock { known in
            if known.count >= Self.mostKnown { known.removeAll() }
            known[sourceArn] = code
        }
        self.code = code
    }

    package static func code(of arn: String) -> String {
        SHA256.hash(data: Array(arn.utf8)).prefix(6).map { byte in
            let digits = String(byte, radix: 16)
            return digits.count == 1 ? "0" + digits : digits
        }.joined()
    }

    /// A new identifier.
    package func next() -> String {
        let number = Self.numbers.withLock { generator in generator.next() }
        var bytes: [UInt8] = []
        bytes.reserveCapacity(39)
        bytes += "RID-".utf8
        for digit in 0..<16 {
            if digit == 8 || digit == 12 { bytes.append(UInt8(ascii: "-")) }
            bytes.append(Self.digits[Int(number >> UInt64(60 - 4 * digit) & 15)])
        }
        bytes += "-CID-".utf8
        bytes += code.utf8
        return String(decoding: bytes, as: UTF8.self)
    }

    private static let digits = Array("0123456789abcdef".utf8)
    /// Identifiers are told apart, but need not be hard to guess; the system's generator is asked for the seed alone.
    private static let numbers = Mutex(SeededGenerator(seed: .random(in: .min ... .max)))

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
