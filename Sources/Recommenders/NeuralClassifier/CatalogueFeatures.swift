import Datasets
import Foundation
import LinearAlgebra

/// What is known of items as sparse features: the columns of the items dataset, how popular an item is, how much of that is
/// of late, and how long it has been there. An item without events has a feature that says so in place of the last three.
package struct CatalogueFeatures: Sendable, Equatable {
    /// `items × features`.
    let rows: SparseRows
    /// The same as if no item had events.
    let coldRows: SparseRows
    /// Whether columns of the items dataset are among them.
    let describesItems: Bool

    private static let textDimension = 32
    /// Of the columns' features; each item has them, so that rare ones are worth no row of their own.
    private static let most = 20_000

    /// - Parameter items: Those of the events, then those that only the items dataset knows.
    init(_ histories: UserHistories, items: Vocabulary, options: TrainingOptions) throws {
        var blocks: [FeatureBlock] = []
        if let table = options.metadata.items {
            blocks = try FeatureBlock.blocks(
                of: table, items: items, latentDimension: Self.textDimension, options: options)
        }
        let activity = CatalogueActivity(histories, itemCount: items.count)
        var described: [[(column: Int, value: Float)]] = Array(repeating: [], count: items.count)
        var count = 0
        for block in blocks {
            // Of a text only its projection is read: words are too many to learn something of each.
            if let latent = block.latent {
                guard count + latent.columns <= Self.most else { continue }
                for item in 0..<items.count {
                    for (column, value) in latent.row(item).enumerated() where value != 0 {
                        described[item].append((count + column, value))
                    }
                }
                count += latent.columns
            } else {
                guard count + block.featureNames.count <= Self.most else { continue }
                for item in 0..<items.count {
                    block.rows.forEach(of: item) { described[item].append((count + $0, $1)) }
                }
                count += block.featureNames.count
            }
        }
        describesItems = count > 0
        var rows = SparseRows(columnCount: count + 4)
        var coldRows = rows
        for item in 0..<items.count {
            let cold = described[item] + [(column: count + 3, value: 1)]
            coldRows.append(cold)
            rows.append(
                activity.values(of: item).map { values in
                    described[item] + values.enumerated().map { (column: count + $0.offset, value: $0.element) }
                } ?? cold)
        }
        self.rows = rows
        self.coldRows = coldRows
    }

    package init(rows: SparseRows, coldRows: SparseRows, describesItems: Bool) {
        self.rows = rows
        self.coldRows = coldRows
        self.describesItems = describesItems
    }

    var featureCount: Int { rows.columnCount }

    /// The feature of an item without events.
    var coldFeature: Int { featureCount - 1 }

    /// The most features that a table makes.
    static func most(of table: MetadataTable?) -> Int {
        let described = (table?.columns ?? []).reduce(0) { sum, column in
            if case .categorical(let values) = column.values {
                return sum + max(values.categories.count, textDimension)
            }
            return sum + textDimension
        }
        return min(described, most) + 4
    }

    /// The most that making them takes.
    static func memory(_ table: MetadataTable?, itemCount: Int) -> Int {
        let described = table.map {
            FeatureMemory($0, itemCount: itemCount, latentDimension: textDimension).bytes
        }
        // Beside the columns' features: rows by item, twice, and what they are put together from.
        return 2 * (described ?? 0) + 256 * itemCount
    }

    /// The rows of some items, one after the other.
    func gathered(_ items: [UInt32], isCold: [Bool]) -> SparseRows {
        var gathered = SparseRows(columnCount: featureCount)
        for (item, isCold) in zip(items, isCold) { gathered.append(row: Int(item), of: isCold ? coldRows : rows) }
        return gathered
    }
}

/// How popular items are, and since when.
struct CatalogueActivity: Sendable {
    let counts: [Int]
    private let recent: [Int]
    private let ages: [Float]
    private let mostEvents: Float
    private let mostRecent: Float

    /// The newest part of the time of the data that counts as of late.
    private static let recentShare = 0.1

    init(_ histories: UserHistories, itemCount: Int) {
        var counts = [Int](repeating: 0, count: itemCount)
        var recent = counts
        var first = [Int64](repeating: .max, count: itemCount)
        let times = histories.timestamps
        let oldest = times.min() ?? 0
        let newest = times.max() ?? 0
        let length = max(Double(newest) - Double(oldest), 1)
        for (item, time) in zip(histories.items, times) {
            counts[Int(item)] += 1
            if Double(newest) - Double(time) <= Self.recentShare * length { recent[Int(item)] += 1 }
            first[Int(item)] = min(first[Int(item)], time)
        }
        self.counts = counts
        self.recent = recent
        ages = first.map { $0 == .max ? 0 : Float((Double(newest) - Double($0)) / length) }
        mostEvents = log1pf(Float(max(counts.max() ?? 0, 1)))
        mostRecent = log1pf(Float(max(recent.max() ?? 0, 1)))
    }

    /// Popularity, popularity of late and age, each from 0 to 1; nil for an item without events.
    func values(of item: Int) -> [Float]? {
        guard counts[item] > 0 else { return nil }
        return [log1pf(Float(counts[item])) / mostEvents, log1pf(Float(recent[item])) / mostRecent, ages[item]]
    }
}
