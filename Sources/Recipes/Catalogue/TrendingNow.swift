import Foundation
import Recommenders

extension Recipe {
    /// `aws-trending-now`.
    package static let trendingNow = Recipe(
        name: "aws-trending-now", recipeType: .popularItems,
        description: "Recommends to every user the items whose interactions increase fastest in the newest interval.",
        algorithm: AlgorithmDescription(name: "aws-trending-now-custom", hyperparameters: []),
        featureTransformation: FeatureTransformationDescription(
            name: "aws-trending-now",
            parameters: [
                .categorical(
                    CategoricalHyperparameter(
                        "trend_discovery_frequency", of: TrendingNow.Frequency.allCases.map(\.rawValue),
                        default: TrendingNow.Frequency.twoHours.rawValue))
            ]),
        explores: false,
        creationDate: Date(timeIntervalSince1970: 1_795_392_000),
        lastUpdateDate: Date(timeIntervalSince1970: 1_795_392_000),
        trainer: .trendingNow)
}
