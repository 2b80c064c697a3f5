import Foundation
import Recommenders

extension Recipe {
    /// `palate-item-knn`.
    package static let itemKNN = Recipe(
        name: "palate-item-knn", recipeType: .userPersonalization,
        description:
            "Recommends the items that are most similar to those a user met, by the users that items have in common.",
        algorithm: AlgorithmDescription(
            name: "palate-item-knn",
            hyperparameters: [
                .categorical(
                    CategoricalHyperparameter(
                        "similarity", of: ItemSimilarity.Measure.allCases.map(\.rawValue),
                        default: ItemSimilarity.Measure.tfIdf.rawValue, isTunable: true)),
                .integer(IntegerHyperparameter("neighbours", in: 1...1_000, default: 50, isTunable: true)),
                .continuous(ContinuousHyperparameter("shrinkage", in: 0...10_000, default: 10)),
                .integer(IntegerHyperparameter("min_cointeraction_count", in: 0...10, default: 1, isTunable: true)),
            ]),
        featureTransformation: FeatureTransformationDescription(name: "palate-item-knn", parameters: []),
        explores: false,
        creationDate: Date(timeIntervalSince1970: 1_795_478_400),
        lastUpdateDate: Date(timeIntervalSince1970: 1_795_478_400),
        trainer: .itemKNN)
}
