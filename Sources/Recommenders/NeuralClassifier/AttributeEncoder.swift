import Datasets
import Foundation

/// Turns what is known of a user or of a request into numbered features, the same in training and for requests whose values
/// training never saw.
///
/// Of a column of categories or booleans each value is a feature, those of a cell with several sharing 1; of a column of
/// numbers, with s the share of the training's values below, two features with the values cos πs/2 and sin πs/2.
struct AttributeEncoder: Sendable, Equatable {
    struct Column: Sendable, Equatable {
        let name: String
        /// Empty for a column of numbers.
        let categories: Vocabulary
        /// Ascending quantiles; empty for a column of categories.
        let quantiles: [Double]

        var featureCount: Int { quantiles.isEmpty ? categories.count : 2 }
    }

    let columns: [Column]
    /// The number of each column's first feature.
    private let starts: [Int]
    let featureCount: Int

    /// Values of a column that are told apart; the most frequent stay.
    private static let mostCategories = 1_000
    private static let mostQuantiles = 101

    init(_ columns: [Column]) {
        var starts: [Int] = []
        var count = 0
        for column in columns {
            starts.append(count)
            count += column.featureCount
        }
        self.columns = columns
        self.starts = starts
        featureCount = count
    }

    /// From the columns that sort rows: prose, and columns in which all rows are alike, are left out.
    init(fitting columns: [MetadataColumn]) {
        self.init(columns.compactMap(Self.column).filter { $0.featureCount > 1 })
    }

    private static func column(_ column: MetadataColumn) -> Column? {
        switch column.values {
        case .text: return nil
        case .categorical(let values):
            var counts = [Int](repeating: 0, count: values.categories.count)
            for row in 0..<values.count { for category in values[row] { counts[Int(category)] += 1 } }
            let kept = counts.indices.filter { counts[$0] > 0 }.sorted {
                counts[$0] == counts[$1] ? $0 < $1 : counts[$0] > counts[$1]
            }.prefix(mostCategories)
            return Column(
                name: column.name, categories: Vocabulary(kept.map { values.categories[$0] }), quantiles: [])
        case .booleans:
            return Column(name: column.name, categories: Vocabulary(["false", "true"]), quantiles: [])
        case .integers(let integers):
            return numbers(column.name, integers.filter { $0 != MetadataColumn.nullInteger }.map { Double($0) })
        case .numbers(let numbers):
            return Self.numbers(column.name, numbers.filter(\.isFinite))
        }
    }

    private static func numbers(_ name: String, _ values: [Double]) -> Column? {
        guard let least = values.min(), let greatest = values.max(), least < greatest else { return nil }
        let sorted = values.sorted()
        let count = min(sorted.count, mostQuantiles)
        let quantiles = (0..<count).map { sorted[$0 * (sorted.count - 1) / max(count - 1, 1)] }
        return Column(name: name, categories: Vocabulary(), quantiles: quantiles)
    }

    /// The features of one row; what is missing, unknown or not readable has none.
    func features(of values: [String: String]) -> [(feature: Int, value: Float)] {
        guard !values.isEmpty else { return [] }
        var features: [(feature: Int, value: Float)] = []
        for (column, start) in zip(columns, starts) {
            guard let text = values[column.name] else { continue }
            if column.quantiles.isEmpty {
                let known = Set(text.split(separator: "|").compactMap { column.categories.index(of: String($0)) })
                for category in known.sorted() { features.append((start + category, 1 / Float(known.count))) }
            } else if let number = Double(text), number.isFinite {
                let angle = Double.pi / 2 * Self.share(of: column.quantiles, below: number)
                features.append((start, Float(cos(angle))))
                features.append((start + 1, Float(sin(angle))))
            }
        }
        return features
    }

    /// From 0 to 1, equal ones counted by half.
    static func share(of quantiles: [Double], below number: Double) -> Double {
        func count(_ isBefore: (Double) -> Bool) -> Int {
            var (low, high) = (0, quantiles.count)
            while low < high {
                let middle = (low + high) / 2
                if isBefore(quantiles[middle]) { low = middle + 1 } else { high = middle }
            }
            return low
        }
        return Double(count { $0 < number } + count { $0 <= number }) / Double(2 * quantiles.count)
    }
}
