/// A set of the numbers `0..<universe` as bits: all operations are O(universe / 64).
public struct ItemSet: Sendable, Hashable {
    public let universe: Int
    private var words: [UInt64]

    /// - Precondition: `universe` is not negative.
    public init(universe: Int, containsAll: Bool = false) {
        self.universe = universe
        words = Array(repeating: containsAll ? .max : 0, count: (universe + 63) / 64)
        clearTail()
    }

    public var count: Int { words.reduce(0) { $0 + $1.nonzeroBitCount } }
    public var isEmpty: Bool { words.allSatisfy { $0 == 0 } }

    /// Numbers outside the universe are in no set.
    public func contains(_ number: Int) -> Bool {
        guard number >= 0, number < universe else { return false }
        return words[number >> 6] >> UInt64(number & 63) & 1 == 1
    }

    /// The numbers in the set, ascending. O(universe / 64 + count).
    public var numbers: [Int] {
        var numbers: [Int] = []
        for (index, word) in words.enumerated() where word != 0 {
            var rest = word
            while rest != 0 {
                numbers.append(index << 6 + rest.trailingZeroBitCount)
                rest &= rest - 1
            }
        }
        return numbers
    }

    /// Does nothing for numbers outside the universe.
    public mutating func insert(_ number: Int) {
        guard number >= 0, number < universe else { return }
        words[number >> 6] |= 1 << UInt64(number & 63)
    }

    /// - Precondition: both have the same universe; so for the functions below.
    public mutating func formUnion(_ other: ItemSet) { combine(other) { $0 | $1 } }
    public mutating func formIntersection(_ other: ItemSet) { combine(other) { $0 & $1 } }
    public mutating func subtract(_ other: ItemSet) { combine(other) { $0 & ~$1 } }

    public var complement: ItemSet {
        var result = self
        for index in result.words.indices { result.words[index] = ~result.words[index] }
        result.clearTail()
        return result
    }

    private mutating func combine(_ other: ItemSet, _ operation: (UInt64, UInt64) -> UInt64) {
        precondition(universe == other.universe, "sets over different catalogues")
        for index in words.indices { words[index] = operation(words[index], other.words[index]) }
    }

    private mutating func clearTail() {
        let used = universe & 63
        if used != 0, !words.isEmpty { words[words.count - 1] &= 1 << UInt64(used) - 1 }
    }
}
