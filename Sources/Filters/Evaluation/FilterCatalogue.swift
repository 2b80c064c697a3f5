public import Datasets
import Synchronization

/// The items that filters choose from, with what is known of them, arranged so that a filter need not look at each.
public final class FilterCatalogue: Sendable {
    /// Item numbers are numbers of this vocabulary.
    public let items: Vocabulary
    let metadata: MetadataTable?
    /// The row of each item in the metadata; -1 for an item without one.
    private let rows: [Int32]
    private let indices = Mutex<[String: CategoryIndex]>([:])

    /// O(items).
    ///
    /// - Parameter metadata: Nil when nothing is known of any item.
    public init(items: Vocabulary, metadata: MetadataTable?) {
        self.items = items
        self.metadata = metadata
        rows = items.identifiers.map { item in metadata?.row(of: item).flatMap { Int32(exactly: $0) } ?? -1 }
    }

    var none: ItemSet { ItemSet(universe: items.count) }

    func row(of item: Int) -> Int? {
        rows.indices.contains(item) && rows[item] >= 0 ? Int(rows[item]) : nil
    }

    /// The items that have one of the texts in a column of strings; the index of the column is made at its first use.
    func items(withAnyOf texts: [String], in column: MetadataColumn) -> ItemSet {
        let index = index(of: column)
        var set = none
        for text in texts {
            for item in index.items(of: text) { set.insert(Int(item)) }
        }
        return set
    }

    /// Makes ready what ``items(withAnyOf:in:)`` needs.
    @discardableResult
    func index(of column: MetadataColumn) -> CategoryIndex {
        if let index = indices.withLock({ $0[column.name] }) { return index }
        let index = CategoryIndex(column: column, rows: rows)
        indices.withLock { $0[column.name] = index }
        return index
    }

    /// The items whose number in a column fulfils `condition`; items without one do not. O(items).
    func items(in column: MetadataColumn, where condition: (FilterNumber) -> Bool) -> ItemSet {
        var set = none
        switch column.values {
        case .integers(let integers):
            for (item, row) in rows.enumerated() where row >= 0 {
                let integer = integers[Int(row)]
                if integer != MetadataColumn.nullInteger, condition(.integer(integer)) { set.insert(item) }
            }
        case .numbers(let numbers):
            for (item, row) in rows.enumerated() where row >= 0 {
                let number = numbers[Int(row)]
                if !number.isNaN, condition(.real(number)) { set.insert(item) }
            }
        case .categorical, .text, .booleans: break
        }
        return set
    }
}

/// For each category of a column, the items that have it.
struct CategoryIndex: Sendable {
    private let categories: Vocabulary
    /// The items of category `c` are `items[offsets[c]..<offsets[c + 1]]`.
    private let offsets: [Int]
    private let items: [UInt32]

    init(column: MetadataColumn, rows: [Int32]) {
        switch column.values {
        case .categorical(let column):
            self.init(categories: column.categories, rows: rows) { column[$0] }
        case .text(let texts):
            var distinct = Vocabulary()
            let codes = texts.map { $0.isEmpty ? nil : UInt32(exactly: distinct.insert($0)) }
            self.init(categories: distinct, rows: rows) { row in codes[row].map { [$0] } ?? [] }
        case .integers, .numbers, .booleans:
            self.init(categories: Vocabulary(), rows: []) { _ in [] }
        }
    }

    /// Counting sort of (category, item).
    private init(categories: Vocabulary, rows: [Int32], of row: (Int) -> ArraySlice<UInt32>) {
        var offsets = Array(repeating: 0, count: categories.count + 1)
        for at in rows where at >= 0 {
            for category in row(Int(at)) { offsets[Int(category) + 1] += 1 }
        }
        for category in 0..<categories.count { offsets[category + 1] += offsets[category] }
        var next = offsets
        var items = Array(repeating: UInt32(0), count: offsets[categories.count])
        for (item, at) in rows.enumerated() where at >= 0 {
            for category in row(Int(at)) {
                items[next[Int(category)]] = UInt32(truncatingIfNeeded: item)
                next[Int(category)] += 1
            }
        }
        self.categories = categories
        self.offsets = offsets
        self.items = items
    }

    func items(of category: String) -> ArraySlice<UInt32> {
        guard let category = categories.index(of: category) else { return [] }
        return items[offsets[category]..<offsets[category + 1]]
    }
}
