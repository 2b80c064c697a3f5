package import PersonalizeAPI

package struct SolutionResource: Resource {
    package static let kind = ResourceKind.solution
    package var header: ResourceHeader
    let datasetGroupArn: String
    /// Nil when each training chooses a recipe.
    let recipeArn: String?
    let eventType: String?
    let performHPO: Bool
    let performAutoML: Bool
    /// What the newest training that chose a recipe chose.
    var bestRecipeArn: String?
    var performAutoTraining: Bool
    var performIncrementalUpdate: Bool
    var configuration: SolutionConfig?
    /// The newest update; nil before the first.
    var update: SolutionUpdate?

    package var references: [String] { [datasetGroupArn] }

    func wire(latestVersion: SolutionVersionSummary?) -> Solution {
        .init(
            name: name, solutionArn: arn, performHPO: performHPO, performAutoML: performAutoML,
            performAutoTraining: performAutoTraining, performIncrementalUpdate: performIncrementalUpdate,
            recipeArn: recipeArn, datasetGroupArn: datasetGroupArn, eventType: eventType,
            solutionConfig: configuration,
            autoMLResult: bestRecipeArn.map { AutoMLResult(bestRecipeArn: $0) }, status: status.rawValue,
            creationDateTime: creationDateTime, lastUpdatedDateTime: lastUpdatedDateTime,
            latestSolutionVersion: latestVersion,
            latestSolutionUpdate: update?.wire)
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
    /// Empty until the training has chosen one, when the solution has none.
    package internal(set) var recipeArn: String
    let eventType: String?
    let performHPO: Bool
    let performAutoML: Bool
    let configuration: SolutionConfig?
    let trainingMode: String
    /// Whether the solution keeps itself up to date and made the version for that. Nil in old versions.
    var performIncrementalUpdate: Bool?
    /// Nil in versions of before there were automatic ones.
    var trainingType: TrainingType?
    /// Set when the version is ACTIVE.
    var outcome: TrainingOutcome?

    package var references: [String] { [solutionArn, datasetGroupArn] }

    var wire: SolutionVersion {
        .init(
            name: givenName, solutionVersionArn: arn, solutionArn: solutionArn, performHPO: performHPO,
            performAutoML: performAutoML, performIncrementalUpdate: performIncrementalUpdate ?? false,
            recipeArn: recipeArn.isEmpty ? nil : recipeArn, eventType: eventType,
            datasetGroupArn: datasetGroupArn, solutionConfig: configuration, trainingHours: outcome?.trainingHours,
            trainingMode: trainingMode,
            tunedHPOParams: outcome?.tunedHyperparameters.map { TunedHPOParams(algorithmHyperParameters: $0) },
            status: status.rawValue, failureReason: header.failureReason,
            creationDateTime: creationDateTime, lastUpdatedDateTime: lastUpdatedDateTime,
            trainingType: (trainingType ?? .manual).rawValue)
    }

    var summary: SolutionVersionSummary {
        .init(
            solutionVersionArn: arn, status: status.rawValue, trainingMode: trainingMode,
            trainingType: (trainingType ?? .manual).rawValue,
            creationDateTime: creationDateTime, lastUpdatedDateTime: lastUpdatedDateTime,
            failureReason: header.failureReason)
    }
}

/// The scope of a training, in the words of the API reference.
enum TrainingMode {
    /// Learns everything from all data.
    static let full = "FULL"
    /// Takes new data into the latest model.
    static let update = "UPDATE"
    /// What automatic training makes: as ``full``.
    static let automatic = "AUTOTRAIN"
}

extension SolutionVersionResource {
    /// Whether everything was, or is to be, learned from all data.
    var isFull: Bool { trainingMode != TrainingMode.update }
}

/// Who asked for a training.
package enum TrainingType: String, Codable, Sendable {
    case manual = "MANUAL"
    case automatic = "AUTOMATIC"
}

/// What a finished training left behind.
package struct TrainingOutcome: Codable, Sendable, Equatable {
    /// Relative to the folder of models in the data directory.
    let modelDirectory: String
    let metrics: [String: Double]
    /// Time spent, in hours.
    let trainingHours: Double
    /// What tuning chose; nil when nothing was tuned.
    var tunedHyperparameters: [String: String]?
    /// What the datasets held; nil in versions of before it was noted.
    var dataMark: TrainingDataMark?
}

package struct CampaignResource: Resource {
    package static let kind = ResourceKind.campaign
    package var header: ResourceHeader
    package internal(set) var solutionVersionArn: String
    /// The solution of the version, by which campaigns are listed.
    let solutionArn: String
    var minProvisionedTPS: Int
    package internal(set) var configuration: CampaignConfig?
    /// The newest update that was asked for; nil before the first.
    var update: CampaignUpdate?

    package var references: [String] { [solutionVersionArn, solutionArn] }

    var wire: Campaign {
        .init(
            name: name, campaignArn: arn, solutionVersionArn: solutionVersionArn,
            minProvisionedTPS: minProvisionedTPS, campaignConfig: configuration, status: status.rawValue,
            failureReason: header.failureReason, creationDateTime: creationDateTime,
            lastUpdatedDateTime: lastUpdatedDateTime, latestCampaignUpdate: update?.wire)
    }

    var summary: CampaignSummary {
        .init(
            name: name, campaignArn: arn, status: status.rawValue, creationDateTime: creationDateTime,
            lastUpdatedDateTime: lastUpdatedDateTime, failureReason: header.failureReason)
    }
}
