import Foundation
import Recommenders

extension Recipe {
    /// `palate-ease`.
    package static let ease = Recipe(
        name: "palate-ease", recipeType: .userPersonalization,
        description:
            "Recommends the items that go together with everything a user ever met, by item-to-item weights in closed form (EASE).",
        algorithm: AlgorithmDescription(
            name: "palate-ease",
            hyperparameters: [
                .continuous(
                    // 0 lets training choose.
                    ContinuousHyperparameter("regularization", in: 0...1_000_000, default: 0)),
                .integer(IntegerHyperparameter("closed_form_items", in: 1...50_000, default: 20_000)),
            ]),
        featureTransformation: FeatureTransformationDescription(name: "palate-ease", parameters: []),
        explores: false,
        creationDate: Date(timeIntervalSince1970: 1_795_478_400),
        lastUpdateDate: Date(timeIntervalSince1970: 1_795_478_400),
        trainer: .ease)
}
