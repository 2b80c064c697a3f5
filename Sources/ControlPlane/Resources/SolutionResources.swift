package import PersonalizeAPI

package struct SolutionResource: Resource {
    package static let kind = ResourceKind.solution
    package var header: ResourceHeader
    let datasetGroupArn: String
    let recipeArn: String
    let eventType: String?
    let performHPO: Bool
    let performAutoML: Bool
    let performAutoTraining: Bool
    let performIncrementalUpdate: Bool
    let configuration: SolutionConfig?

    package var references: [String] { [datasetGroupArn] }

    func wire(latestVersion: SolutionVersionSummary?) -> Solution {
        .init(
            name: name, solutionArn: arn, performHPO: performHPO, performAutoML: performAutoML,
            performAutoTraining: performAutoTraining, performIncrementalUpdate: performIncrementalUpdate,
            recipeArn: recipeArn, datasetGroupArn: datasetGroupArn, eventType: eventType,
            solutionConfig: configuration, status: status.rawValue, creationDateTime: creationDateTime,
            lastUpdatedDateTime: lastUpdatedDateTime, latestSolutionVersion: latestVersion)
    }

    var summary: SolutionSummary {
        .init(
            name: name, solutionArn: arn, status: status.rawValue, creationDateTime: creationDateTime,
            lastUpdatedDateTime: lastUpdatedDateTime, recipeArn: recipeArn)
    }
}

package struct SolutionVersionResource: Resource {
    package static let kind = ResourceKind.solutionVersion
    package var header: ResourceHeader
    /// Nil when the request gave the version no name.
    let givenName: String?
    let solutionArn: String
    let datasetGroupArn: String
    package let recipeArn: String
    let eventType: String?
    let performHPO: Bool
    let performAutoML: Bool
    let configuration: SolutionConfig?
    let trainingMode: String
    /// Set when the version is ACTIVE.
    var outcome: TrainingOutcome?

    package var references: [String] { [solutionArn, datasetGroupArn] }

    var wire: SolutionVersion {
        .init(
            name: givenName, solutionVersionArn: arn, solutionArn: solutionArn, performHPO: performHPO,
            performAutoML: performAutoML, recipeArn: recipeArn, eventType: eventType,
            datasetGroupArn: datasetGroupArn, solutionConfig: configuration, trainingHours: outcome?.trainingHours,
            trainingMode: trainingMode, status: status.rawValue, failureReason: header.failureReason,
            creationDateTime: creationDateTime, lastUpdatedDateTime: lastUpdatedDateTime, trainingType: "MANUAL")
    }

    var summary: SolutionVersionSummary {
        .init(
            solutionVersionArn: arn, status: status.rawValue, trainingMode: trainingMode, trainingType: "MANUAL",
            creationDateTime: creationDateTime, lastUpdatedDateTime: lastUpdatedDateTime,
            failureReason: header.failureReason)
    }
}

/// What a finished training left behind.
package struct TrainingOutcome: Codable, Sendable, Equatable {
    /// Relative to the folder of models in the data directory.
    let modelDirectory: String
    let metrics: [String: Double]
    /// Time spent, in hours.
    let trainingHours: Double
}

package struct CampaignResource: Resource {
    package static let kind = ResourceKind.campaign
    package var header: ResourceHeader
    package let solutionVersionArn: String
    /// The solution of the version, by which campaigns are listed.
    let solutionArn: String
    let minProvisionedTPS: Int
    package let configuration: CampaignConfig?

    package var references: [String] { [solutionVersionArn, solutionArn] }

    var wire: Campaign {
        .init(
            name: name, campaignArn: arn, solutionVersionArn: solutionVersionArn,
            minProvisionedTPS: minProvisionedTPS, campaignConfig: configuration, status: status.rawValue,
            failureReason: header.failureReason, creationDateTime: creationDateTime,
            lastUpdatedDateTime: lastUpdatedDateTime)
    }

    var summary: CampaignSummary {
        .init(
            name: name, campaignArn: arn, status: status.rawValue, creationDateTime: creationDateTime,
            lastUpdatedDateTime: lastUpdatedDateTime, failureReason: header.failureReason)
    }
}
