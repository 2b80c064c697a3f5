/// Identifiers numbered from 0 in the order they were added.
///
/// A vocabulary turns the strings of the outside (`USER_ID`, `ITEM_ID`, `EVENT_TYPE`) into dense indices, which is what
/// every column and every model works with. Looking up either way is O(1). Two identifiers are the same when their UTF-8
/// bytes are: unlike in `String`, a letter with a combining accent differs from the precomposed letter.
public struct Vocabulary: Sendable, Equatable {
    public private(set) var identifiers: [String]
    /// Open addressing: the upper half of the hash, then the number plus one; 0 where a slot is free.
    private var slots: [UInt64]

    private static let hasher = ByteHash()

    public init() {
        identifiers = []
        slots = []
    }

    /// Numbers `identifiers` in order; a repeated identifier keeps its first number.
    public init(_ identifiers: some Sequence<String>) {
        self.init()
        let expected = identifiers.underestimatedCount
        self.identifiers.reserveCapacity(expected)
        while slots.count * 3 < expected * 4 { slots = Self.emptySlots(max(16, slots.count * 2)) }
        for identifier in identifiers { insert(identifier) }
    }

    public var count: Int { identifiers.count }
    public var isEmpty: Bool { identifiers.isEmpty }

    /// The number of `identifier`, which is added if it is new.
    @discardableResult
    public mutating func insert(_ identifier: String) -> Int {
        let hash = Self.hash(identifier)
        if let index = find(identifier, hash: hash) { return index }
        if (count + 1) * 4 > slots.count * 3 { grow() }
        let index = identifiers.count
        identifiers.append(identifier)
        place(index, hash: hash)
        return index
    }

    public func index(of identifier: String) -> Int? { find(identifier, hash: Self.hash(identifier)) }

    /// - Precondition: `index` is in `0..<count`.
    public subscript(index: Int) -> String { identifiers[index] }

    public static func == (lhs: Vocabulary, rhs: Vocabulary) -> Bool {
        lhs.count == rhs.count && zip(lhs.identifiers, rhs.identifiers).allSatisfy(haveSameBytes)
    }

    private func find(_ identifier: String, hash: UInt64) -> Int? {
        guard !slots.isEmpty else { return nil }
        let mask = slots.count - 1
        var at = Int(truncatingIfNeeded: hash) & mask
        while slots[at] != 0 {
            if slots[at] >> 32 == hash >> 32 {
                let index = Int(slots[at] & 0xFFFF_FFFF) - 1
                if Self.haveSameBytes(identifiers[index], identifier) { return index }
            }
            at = (at + 1) & mask
        }
        return nil
    }

    private mutating func place(_ index: Int, hash: UInt64) {
        let mask = slots.count - 1
        var at = Int(truncatingIfNeeded: hash) & mask
        while slots[at] != 0 { at = (at + 1) & mask }
        slots[at] = (hash & 0xFFFF_FFFF_0000_0000) | UInt64(index + 1)
    }

    private mutating func grow() {
        slots = Self.emptySlots(max(16, slots.count * 2))
        for (index, identifier) in identifiers.enumerated() { place(index, hash: Self.hash(identifier)) }
    }

    private static func emptySlots(_ count: Int) -> [UInt64] { Array(repeating: 0, count: count) }

    private static func hash(_ identifier: String) -> UInt64 {
        var identifier = identifier
        return identifier.withUTF8 { hasher.probe(UnsafeRawBufferPointer($0)).hash }
    }

    private static func haveSameBytes(_ lhs: String, _ rhs: String) -> Bool {
        var lhs = lhs
        var rhs = rhs
        return lhs.withUTF8 { lhs in rhs.withUTF8 { rhs in lhs.count == rhs.count && lhs.elementsEqual(rhs) } }
    }
}
