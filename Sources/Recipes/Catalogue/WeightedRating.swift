import Foundation
import Recommenders

extension Recipe {
    /// `palate-weighted-rating`.
    package static let weightedRating = Recipe(
        name: "palate-weighted-rating", recipeType: .userPersonalization,
        description:
            "Recommends to every user the items with the best ratings, where an item with few votes is rated near the mean of all. Learns from EVENT_VALUE.",
        algorithm: AlgorithmDescription(
            name: "palate-weighted-rating",
            hyperparameters: [
                .continuous(
                    ContinuousHyperparameter("vote_count_percentile", in: 0...1, default: 0.9, isTunable: true))
            ]),
        featureTransformation: FeatureTransformationDescription(name: "palate-weighted-rating", parameters: []),
        explores: false,
        creationDate: Date(timeIntervalSince1970: 1_795_478_400),
        lastUpdateDate: Date(timeIntervalSince1970: 1_795_478_400),
        trainer: .weightedRating)
}
