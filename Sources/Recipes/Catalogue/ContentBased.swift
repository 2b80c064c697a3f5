import Foundation
import Recommenders

extension Recipe {
    /// `palate-content-based`.
    package static let contentBased = Recipe(
        name: "palate-content-based", recipeType: .userPersonalization,
        description:
            "Recommends the items that are described like those a user liked, or like an item you specify, from the columns of the items dataset. New items are recommended as soon as they are described.",
        algorithm: AlgorithmDescription(
            name: "palate-content-based",
            hyperparameters: [
                .categorical(
                    CategoricalHyperparameter(
                        "distance", of: ContentBased.Distance.allCases.map(\.rawValue),
                        default: ContentBased.Distance.cosine.rawValue, isTunable: true)),
                .integer(IntegerHyperparameter("latent_dimension", in: 0...500, default: 0, isTunable: true)),
                // 0 lets training choose.
                .integer(IntegerHyperparameter("recent_items", in: 0...1_000, default: 0)),
                .continuous(ContinuousHyperparameter("popularity_weight", in: 0...1, default: 0)),
            ]),
        featureTransformation: FeatureTransformationDescription(name: "palate-content-based", parameters: []),
        explores: false,
        creationDate: Date(timeIntervalSince1970: 1_795_564_800),
        lastUpdateDate: Date(timeIntervalSince1970: 1_795_564_800),
        trainer: .contentBased)
}
