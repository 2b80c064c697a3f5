/// A hash of byte strings for tables that hold what comes from outside: seeded at random, so that nobody can prepare
/// strings that collide.
///
/// Up to eight bytes are packed into one word, which together with the length tells them apart; more are hashed eight at a
/// time by multiplying and folding, in the manner of wyhash.
struct ByteHash: Sendable {
    private let seed: UInt64

    init(seed: UInt64 = .random(in: .min ... .max)) { self.seed = seed }

    static let packedBytes = 8

    struct Probe {
        /// The bytes of a string of up to eight; the hash of a longer one.
        let key: UInt64
        let hash: UInt64
    }

    @inline(__always)
    func probe(_ bytes: UnsafeRawBufferPointer) -> Probe {
        let count = bytes.count
        var packed: UInt64 = 0
        if count >= 8 {
            packed = bytes.loadUnaligned(fromByteOffset: count - 8, as: UInt64.self)
        } else if count >= 4 {
            packed =
                UInt64(bytes.loadUnaligned(fromByteOffset: 0, as: UInt32.self)) << 32
                | UInt64(bytes.loadUnaligned(fromByteOffset: count - 4, as: UInt32.self))
        } else if count > 0 {
            packed = UInt64(bytes[0]) << 16 | UInt64(bytes[count >> 1]) << 8 | UInt64(bytes[count - 1])
        }
        guard count > Self.packedBytes else { return Probe(key: packed, hash: mix(packed, count)) }
        var state = seed
        var offset = 0
        while offset < count - 8 {
            let word = bytes.loadUnaligned(fromByteOffset: offset, as: UInt64.self)
            state = Self.fold(state ^ word, 0xA076_1D64_78BD_642F)
            offset += 8
        }
        let hash = mix(packed ^ state, count)
        return Probe(key: hash, hash: hash)
    }

    /// The hash of packed bytes.
    @inline(__always)
    func mix(_ packed: UInt64, _ count: Int) -> UInt64 {
        Self.fold(
            packed ^ seed ^ UInt64(truncatingIfNeeded: count) &* 0x9E37_79B9_7F4A_7C15, 0xE703_7ED1_A0B4_28DB)
    }

    @inline(__always)
    private static func fold(_ value: UInt64, _ factor: UInt64) -> UInt64 {
        let (high, low) = value.multipliedFullWidth(by: factor)
        return high ^ low
    }
}
