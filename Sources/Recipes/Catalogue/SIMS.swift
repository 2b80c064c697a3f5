import Foundation
import Recommenders

extension Recipe {
    /// `aws-sims`.
    package static let sims = Recipe(
        name: "aws-sims", recipeType: .relatedItems,
        description:
            "Item-to-item similarities: recommends the items that most often occur together with an item you specify in the histories of users.",
        algorithm: AlgorithmDescription(
            name: "aws-sims",
            hyperparameters: [
                .continuous(SIMSParameters.popularityDiscount), .integer(SIMSParameters.minimumCoInteractions),
            ]),
        featureTransformation: FeatureTransformationDescription(
            name: "sims",
            parameters: [
                .continuous(SIMSParameters.shortestHistory), .continuous(SIMSParameters.longestHistory),
                .continuous(ItemCountPercentiles.minimum), .continuous(ItemCountPercentiles.maximum),
            ]),
        explores: false,
        creationDate: Date(timeIntervalSince1970: 1_795_392_000),
        lastUpdateDate: Date(timeIntervalSince1970: 1_795_392_000),
        trainer: .sims)
}

/// The documented table (developer guide, "SIMS recipe").
private enum SIMSParameters {
    static let popularityDiscount = ContinuousHyperparameter(
        "popularity_discount_factor", in: 0...1, default: 0.5, isTunable: true)
    static let minimumCoInteractions = IntegerHyperparameter(
        "min_cointeraction_count", in: 0...10, default: 3, isTunable: true)
    static let shortestHistory = ContinuousHyperparameter(
        HistoryLengthPercentiles.minimum.name, in: 0...1, default: 0.005)
    static let longestHistory = ContinuousHyperparameter(
        HistoryLengthPercentiles.maximum.name, in: 0...1, default: 0.995)
}

/// Which items training learns from, by their number of events (developer guide, "SIMS recipe", featurization
/// hyperparameters).
///
/// The documented default of the maximum is 0.9. That leaves out the most popular tenth, which in most catalogues has most
/// of the interactions: nothing would be like a well-known item, and none would be recommended. Here none is left out
/// by default (recall at 10 on MovieLens small, leave-one-out: 0.092 instead of 0.053).
enum ItemCountPercentiles {
    static let minimum = ContinuousHyperparameter("min_item_interaction_count_percentile", in: 0...1, default: 0.01)
    static let maximum = ContinuousHyperparameter("max_item_interaction_count_percentile", in: 0...1, default: 1)

    /// - Throws: When nothing is between the two.
    static func check(_ values: HyperparameterValues) throws(HyperparameterError) {
        guard values[minimum] < values[maximum] else {
            throw .contradiction(
                "\(minimum.name) is \(values[minimum]); it must be below \(maximum.name), \(values[maximum]).")
        }
    }
}
