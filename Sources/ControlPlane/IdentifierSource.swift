/// Where the random parts of names come from.
package struct IdentifierSource: Sendable {
    private let next: @Sendable () -> UInt64

    /// - Parameter next: 64 bits that do not repeat.
    package init(next: @escaping @Sendable () -> UInt64) { self.next = next }

    package static let random = IdentifierSource { UInt64.random(in: .min ... .max) }

    /// Eight hexadecimal digits, as in the ARN of a solution version.
    func short() -> String { String(hexadecimal().suffix(8)) }

    /// Sixteen hexadecimal digits.
    func hexadecimal() -> String {
        let digits = String(next(), radix: 16)
        return String(repeating: "0", count: 16 - digits.count) + digits
    }
}
