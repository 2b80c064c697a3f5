/// The recipes on offer, in the order in which they are listed.
package struct RecipeCatalogue: Sendable {
    package let all: [Recipe]

    package init(_ recipes: [Recipe]) {
        all = recipes
    }

    /// Every recipe that trains. A new one is one file in `Catalogue/` and one entry here.
    package static let standard = RecipeCatalogue([
        .userPersonalization, .popularityCount, .topPicks, .mostPopularVideos, .recommendedForYou, .mostViewed,
        .bestSellers,
        .itemAffinity, .itemAttributeAffinity,
        .personalizedRanking, .personalizedRankingV2, .nextBestAction,
    ])

    package func recipe(arn: String) -> Recipe? { all.first { $0.arn == arn } }

    /// - Parameter name: The part of the ARN after `recipe/`.
    package func recipe(named name: String) -> Recipe? { all.first { $0.name == name } }

    package func algorithm(arn: String) -> AlgorithmDescription? {
        all.first { $0.algorithmArn == arn }?.algorithm
    }

    package func featureTransformation(arn: String) -> FeatureTransformationDescription? {
        all.first { $0.featureTransformationArn == arn }?.featureTransformation
    }
}
