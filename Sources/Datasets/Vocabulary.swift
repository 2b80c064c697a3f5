/// Identifiers numbered from 0 in the order they were added.
///
/// A vocabulary turns the strings of the outside (`USER_ID`, `ITEM_ID`, `EVENT_TYPE`) into dense indices, which is what
/// every column and every model works with. Looking up either way is O(1). Two identifiers are the same when their UTF-8
/// bytes are: unlike in `String`, a letter with a combining accent differs from the precomposed letter.
public struct Vocabulary: Sendable, Equatable {
    public private(set) var identifiers: [String]
    private var indices: [Key: Int32]

    private struct Key: Hashable {
        let text: String

        static func == (lhs: Key, rhs: Key) -> Bool { lhs.text.utf8.elementsEqual(rhs.text.utf8) }

        func hash(into hasher: inout Hasher) {
            let hashed: Void? = text.utf8.withContiguousStorageIfAvailable { hasher.combine(bytes: .init($0)) }
            if hashed == nil { for byte in text.utf8 { hasher.combine(byte) } }
        }
    }

    public init() {
        identifiers = []
        indices = [:]
    }

    /// Numbers `identifiers` in order; a repeated identifier keeps its first number.
    public init(_ identifiers: some Sequence<String>) {
        self.init()
        self.identifiers.reserveCapacity(identifiers.underestimatedCount)
        indices.reserveCapacity(identifiers.underestimatedCount)
        for identifier in identifiers { insert(identifier) }
    }

    public var count: Int { identifiers.count }
    public var isEmpty: Bool { identifiers.isEmpty }

    /// The number of `identifier`, which is added if it is new.
    @discardableResult
    public mutating func insert(_ identifier: String) -> Int {
        if let index = indices[Key(text: identifier)] { return Int(index) }
        let index = identifiers.count
        identifiers.append(identifier)
        indices[Key(text: identifier)] = Int32(index)
        return index
    }

    public func index(of identifier: String) -> Int? {
        indices[Key(text: identifier)].map(Int.init)
    }

    /// - Precondition: `index` is in `0..<count`.
    public subscript(index: Int) -> String { identifiers[index] }

    public static func == (lhs: Vocabulary, rhs: Vocabulary) -> Bool {
        lhs.count == rhs.count
            && zip(lhs.identifiers, rhs.identifiers).allSatisfy { $0.utf8.elementsEqual($1.utf8) }
    }
}
