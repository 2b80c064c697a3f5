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
        .personalizedRanking, .personalizedRankingV2, .userPersonalizationV2, .nextBestAction,
        .similarItems, .sims, .trendingNow, .becauseYouWatched, .moreLike, .trendingVideos, .alsoViewed,
        .boughtTogether,
        .semanticSimilarity, .hrnn, .hrnnMetadata, .hrnnColdStart,
        .weightedRating, .ease, .als, .itemKNN, .userKNN, .contentBased, .neuralClassifier,
    ])

    package func recipe(arn: String) -> Recipe? { all.first { $0.arn == arn } }

    /// - Parameter name: The part of the ARN after `recipe/`.
    package func recipe(named name: String) -> Recipe? { all.first { $0.name == name } }

    package func algorithm(arn: String) -> AlgorithmDescription? {
        all.first { $0.algorithmArn == arn }?.algorithm
    }

    /// Recipes can share a feature transformation; the one with parameters of it describes it.
    package func recipe(featureTransformationArn arn: String) -> Recipe? {
        let sharing = all.filter { $0.featureTransformationArn == arn }
        return sharing.first { !$0.featureTransformation.parameters.isEmpty } ?? sharing.first
    }

    package func featureTransformation(arn: String) -> FeatureTransformationDescription? {
        recipe(featureTransformationArn: arn)?.featureTransformation
    }
}
