package import Datasets
import Foundation

/// What the categories of an item without events say about its relevance for a user: a naive Bayes estimate.
///
/// For each category of the item, the logarithm of how much more often the category occurs among the user's best items
/// than among all; the average over the categories of a column, and over the columns, brought to -1...1.
package struct NewItemContent: Sendable {
    /// Occurrences among all items that stand in for what is not known of the user's best.
    private static let smoothing: Float = 10
    /// The ratio, in natural logarithms, that counts as one.
    private static let greatestRatio: Float = 2

    private struct Column: Sendable {
        let values: CategoricalColumn
        /// Of each category, the part of the model's items that have it.
        let shares: [Float]
    }

    private let columns: [Column]
    /// The row of each item of the assortment; -1 for an item without one.
    private let rows: [Int32]

    /// O(items).
    ///
    /// - Parameters:
    ///   - items: Those of the model, then the new ones.
    ///   - trainedCount: How many of them are of the model.
    /// - Returns: Nil when the table has no categorical column.
    package init?(_ table: MetadataTable, items: Vocabulary, trainedCount: Int) {
        let categorical = table.columns.compactMap { column in
            if case .categorical(let values) = column.values { values } else { nil }
        }
        guard !categorical.isEmpty else { return nil }
        let rows = items.identifiers.map { table.row(of: $0).flatMap { Int32(exactly: $0) } ?? -1 }
        columns = categorical.map { values in
            var counts = [Float](repeating: 0, count: values.categories.count)
            var known: Float = 0
            for row in rows.prefix(trainedCount) where row >= 0 {
                known += 1
                for category in values[Int(row)] { counts[Int(category)] += 1 }
            }
            return Column(values: values, shares: counts.map { known > 0 ? $0 / known : 0 })
        }
        self.rows = rows
    }

    /// - Parameters:
    ///   - new: Items without events.
    ///   - top: The user's best items.
    /// - Returns: For each new item a number from -1 to 1; 0 when its categories say nothing.
    package func lifts(of new: [Int], among top: [Int]) -> [Float] {
        var sums = [Float](repeating: 0, count: new.count)
        for column in columns {
            var counts: [UInt32: Float] = [:]
            var known: Float = 0
            for item in top {
                guard let row = row(of: item) else { continue }
                known += 1
                for category in column.values[row] { counts[category, default: 0] += 1 }
            }
            for (place, item) in new.enumerated() {
                guard let row = row(of: item) else { continue }
                let ratios = column.values[row].compactMap { category -> Float? in
                    let share = column.shares[Int(category)]
                    guard share > 0 else { return nil }
                    let expected = Self.smoothing * share
                    return logf((counts[category, default: 0] + expected) / ((known + Self.smoothing) * share))
                }
                guard !ratios.isEmpty else { continue }
                sums[place] += ratios.reduce(0, +) / Float(ratios.count)
            }
        }
        return sums.map { min(max($0 / (Float(columns.count) * Self.greatestRatio), -1), 1) }
    }

    private func row(of item: Int) -> Int? {
        rows.indices.contains(item) && rows[item] >= 0 ? Int(rows[item]) : nil
    }
}
