import Datasets

/// What making features of a table takes, before they are made.
///
/// A bound from the number of words, which one pass over the texts counts without keeping any: each may be a word of its own
/// and occur nowhere twice in a text. Texts that repeat their words take a fraction of it.
struct FeatureMemory: Sendable, Equatable {
    private(set) var bytes: Int

    /// - Parameters:
    ///   - itemCount: Items of the catalogue, also those that are not in the table.
    ///   - latentDimension: See ``FeatureBlock``.
    init(_ table: MetadataTable, itemCount: Int, latentDimension: Int) {
        var largestColumn = 0
        var features = 0
        for column in table.columns {
            var words = 0
            var entries = 2 * itemCount
            switch column.values {
            case .text(let texts):
                words = texts.reduce(0) { $0 + Self.words(in: $1) }
                entries = words
            case .categorical(let values):
                let wordsOfCell = values.cells.identifiers.map { Self.words(in: $0) }
                for row in 0..<values.count {
                    let code = Int(values.codes[row])
                    if code < wordsOfCell.count { words += wordsOfCell[code] }
                }
                entries = max(words, (0..<values.count).reduce(0) { $0 + values[$1].count })
            case .integers, .numbers, .booleans: break
            }
            let vocabulary = min(words, FeatureBlock.largestVocabulary)
            let width = latentDimension > 0 && words > 0 ? latentDimension + LatentProjection.oversampling : 0
            // Counted words, the vocabulary, rows twice, and projections four times over.
            let making =
                96 * itemCount + (32 + 104 + 32) * words + 16 * entries
                + 4 * 4 * width * (itemCount + vocabulary) + (width > 0 ? 8 * words : 0)
            largestColumn = max(largestColumn, making)
            features += 8 * itemCount + 16 * entries + 96 * vocabulary + 4 * width * itemCount
        }
        // The catalogue; blocks; the model's features, with room to grow.
        bytes = 96 * itemCount + largestColumn + 2 * features
    }

    /// The words that ``TextTokens`` finds, or more.
    private static func words(in text: String) -> Int {
        var count = 0
        var isInside = false
        for byte in text.utf8 {
            let isLetter =
                (UInt8(ascii: "a")...UInt8(ascii: "z")).contains(byte | 0x20)
                || (UInt8(ascii: "0")...UInt8(ascii: "9")).contains(byte)
            // Every character beyond ASCII may be a word, and part others.
            if byte >= 0xC0 || isLetter && !isInside { count += 1 }
            isInside = isLetter
        }
        return count
    }
}
