import Datasets
import Foundation
import LinearAlgebra

/// What one column of the items dataset says of each item, as vectors of length 1, or 0 where it says nothing.
///
/// - Categories and booleans: one feature each, its value the inverse document frequency ln((1 + n) / (1 + nᵥ)) + 1 of n
///   items with a value, nᵥ of them with this one; then the row is brought to length 1. Sharing a rare category makes
///   items more alike than sharing a common one.
/// - Numbers and timestamps: with s the share of the items whose number is below, ties counted by half, the point
///   (cos πs/2, sin πs/2). The product of two items is 1 for equal numbers and falls to 0 between the least and the
///   greatest, whatever the unit and however long the tails.
/// - Text: (1 + ln f) times the inverse document frequency for a word that occurs f times, brought to length 1
///   (C. Manning, P. Raghavan, H. Schütze, "Introduction to Information Retrieval", sections 6.2 and 6.4). With a latent
///   dimension, the words have half of the squared length and ``LatentProjection`` of them the other half.
struct FeatureBlock: Sendable {
    /// The column.
    let name: String
    /// `GENRES: Comedy`, or the column's name alone for a number.
    let featureNames: [String]
    let rows: SparseRows
    /// One row per item; nil without a latent projection.
    let latent: Matrix?

    /// Words that are told apart; the most frequent stay.
    static let largestVocabulary = 50_000

    /// Text by its words.
    private init(
        name: String, texts: [String?], latentDimension: Int, seed: UInt64, threads: Int
    ) {
        var words = Vocabulary()
        var documents: [Int] = []
        let counted = texts.map { text -> [(word: Int, count: Float)] in
            guard let text else { return [] }
            var counts: [Int: Float] = [:]
            var order: [Int] = []
            for token in TextTokens(text) {
                let word = words.insert(token)
                if word == documents.count { documents.append(0) }
                if counts[word] == nil {
                    order.append(word)
                    documents[word] += 1
                }
                counts[word, default: 0] += 1
            }
            return order.map { ($0, counts[$0] ?? 0) }
        }
        var numbers = [Int](repeating: -1, count: words.count)
        let kept = documents.indices.sorted {
            documents[$0] == documents[$1] ? $0 < $1 : documents[$0] > documents[$1]
        }.prefix(Self.largestVocabulary).sorted()
        for (number, word) in kept.enumerated() { numbers[word] = number }
        let total = counted.count { !$0.isEmpty }
        let weights = documents.map { Self.inverseFrequency($0, of: total) }
        let hasLatent = latentDimension > 0
        var rows = SparseRows(columnCount: kept.count)
        for words in counted {
            rows.append(
                Self.unit(
                    words.filter { numbers[$0.word] >= 0 }.map { word, count in
                        (column: numbers[word], value: (1 + logf(count)) * weights[word])
                    }))
        }
        latent =
            hasLatent
            ? LatentProjection.coordinates(of: rows, dimension: latentDimension, seed: seed, threads: threads)
                .map { Self.unit($0, length: Float(0.5).squareRoot()) } : nil
        if latent != nil {
            var half = SparseRows(columnCount: rows.columnCount)
            for row in 0..<rows.rowCount {
                var entries: [(column: Int, value: Float)] = []
                rows.forEach(of: row) { entries.append(($0, $1 * Float(0.5).squareRoot())) }
                half.append(entries)
            }
            rows = half
        }
        self.name = name
        featureNames = kept.map { "\(name): \(words[$0])" }
        self.rows = rows
    }

    /// Any number of categories an item.
    private init(name: String, categories: [String], rows given: [[Int]]) {
        var counts = [Int](repeating: 0, count: categories.count)
        for row in given { for category in row { counts[category] += 1 } }
        let total = given.count { !$0.isEmpty }
        let weights = counts.map { Self.inverseFrequency($0, of: total) }
        var rows = SparseRows(columnCount: categories.count)
        for row in given { rows.append(Self.unit(row.map { (column: $0, value: weights[$0]) })) }
        self.name = name
        featureNames = categories.map { "\(name): \($0)" }
        self.rows = rows
        latent = nil
    }

    private init(name: String, numbers: [Double?]) {
        let sorted = numbers.compactMap(\.self).sorted()
        var angles: [Double: Double] = [:]
        var start = 0
        while start < sorted.count {
            var end = start
            while end < sorted.count, sorted[end] == sorted[start] { end += 1 }
            angles[sorted[start]] = .pi / 2 * Double(start + end - 1) / Double(2 * max(sorted.count - 1, 1))
            start = end
        }
        var rows = SparseRows(columnCount: 2)
        for number in numbers {
            let angle = number.flatMap { angles[$0] }
            rows.append(angle.map { [(column: 0, value: Float(cos($0))), (1, Float(sin($0)))] } ?? [])
        }
        self.name = name
        featureNames = [name, name]
        self.rows = rows
        latent = nil
    }

