import Datasets
import LinearAlgebra

/// The categories of the items of an assortment in one column.
struct ItemCategories: Sendable {
    private let column: CategoricalColumn
    /// The row of each item; -1 for an item without one.
    private let rows: [Int32]

    /// O(items).
    ///
    /// - Returns: Nil when the table has no such categorical column.
    init?(_ name: String, of items: Vocabulary, in table: MetadataTable?) {
        guard let table, case .categorical(let column) = table[column: name]?.values else { return nil }
        self.column = column
        rows = items.identifiers.map { table.row(of: $0).flatMap { Int32(exactly: $0) } ?? -1 }
    }

    /// Empty for an item of which no category is known.
    subscript(item: Int) -> ArraySlice<UInt32> {
        rows.indices.contains(item) && rows[item] >= 0 ? column[Int(rows[item])] : []
    }
}

/// Chooses the parts of one list so that it has at most so many items of a category; an item with several counts for each.
struct CategoryLimit {
    /// How many more candidates than places are looked at first.
    private static let overFetch = 4

    private let categories: ItemCategories
    private let maximum: Int
    private var counts: [UInt32: Int] = [:]

    init(_ categories: ItemCategories, maximum: Int) {
        self.categories = categories
        self.maximum = maximum
    }

    /// The best items that may stand in one list with those that were chosen before, best first: each that does not make
    /// one of its categories too many.
    ///
    /// - Parameter scores: -∞ for items that must not be chosen.
    mutating func choose(_ count: Int, of scores: [Float]) -> [Int] {
        guard count > 0, !scores.isEmpty else { return [] }
        var looked = min(count, scores.count) * Self.overFetch
        while true {
            let candidates = topIndices(of: scores, count: looked)
            var counts = counts
            var chosen: [Int] = []
            for item in candidates where categories[item].allSatisfy({ counts[$0, default: 0] < maximum }) {
                for category in categories[item] { counts[category, default: 0] += 1 }
                chosen.append(item)
                if chosen.count == count { break }
            }
            if chosen.count == count || candidates.count < looked {
                self.counts = counts
                return chosen
            }
            looked *= Self.overFetch
        }
    }
}
