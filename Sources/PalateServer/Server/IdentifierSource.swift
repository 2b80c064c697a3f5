import Synchronization

/// Makes identifiers that are told apart, but not hard to guess, without asking the system for each.
///
/// SplitMix64 (G. Steele, D. Lea, C. Flood, "Fast Splittable Pseudorandom Number Generators", 2014) from a random start,
/// behind 64 random bits that stay: no two of one process are equal, nor, in practice, of two processes.
final class IdentifierSource: Sendable {
    static let shared = IdentifierSource()

    private let state = Mutex(UInt64.random(in: .min ... .max))
    private let process = UInt64.random(in: .min ... .max)

    /// In the form of a UUID, in lower case.
    func next() -> String {
        let seed = state.withLock { state in
            state &+= 0x9E37_79B9_7F4A_7C15
            return state
        }
        var low = seed
        low = (low ^ low >> 30) &* 0xBF58_476D_1CE4_E5B9
        low = (low ^ low >> 27) &* 0x94D0_49BB_1331_11EB
        low ^= low >> 31
        return Self.text(process ^ low.byteSwapped, low)
    }

    private static let digits = Array("0123456789abcdef".utf8)

    private static func text(_ high: UInt64, _ low: UInt64) -> String {
        String(unsafeUninitializedCapacity: 36) { buffer in
            var place = 0
            for (index, half) in [high, low].enumerated() {
                for digit in 0..<16 {
                    let position = 16 * index + digit
                    if [8, 12, 16, 20].contains(position) {
                        buffer[place] = UInt8(ascii: "-")
                        place += 1
                    }
                    buffer[place] = digits[Int(half >> UInt64(60 - 4 * digit) & 15)]
                    place += 1
                }
            }
            return place
        }
    }
}