    private static func inverseFrequency(_ count: Int, of total: Int) -> Float {
        logf(Float(1 + total) / Float(1 + count)) + 1
    }

    private static func unit(_ entries: [(column: Int, value: Float)]) -> [(column: Int, value: Float)] {
        let length = entries.reduce(Float(0)) { $0 + $1.value * $1.value }.squareRoot()
        guard length > 0 else { return [] }
        return entries.map { (column: $0.column, value: $0.value / length) }
    }

    /// Rows brought to a length; rows of zeros stay.
    private static func unit(_ matrix: Matrix, length: Float) -> Matrix {
        var scaled = matrix
        for row in 0..<matrix.rows {
            let values = matrix.row(row)
            let norm = values.reduce(Float(0)) { $0 + $1 * $1 }.squareRoot()
            guard norm > 1e-12 else { continue }
            for (column, value) in values.enumerated() { scaled[row, column] = value * length / norm }
        }
        return scaled
    }
}

extension FeatureBlock {
    /// Which columns become features.
    enum Choice: Sendable {
        case all
        /// Prose, and strings that name items.
        case textOnly
    }

    /// The columns of a table that tell items apart.
    ///
    /// A column of strings most of which are different, such as a title, names items instead of sorting them, and is read
    /// as text whatever its schema says.
    static func blocks(
        of table: MetadataTable, items: Vocabulary, _ choice: Choice = .all, latentDimension: Int,
        options: TrainingOptions
    ) throws -> [FeatureBlock] {
        let rows = items.identifiers.map { table.row(of: $0) }
        var blocks: [FeatureBlock] = []
        for (index, column) in table.columns.enumerated() {
            try options.advance(
                to: 0.02 + 0.3 * Double(index) / Double(table.columns.count), "reading \(column.name) of the items")
            let block = block(column, rows: rows, choice, latentDimension: latentDimension, options: options)
            if let block, block.isInformative { blocks.append(block) }
        }
        return blocks
    }

    private static func block(
        _ column: MetadataColumn, rows: [Int?], _ choice: Choice, latentDimension: Int, options: TrainingOptions
    ) -> FeatureBlock? {
        func text(_ texts: [String?]) -> FeatureBlock {
            FeatureBlock(
                name: column.name, texts: texts, latentDimension: latentDimension, seed: options.seed,
                threads: options.threads)
        }
        switch column.values {
        case .text(let texts):
            return text(rows.map { row in row.flatMap { texts[$0].isEmpty ? nil : texts[$0] } })
        case .categorical(let values):
            let members = rows.map { row in row.map { values[$0].map { Int($0) } } ?? [] }
            let known = members.count { !$0.isEmpty }
            if 2 * Set(members.joined()).count > known, known > 1 {
                return text(rows.map { row in row.flatMap { values.text(ofRow: $0) } })
            }
            guard choice == .all else { return nil }
            return FeatureBlock(name: column.name, categories: values.categories.identifiers, rows: members)
        case .integers(let integers):
            guard choice == .all else { return nil }
            return FeatureBlock(
                name: column.name,
                numbers: rows.map { row in
                    row.flatMap { integers[$0] == MetadataColumn.nullInteger ? nil : Double(integers[$0]) }
                })
        case .numbers(let numbers):
            guard choice == .all else { return nil }
            return FeatureBlock(
                name: column.name, numbers: rows.map { row in row.flatMap { numbers[$0].isFinite ? numbers[$0] : nil } }
            )
        case .booleans(let booleans):
            guard choice == .all else { return nil }
            return FeatureBlock(
                name: column.name, categories: ["false", "true"],
                rows: rows.map { row in row.flatMap { booleans[$0] }.map { [$0 ? 1 : 0] } ?? [] })
        }
    }

    /// Whether two items differ in it.
    private var isInformative: Bool {
        var first: [Float]?
        var firstColumns: [Int] = []
        for row in 0..<rows.rowCount {
            var values: [Float] = []
            var columns: [Int] = []
            rows.forEach(of: row) {
                columns.append($0)
                values.append($1)
            }
            guard !values.isEmpty else { continue }
            guard let known = first else {
                (first, firstColumns) = (values, columns)
                continue
            }
            if known != values || firstColumns != columns { return true }
        }
        return false
    }
}
