import Foundation
import PersonalizeAPI

/// A change to a campaign that was asked for, and how far it is.
package struct CampaignUpdate: Codable, Sendable, Equatable {
    let solutionVersionArn: String
    let minProvisionedTPS: Int
    let configuration: CampaignConfig?
    var status: ResourceStatus
    var failureReason: String?
    let created: Date
    var lastUpdated: Date

    var wire: CampaignUpdateSummary {
        .init(
            solutionVersionArn: solutionVersionArn, minProvisionedTPS: minProvisionedTPS,
            campaignConfig: configuration, status: status.rawValue, failureReason: failureReason,
            creationDateTime: Timestamp(created), lastUpdatedDateTime: Timestamp(lastUpdated))
    }
}

/// A change to a solution. It needs no work, so it is done when it is answered.
package struct SolutionUpdate: Codable, Sendable, Equatable {
    let performAutoTraining: Bool
    let performIncrementalUpdate: Bool
    let configuration: SolutionUpdateConfig?
    let created: Date

    var wire: SolutionUpdateSummary {
        .init(
            solutionUpdateConfig: configuration, status: ResourceStatus.active.rawValue,
            performAutoTraining: performAutoTraining, performIncrementalUpdate: performIncrementalUpdate,
            creationDateTime: Timestamp(created), lastUpdatedDateTime: Timestamp(created))
    }
}
