import Foundation
import Recommenders

extension Recipe {
    /// `palate-neural-classifier`.
    package static let neuralClassifier = Recipe(
        name: "palate-neural-classifier", recipeType: .userPersonalization,
        description:
            "Estimates with a neural network the chance that a user takes an item, from the history, what is known of users and items, and the context of the request.",
        algorithm: AlgorithmDescription(
            name: "palate-neural-classifier",
            hyperparameters: [
                .integer(IntegerHyperparameter("hidden_dimension", in: 8...256, default: 64, isTunable: true)),
                .integer(IntegerHyperparameter("interaction_units", in: 0...64, default: 16, isTunable: true)),
                .integer(IntegerHyperparameter("negatives", in: 32...16_384, default: 1_024)),
                .integer(IntegerHyperparameter("max_epochs", in: 1...500, default: 60)),
                .continuous(ContinuousHyperparameter("learning_rate", in: 1e-5...0.1, default: 0.002, isTunable: true)),
                .continuous(ContinuousHyperparameter("weight_decay", in: 0...1, default: 0.01, isTunable: true)),
                .continuous(ContinuousHyperparameter("dropout", in: 0...0.9, default: 0.3, isTunable: true)),
            ]),
        featureTransformation: FeatureTransformationDescription(name: "palate-neural-classifier", parameters: []),
        explores: false,
        creationDate: Date(timeIntervalSince1970: 1_795_651_200),
        lastUpdateDate: Date(timeIntervalSince1970: 1_795_651_200),
        trainer: .neuralClassifier)
}
