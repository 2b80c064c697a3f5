public import Datasets
import LinearAlgebra

/// Items whose texts say alike: the recipe `aws-semantic-similarity`.
///
/// Items are vectors of their texts alone, see ``FeatureBlock``: the words by TF-IDF, and as much again the projection of
/// ``LatentProjection``, which finds texts with other words for the same. The managed service uses a language model in its
/// place. A history stands for its newest item; items without text follow in the order of popularity, and the item itself
/// is never recommended. Interactions are not needed, and serve popularity only.
public struct SemanticSimilarity: Recommender {
    let content: ContentBased

    public var items: Vocabulary { content.items }

    static let latentDimension = 100

    /// Brings cosines to the scale of log-odds, in which popularity and freshness can be weighed against them.
    private static let scale: Float = 10

    public func scores(for history: History) -> [Float] {
        guard let item = history.items.last(where: { Int($0) < items.count }) else { return content.popularity.counts }
        return content.scores(similarTo: Int(item)).map { $0 * Self.scale }
    }
}

extension SemanticSimilarity: StorableRecommender {
    var learned: [String: Double] { content.learned }

    func tensors() -> [SafetensorsWriter.Tensor] { content.tensors() }

    init(file: SafetensorsFile, items: Vocabulary, eventTypes: Vocabulary) throws(ModelError) {
        content = try ContentBased(file: file, items: items, eventTypes: eventTypes)
    }

    /// - Parameter items: Those of the interactions.
    /// - Throws: ``TrainingError/missingMetadata(_:)`` without a text, `CancellationError`.
    init(training histories: UserHistories, items: Vocabulary, options: TrainingOptions) throws {
        let needed = "an items dataset with a column of text (a string field with textual, or one that names items)"
        guard let table = options.metadata.items else { throw TrainingError.missingMetadata(needed) }
        let itemCount = items.count + table.count
        try options.announce(
            memory: FeatureMemory(table, itemCount: itemCount, latentDimension: Self.latentDimension).bytes
                + 32 * itemCount)
        let catalogue = ContentBased.catalogue(items, table)
        let blocks = try FeatureBlock.blocks(
            of: table, items: catalogue, .textOnly, latentDimension: Self.latentDimension, options: options)
        guard !blocks.isEmpty else { throw TrainingError.missingMetadata(needed) }
        content = ContentBased(
            items: catalogue,
            features: ItemFeatures(
                blocks, weights: [Float](repeating: 1, count: blocks.count), itemCount: catalogue.count),
            settings: .init(distance: .cosine, recentItems: 0, popularityWeight: 0),
            popularity: Popularity(histories: histories, items: catalogue),
            learned: ["items": Double(catalogue.count), "texts": Double(blocks.count)])
    }
}
