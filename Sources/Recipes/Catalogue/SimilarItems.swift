import Foundation
import Recommenders

extension Recipe {
    /// `aws-similar-items`.
    package static let similarItems = Recipe(
        name: "aws-similar-items", recipeType: .relatedItems,
        description:
            "Recommends items that are similar to an item you specify, by the users who interacted with both and by the items' metadata, so that new items are in the lists.",
        algorithm: AlgorithmDescription(
            name: "aws-similar-items",
            hyperparameters: [
                .continuous(SimilarItemsParameters.popularityDiscount), .integer(SimilarItemsParameters.itemDimension),
                .integer(SimilarItemsParameters.metadataDimension),
            ]),
        featureTransformation: FeatureTransformationDescription(name: "aws-similar-items", parameters: []),
        explores: false,
        creationDate: Date(timeIntervalSince1970: 1_795_392_000),
        lastUpdateDate: Date(timeIntervalSince1970: 1_795_392_000),
        trainer: .similarItems)
}

/// The documented table (developer guide, "Similar-Items recipe", properties and hyperparameters).
private enum SimilarItemsParameters {
    static let popularityDiscount = ContinuousHyperparameter("popularity_discount_factor", in: 0...1, default: 0)
    /// Each dimension lets the model remember ten neighbours of an item.
    static let itemDimension = IntegerHyperparameter("item_id_hidden_dim", in: 30...200, default: 100, isTunable: true)
    /// Of the projection of texts.
    static let metadataDimension = IntegerHyperparameter(
        "item_metadata_hidden_dim", in: 30...200, default: 100, isTunable: true)
}
