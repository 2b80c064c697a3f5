import Foundation
import Recommenders

extension Recipe {
    /// `palate-als`.
    package static let als = Recipe(
        name: "palate-als", recipeType: .userPersonalization,
        description:
            "Recommends items by a factorisation of who met what into vectors of users and items (implicit ALS).",
        algorithm: AlgorithmDescription(
            name: "palate-als",
            hyperparameters: [
                .integer(IntegerHyperparameter("hidden_dimension", in: 8...512, default: 64, isTunable: true)),
                .integer(IntegerHyperparameter("iterations", in: 1...100, default: 12)),
                // 0 lets training choose.
                .continuous(ContinuousHyperparameter("regularization", in: 0...100, default: 0)),
                .continuous(ContinuousHyperparameter("regularization_exponent", in: 0...1, default: 1)),
                .continuous(
                    ContinuousHyperparameter("unobserved_weight", in: 0.0001...10, default: 0.1, isTunable: true)),
            ]),
        featureTransformation: FeatureTransformationDescription(name: "palate-als", parameters: []),
        explores: false,
        creationDate: Date(timeIntervalSince1970: 1_795_478_400),
        lastUpdateDate: Date(timeIntervalSince1970: 1_795_478_400),
        trainer: .als)
}
