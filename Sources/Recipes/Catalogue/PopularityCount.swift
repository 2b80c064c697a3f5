import Foundation
import Recommenders

extension Recipe {
    /// `aws-popularity-count`.
    package static let popularityCount = Recipe(
        name: "aws-popularity-count", recipeType: .userPersonalization,
        description:
            "Recommends to every user the items with the most interactions. The baseline that others must beat.",
        algorithm: AlgorithmDescription(name: "aws-popularity-count", hyperparameters: []),
        featureTransformation: FeatureTransformationDescription(name: "sims", parameters: []),
        explores: false,
        creationDate: Date(timeIntervalSince1970: 1_795_392_000),
        lastUpdateDate: Date(timeIntervalSince1970: 1_795_392_000),
        trainer: .popularity)
}
