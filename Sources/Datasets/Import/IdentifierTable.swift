import Foundation

/// Distinct byte strings numbered in the order of their first appearance: a hash table with open addressing over one
/// arena of bytes, so that no string is made per cell.
///
/// A slot holds a string of up to eight bytes itself, so that finding one touches a single cache line; a longer string is
/// compared in the arena once its hash agrees.
struct IdentifierTable {
    fileprivate struct Slot {
        /// The bytes of a string of up to eight; the hash of a longer one.
        var key: UInt64
        var length: UInt32
        /// The number plus one; 0 in a free slot.
        var entry: UInt32
    }

    private var slots: [Slot]
    private var mask: Int
    private(set) var arena: [UInt8] = []
    /// Where each entry ends in the arena.
    private(set) var ends: [Int] = []
    private let hasher = ByteHash()

    static let maximumCount = Int(UInt32.max) - 1

    init() {
        slots = Array(repeating: Slot(key: 0, length: 0, entry: 0), count: 1 << 10)
        mask = slots.count - 1
    }

    var count: Int { ends.count }

    enum Place {
        case found(UInt32)
        case absent(ByteHash.Probe)
    }

    @inline(__always)
    func find(_ bytes: UnsafeBufferPointer<UInt8>) -> Place {
        let probe = hasher.probe(UnsafeRawBufferPointer(bytes))
        let length = UInt32(truncatingIfNeeded: bytes.count)
        let found: UInt32? = slots.withUnsafeBufferPointer { slots in
            var at = Int(truncatingIfNeeded: probe.hash) & mask
            while true {
                let slot = slots[at]
                if slot.entry == 0 { return nil }
                if slot.key == probe.key, slot.length == length,
                    bytes.count <= ByteHash.packedBytes || arenaHolds(bytes, at: Int(slot.entry) - 1)
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
        fileprivate var probe: ByteHash.Probe
        fileprivate var slot: Slot
    }

    /// Fetches the first slot for each string. The fetches do not depend on one another, so that they wait for memory
    /// together.
    func gather(_ strings: ColumnCells, into candidates: inout [Candidate]) {
        if candidates.count < strings.count {
            let free = Candidate(probe: hasher.probe(UnsafeRawBufferPointer(start: nil, count: 0)), slot: slots[0])
            candidates = Array(repeating: free, count: strings.count)
        }
        slots.withUnsafeBufferPointer { slots in
            candidates.withUnsafeMutableBufferPointer { candidates in
                for row in 0..<strings.count {
                    candidates[row].probe = hasher.probe(UnsafeRawBufferPointer(strings[row]))
                }
                for row in 0..<strings.count {
                    candidates[row].slot = slots[Int(truncatingIfNeeded: candidates[row].probe.hash) & mask]
                }
            }
        }
    }

    /// The number of a string if its first slot holds it; otherwise nil, which says nothing.
    @inline(__always)
    func match(_ candidate: Candidate, _ bytes: UnsafeBufferPointer<UInt8>) -> UInt32? {
        let slot = candidate.slot
        guard slot.entry != 0, slot.key == candidate.probe.key, slot.length == UInt32(truncatingIfNeeded: bytes.count),
            bytes.count <= ByteHash.packedBytes || arenaHolds(bytes, at: Int(slot.entry) - 1)
        else { return nil }
        return slot.entry - 1
    }

    /// Adds bytes that `find` did not find and returns their number; nil when the table is full.
    mutating func insert(_ bytes: UnsafeBufferPointer<UInt8>, _ probe: ByteHash.Probe) -> UInt32? {
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
        return arena.withUnsafeBufferPointer { arena in
            guard let arena = arena.baseAddress, let bytes = bytes.baseAddress else { return false }
            return memcmp(arena + start, bytes, ends[index] - start) == 0
        }
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
            place(slot, hash: slot.length <= ByteHash.packedBytes ? hasher.mix(slot.key, Int(slot.length)) : slot.key)
        }
    }
}
