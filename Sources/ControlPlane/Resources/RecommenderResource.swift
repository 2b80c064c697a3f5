import Foundation
package import PersonalizeAPI

/// A recommender of a domain dataset group: training and serving in one.
package struct RecommenderResource: Resource {
    package static let kind = ResourceKind.recommender
    /// The managed service trains recommenders anew every seven days, those of trends every two hours.
    static let trainingInterval: TimeInterval = 7 * 86_400

    package var header: ResourceHeader
    let datasetGroupArn: String
    package let recipeArn: String
    package internal(set) var configuration: RecommenderConfig?
    /// The newest update; nil before the first.
    var update: RecommenderUpdate?
    /// Set when the first training has ended well.
    var outcome: TrainingOutcome?
    /// When it is to be trained anew.
    var nextTraining: Date?

    package var references: [String] { [datasetGroupArn] }

    var wire: Recommender {
        .init(
            recommenderArn: arn, datasetGroupArn: datasetGroupArn, name: name, recipeArn: recipeArn,
            recommenderConfig: configuration, creationDateTime: creationDateTime,
            lastUpdatedDateTime: lastUpdatedDateTime, status: status.rawValue, failureReason: header.failureReason,
            latestRecommenderUpdate: update?.wire, modelMetrics: outcome?.metrics)
    }

    var summary: RecommenderSummary {
        .init(
            name: name, recommenderArn: arn, datasetGroupArn: datasetGroupArn, recipeArn: recipeArn,
            recommenderConfig: configuration, status: status.rawValue, creationDateTime: creationDateTime,
            lastUpdatedDateTime: lastUpdatedDateTime)
    }
}

/// A change to a recommender. It needs no work, so it is done when it is answered.
package struct RecommenderUpdate: Codable, Sendable, Equatable {
    let configuration: RecommenderConfig
    let created: Date

    var wire: RecommenderUpdateSummary {
        .init(
            recommenderConfig: configuration, creationDateTime: Timestamp(created),
            lastUpdatedDateTime: Timestamp(created), status: ResourceStatus.active.rawValue)
    }
}

extension RecommenderConfig {
    /// The part that requests depend on, in the form that campaigns have.
    var ofServing: CampaignConfig {
        CampaignConfig(
            itemExplorationConfig: itemExplorationConfig,
            enableMetadataWithRecommendations: enableMetadataWithRecommendations)
    }
}
