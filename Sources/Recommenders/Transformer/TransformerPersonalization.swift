public import Datasets
import Foundation
import LinearAlgebra

/// Next items from the order of a user's events by a causal transformer: the recipes `aws-user-personalization-v2` and
/// `aws-personalized-ranking-v2`.
///
/// ``Transformer`` reads the history and says how likely each item is to be the next new one; ``UserPersonalization`` says
/// the same in closed form, rates repeats, and brings both to one scale. How much each of the two counts for new items is
/// learned on held-out events, see ``TransformerBlend``; where the transformer does not help, it is left out. An empty
/// history is answered by popularity.
public struct TransformerPersonalization: Recommender {
    let closedForm: UserPersonalization
    /// Nil when the data are too few to say that it helps.
    let transformer: TransformerScoring?
    /// The items that the transformer knows.
    let selection: ItemSelection
    let blend: TransformerBlend
    let learned: [String: Double]

    public var items: Vocabulary { closedForm.items }

    public func scores(for history: History) -> [Float] {
        guard let transformer, blend.share > 0 else { return closedForm.scores(for: history) }
        let recent = RecentItems(history, itemCount: items.count)
        let read = selection.sequence(of: history.items)
        guard !recent.entries.isEmpty, !read.isEmpty else { return closedForm.scores(for: history) }
        let other = closedForm.next.relevance(of: recent)
        var relevance = blend.relevance(
            closedForm: other, places: TransformerBlend.places(of: other), logits: transformer.logits(after: read),
            selection: selection)
        TransformerBlend.widen(
            &relevance, discount: closedForm.next.settings.tailDiscount,
            logUserCounts: closedForm.next.logUserCounts)
        return closedForm.listed(relevance, after: recent)
    }
}

extension ItemSelection {
    /// The positions of the items of a history, runs of one item taken as one.
    func sequence(of history: [UInt32]) -> [UInt32] {
        var sequence: [UInt32] = []
        for item in history {
            if let position = position(of: item), sequence.last != position { sequence.append(position) }
        }
        return sequence
    }
}

extension TransformerPersonalization {
    /// The documented hyperparameter, and some of our own.
    public struct Hyperparameters: Sendable, Equatable {
        /// `apply_recency_bias`: whether it matters how long ago an event was, beside its order.
        public var appliesRecencyBias: Bool
        /// `hidden_dimension`: d, taken up to a multiple of 32.
        public var hiddenDimension: Int
        /// `layers`: blocks of attention and feed-forward.
        public var layers: Int
        /// `sequence_length`: how many of the newest events are read.
        public var sequenceLength: Int
        /// `epochs`: how often everybody's events are gone over at most; 0 lets the amount of data decide.
        public var epochs: Int
        /// `learning_rate`: the greatest step of AdamW.
        public var learningRate: Double
        /// `dropout`: the share of activations that is left out in a step.
        public var dropout: Double
        /// `transformer_items`: how many of the most used items the transformer knows.
        public var transformerItems: Int
        /// `coverage_tolerance`, `closed_form_items`: see ``UserPersonalization/Hyperparameters``.
        public var closedForm: [String: String]

        /// - Throws: ``TrainingError`` for an unknown name or a value outside the range.
        public init(_ values: [String: String] = [:]) throws(TrainingError) {
            var reader = HyperparameterReader(values)
            appliesRecencyBias = try reader.flag("apply_recency_bias", default: true)
            hiddenDimension = (try reader.integer("hidden_dimension", in: 32...512, default: 64) + 31) / 32 * 32
            layers = try reader.integer("layers", in: 1...8, default: 2)
            sequenceLength = try reader.integer("sequence_length", in: 10...1_000, default: 200)
            epochs = try reader.integer("epochs", in: 0...1_000, default: 0)
            learningRate = try reader.number("learning_rate", in: 0.0001...0.1, default: 0.004)
            dropout = try reader.number("dropout", in: 0...0.8, default: 0.2)
            transformerItems = try reader.integer("transformer_items", in: 1...200_000, default: 30_000)
            closedForm = ["recency_mask": appliesRecencyBias ? "true" : "false"]
            for name in ["coverage_tolerance", "closed_form_items"] { closedForm[name] = reader.text(name) }
            try reader.finish()
            _ = try UserPersonalization.Hyperparameters(closedForm)
        }
    }
}
