import Foundation
import Recommenders

/// Names that the managed service no longer offers, for scripts that still say them: each trains as
/// `aws-user-personalization` does, which the developer guide names as their successor ("Legacy HRNN recipes").
extension Recipe {
    /// `aws-hrnn`.
    package static let hrnn = legacy(
        "aws-hrnn", featureTransformation: "JSON-percentile-filtering", hiddenDimension: 43,
        description: "A legacy name of aws-user-personalization, without exploration.")

    /// `aws-hrnn-metadata`.
    package static let hrnnMetadata = legacy(
        "aws-hrnn-metadata", featureTransformation: "featurize_metadata", hiddenDimension: 43,
        description: "A legacy name of aws-user-personalization, without exploration.")

    /// `aws-hrnn-coldstart`.
    package static let hrnnColdStart = legacy(
        "aws-hrnn-coldstart", featureTransformation: "featurize_coldstart", hiddenDimension: 149,
        description:
            "A legacy name of aws-user-personalization, with exploration of new items. The parameters of cold items are accepted; itemExplorationConfig decides which items are new.",
        explores: true, further: ColdItemParameters.table)

    private static func legacy(
        _ name: String, featureTransformation: String, hiddenDimension: Int, description: String,
        explores: Bool = false, further: [Hyperparameter] = []
    ) -> Recipe {
        let base = Recipe.userPersonalization
        let given: [Hyperparameter] = [
            .integer(
                IntegerHyperparameter("hidden_dimension", in: 32...256, default: hiddenDimension, isTunable: true))
        ]
        var recipe = Recipe(
            name: name, recipeType: .userPersonalization, description: description,
            algorithm: AlgorithmDescription(
                name: name,
                hyperparameters: given
                    + base.algorithm.hyperparameters.filter { ["bptt", "recency_mask"].contains($0.name) }),
            featureTransformation: FeatureTransformationDescription(
                name: featureTransformation, parameters: HistoryLengthPercentiles.table + further),
            explores: explores,
            creationDate: Date(timeIntervalSince1970: 1_795_564_800),
            lastUpdateDate: Date(timeIntervalSince1970: 1_795_564_800), trainer: .userPersonalization)
        recipe.parametersOfOthers = Set(further.map(\.name))
        return recipe
    }
}

/// Which items are cold (developer guide, "HRNN-Coldstart recipe (legacy)", featurization hyperparameters). There, only
/// they are trained on and recommended; here all items are, and campaigns explore the new ones.
private enum ColdItemParameters {
    static let table: [Hyperparameter] = [
        .integer(IntegerHyperparameter("cold_start_max_interactions", in: 1...Int(Int32.max), default: 15)),
        .continuous(
            ContinuousHyperparameter(
                "cold_start_max_duration", in: Double.leastNonzeroMagnitude...Double.greatestFiniteMagnitude, default: 5
            )),
        .categorical(
            CategoricalHyperparameter(
                "cold_start_relative_from", of: ["currentTime", "latestItem"], default: "currentTime")),
    ]
}
