import Foundation
import Recommenders

extension Recipe {
    /// `palate-user-knn`.
    package static let userKNN = Recipe(
        name: "palate-user-knn", recipeType: .userPersonalization,
        description: "Recommends the items that the most similar users met or rated.",
        algorithm: AlgorithmDescription(
            name: "palate-user-knn",
            hyperparameters: [
                .categorical(
                    CategoricalHyperparameter(
                        "similarity", of: UserKNN.Hyperparameters.Similarity.allCases.map(\.rawValue),
                        default: UserKNN.Hyperparameters.Similarity.cosine.rawValue, isTunable: true)),
                .categorical(
                    CategoricalHyperparameter(
                        "values", of: UserKNN.Hyperparameters.Values.allCases.map(\.rawValue),
                        default: UserKNN.Hyperparameters.Values.implicit.rawValue)),
                .integer(IntegerHyperparameter("neighbours", in: 1...10_000, default: 100, isTunable: true)),
                .continuous(ContinuousHyperparameter("shrinkage", in: 0...10_000, default: 10)),
            ]),
        featureTransformation: FeatureTransformationDescription(name: "palate-user-knn", parameters: []),
        explores: false,
        creationDate: Date(timeIntervalSince1970: 1_795_478_400),
        lastUpdateDate: Date(timeIntervalSince1970: 1_795_478_400),
        trainer: .userKNN)
}
