/// Distinct byte strings numbered in the order of their first appearance: a hash table with open addressing over one
/// arena of bytes, so that no string is made per cell.
///
/// A slot holds a string of up to eight bytes itself, so that finding one touches a single cache line; a longer string is
/// compared in the arena once its hash agrees. The hash is seeded at random: nobody can prepare strings that collide.
struct IdentifierTable {
    fileprivate struct Slot {
        /// The bytes of a string of up to eight; the hash of a longer one.
        var key: UInt64
        var length: UInt32
        /// The number plus one; 0 in a free slot.
        var entry: UInt32
    }

    /// What of a string decides where it is in the table.
    struct Probe {
        fileprivate let key: UInt64
        fileprivate let hash: UInt64
    }

    private var slots: [Slot]
    private var mask: Int
    private(set) var arena: [UInt8] = []
    /// Where each entry ends in the arena.
    private(set) var ends: [Int] = []
    private let seed = UInt64.random(in: .min ... .max)

    static let maximumCount = Int(UInt32.max) - 1
    private static let inlineBytes = 8

    init() {
        slots = Array(repeating: Slot(key: 0, length: 0, entry: 0), count: 1 << 10)
        mask = slots.count - 1
    }

    var count: Int { ends.count }

    enum Place {
        case found(UInt32)
        case absent(Probe)
    }

    @inline(__always)
    func find(_ bytes: UnsafeBufferPointer<UInt8>) -> Place {
        let probe = probe(UnsafeRawBufferPointer(bytes))
        let length = UInt32(truncatingIfNeeded: bytes.count)
        let found: UInt32? = slots.withUnsafeBufferPointer { slots in
            var at = Int(truncatingIfNeeded: probe.hash) & mask
            while true {
                let slot = slots[at]
                if slot.entry == 0 { return nil }
                if slot.key == probe.key, slot.length == length,
                    bytes.count <= Self.inlineBytes || arenaHolds(bytes, at: Int(slot.entry) - 1)
                {
                    return slot.entry - 1
                }
                at = (at + 1) & mask
            }
        }
        return found.map(Place.found) ?? .absent(probe)
    }

    /// The first slot to look at for a string, fetched ahead.
    struct Candidate {
        fileprivate var probe: Probe
        fileprivate var slot: Slot
    }

    /// Fetches the first slot for each string. The fetches do not depend on one another, so that they wait for memory
    /// together.
    func gather(_ strings: UnsafeBufferPointer<UnsafeBufferPointer<UInt8>>, into candidates: inout [Candidate]) {
        candidates.removeAll(keepingCapacity: true)
        for bytes in strings {
            candidates.append(
                Candidate(probe: probe(UnsafeRawBufferPointer(bytes)), slot: Slot(key: 0, length: 0, entry: 0)))
        }
        slots.withUnsafeBufferPointer { slots in
            candidates.withUnsafeMutableBufferPointer { candidates in
                for index in candidates.indices {
                    candidates[index].slot = slots[Int(truncatingIfNeeded: candidates[index].probe.hash) & mask]
                }
            }
        }
    }

    /// The number of a string if its first slot holds it; otherwise nil, which says nothing.
    @inline(__always)
    func match(_ candidate: Candidate, _ bytes: UnsafeBufferPointer<UInt8>) -> UInt32? {
        let slot = candidate.slot
        guard slot.entry != 0, slot.key == candidate.probe.key, slot.length == UInt32(truncatingIfNeeded: bytes.count),
            bytes.count <= Self.inlineBytes || arenaHolds(bytes, at: Int(slot.entry) - 1)
        else { return nil }
        return slot.entry - 1
    }

    /// Adds bytes that `find` did not find and returns their number; nil when the table is full.
    mutating func insert(_ bytes: UnsafeBufferPointer<UInt8>, _ probe: Probe) -> UInt32? {
        guard count < Self.maximumCount else { return nil }
        if (count + 1) * 4 > slots.count * 3 { grow() }
        let number = UInt32(truncatingIfNeeded: count)
        arena.append(contentsOf: bytes)
        ends.append(arena.count)
        place(
            Slot(key: probe.key, length: UInt32(truncatingIfNeeded: bytes.count), entry: number + 1), hash: probe.hash)
        return number
    }

    private func arenaHolds(_ bytes: UnsafeBufferPointer<UInt8>, at index: Int) -> Bool {
        let start = index == 0 ? 0 : ends[index - 1]
        return arena[start..<ends[index]].elementsEqual(bytes)
    }

    private mutating func place(_ slot: Slot, hash: UInt64) {
        var at = Int(truncatingIfNeeded: hash) & mask
        while slots[at].entry != 0 { at = (at + 1) & mask }
        slots[at] = slot
    }

    private mutating func grow() {
        let old = slots
        slots = Array(repeating: Slot(key: 0, length: 0, entry: 0), count: old.count * 2)
        mask = slots.count - 1
        for slot in old where slot.entry != 0 {
            place(slot, hash: slot.length <= Self.inlineBytes ? mix(slot.key, Int(slot.length)) : slot.key)
        }
    }

    /// Up to eight bytes are packed so that, with the length, they can be told apart; more are hashed eight at a time by
    /// multiplying and folding, in the manner of wyhash.
    @inline(__always)
    private func probe(_ bytes: UnsafeRawBufferPointer) -> Probe {
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
        guard count > Self.inlineBytes else { return Probe(key: packed, hash: mix(packed, count)) }
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

    @inline(__always)
    private func mix(_ packed: UInt64, _ count: Int) -> UInt64 {
        Self.fold(
            packed ^ seed ^ UInt64(truncatingIfNeeded: count) &* 0x9E37_79B9_7F4A_7C15, 0xE703_7ED1_A0B4_28DB)
    }

    @inline(__always)
    private static func fold(_ value: UInt64, _ factor: UInt64) -> UInt64 {
        let (high, low) = value.multipliedFullWidth(by: factor)
        return high ^ low
    }
}
