/// Distinct byte strings numbered in the order of their first appearance: a hash table with open addressing over one
/// arena of bytes, so that no string is made per cell.
struct IdentifierTable {
    private struct Slot {
        /// The upper half of the hash; the lower half chooses the slot.
        var tag: UInt32
        /// The number plus one; 0 in a free slot.
        var entry: UInt32
    }

    private var slots: [Slot]
    private var mask: Int
    private(set) var arena: [UInt8] = []
    /// Where each entry ends in the arena.
    private(set) var ends: [Int] = []
    private let seed = UInt64.random(in: .min ... .max)

    static let maximumCount = Int(UInt32.max) - 1

    init() {
        slots = Array(repeating: Slot(tag: 0, entry: 0), count: 1 << 10)
        mask = slots.count - 1
    }

    var count: Int { ends.count }

    enum Place {
        case found(UInt32)
        case absent(hash: UInt64)
    }

    @inline(__always)
    func find(_ bytes: UnsafeBufferPointer<UInt8>) -> Place {
        let hash = Self.hash(UnsafeRawBufferPointer(bytes), seed: seed)
        let tag = UInt32(truncatingIfNeeded: hash >> 32)
        let found: UInt32? = slots.withUnsafeBufferPointer { slots in
            var at = Int(truncatingIfNeeded: hash) & mask
            while slots[at].entry != 0 {
                if slots[at].tag == tag, equals(Int(slots[at].entry) - 1, bytes) { return slots[at].entry - 1 }
                at = (at + 1) & mask
            }
            return nil
        }
        return found.map(Place.found) ?? .absent(hash: hash)
    }

    /// Adds bytes that `find` did not find and returns their number; nil when the table is full.
    mutating func insert(_ bytes: UnsafeBufferPointer<UInt8>, hash: UInt64) -> UInt32? {
        guard count < Self.maximumCount else { return nil }
        if (count + 1) * 2 > slots.count { grow() }
        let number = UInt32(truncatingIfNeeded: count)
        arena.append(contentsOf: bytes)
        ends.append(arena.count)
        place(Slot(tag: UInt32(truncatingIfNeeded: hash >> 32), entry: number + 1), hash: hash)
        return number
    }

    @inline(__always)
    private func equals(_ index: Int, _ bytes: UnsafeBufferPointer<UInt8>) -> Bool {
        let start = index == 0 ? 0 : ends[index - 1]
        let count = ends[index] - start
        guard count == bytes.count else { return false }
        return arena.withUnsafeBufferPointer { arena in
            var at = 0
            while at < count {
                if arena[start + at] != bytes[at] { return false }
                at += 1
            }
            return true
        }
    }

    private mutating func place(_ slot: Slot, hash: UInt64) {
        var at = Int(truncatingIfNeeded: hash) & mask
        while slots[at].entry != 0 { at = (at + 1) & mask }
        slots[at] = slot
    }

    private mutating func grow() {
        slots = Array(repeating: Slot(tag: 0, entry: 0), count: slots.count * 2)
        mask = slots.count - 1
        var start = 0
        for (index, end) in ends.enumerated() {
            let hash = arena.withUnsafeBytes { arena in
                Self.hash(UnsafeRawBufferPointer(rebasing: arena[start..<end]), seed: seed)
            }
            place(
                Slot(tag: UInt32(truncatingIfNeeded: hash >> 32), entry: UInt32(truncatingIfNeeded: index) + 1),
                hash: hash)
            start = end
        }
    }

    /// A seeded multiply-and-fold hash in the manner of wyhash, over eight bytes at a time.
    @inline(__always)
    private static func hash(_ bytes: UnsafeRawBufferPointer, seed: UInt64) -> UInt64 {
        let count = bytes.count
        var state = seed ^ UInt64(truncatingIfNeeded: count) &* 0x9E37_79B9_7F4A_7C15
        var offset = 0
        while count - offset > 8 {
            state = fold(state ^ bytes.loadUnaligned(fromByteOffset: offset, as: UInt64.self), 0xA076_1D64_78BD_642F)
            offset += 8
        }
        let rest = count - offset
        var last: UInt64 = 0
        if count >= 8 {
            last = bytes.loadUnaligned(fromByteOffset: count - 8, as: UInt64.self)
        } else if rest >= 4 {
            last =
                UInt64(bytes.loadUnaligned(fromByteOffset: 0, as: UInt32.self)) << 32
                | UInt64(bytes.loadUnaligned(fromByteOffset: count - 4, as: UInt32.self))
        } else if rest > 0 {
            last = UInt64(bytes[0]) << 16 | UInt64(bytes[count >> 1]) << 8 | UInt64(bytes[count - 1])
        }
        return fold(state ^ last, 0xE703_7ED1_A0B4_28DB)
    }

    @inline(__always)
    private static func fold(_ value: UInt64, _ factor: UInt64) -> UInt64 {
        let (high, low) = value.multipliedFullWidth(by: factor)
        return high ^ low
    }
}
