import Foundation
import Recommenders

extension Recipe {
    /// `aws-item-affinity`.
    package static let itemAffinity = segmentation(
        "aws-item-affinity", featureTransformation: "item-affinity", trainer: .itemAffinity,
        description: "Finds the users who are most likely to interact with each of some items.")

    /// `aws-item-attribute-affinity`.
    package static let itemAttributeAffinity = segmentation(
        "aws-item-attribute-affinity", featureTransformation: "item-attribute-affinity",
        trainer: .itemAttributeAffinity,
        description: "Finds the users who are most likely to interact with the items that have some attributes.")

    /// The documented table (developer guide, "Item-Affinity recipe" and "Item-Attribute-Affinity recipe"): nothing can be
    /// tuned.
    private static func segmentation(
        _ name: String, featureTransformation: String, trainer: Algorithm, description: String
    ) -> Recipe {
        Recipe(
            name: name, recipeType: .userSegmentation, description: description,
            algorithm: AlgorithmDescription(
                name: name,
                hyperparameters: [.integer(IntegerHyperparameter("hidden_dimension", in: 32...256, default: 149))]),
            featureTransformation: FeatureTransformationDescription(name: featureTransformation, parameters: []),
            explores: false,
            creationDate: Date(timeIntervalSince1970: 1_795_392_000),
            lastUpdateDate: Date(timeIntervalSince1970: 1_795_392_000),
            trainer: trainer)
    }
}
