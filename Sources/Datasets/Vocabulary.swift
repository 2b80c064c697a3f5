/// Identifiers numbered from 0 in the order they were added.
///
/// A vocabulary turns the strings of the outside (`USER_ID`, `ITEM_ID`, `EVENT_TYPE`) into dense indices, which is what
/// every column and every model works with. Looking up either way is O(1).
public struct Vocabulary: Sendable, Equatable {
    public private(set) var identifiers: [String]
    private var indices: [String: Int32]

    public init() {
        identifiers = []
        indices = [:]
    }

    /// Numbers `identifiers` in order; a repeated identifier keeps its first number.
    public init(_ identifiers: some Sequence<String>) {
        self.init()
        for identifier in identifiers { insert(identifier) }
    }

    public var count: Int { identifiers.count }
    public var isEmpty: Bool { identifiers.isEmpty }

    /// The number of `identifier`, which is added if it is new.
    @discardableResult
    public mutating func insert(_ identifier: String) -> Int {
        if let index = indices[identifier] { return Int(index) }
        let index = identifiers.count
        identifiers.append(identifier)
        indices[identifier] = Int32(index)
        return index
    }

    public func index(of identifier: String) -> Int? {
        indices[identifier].map(Int.init)
    }

    /// - Precondition: `index` is in `0..<count`.
    public subscript(index: Int) -> String { identifiers[index] }

    public static func == (lhs: Vocabulary, rhs: Vocabulary) -> Bool { lhs.identifiers == rhs.identifiers }
}
