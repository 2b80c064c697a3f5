import PersonalizeAPI

package struct EventTrackerResource: Resource {
    package static let kind = ResourceKind.eventTracker
    package var header: ResourceHeader
    let datasetGroupArn: String
    /// What a caller of PutEvents names; never changes.
    let trackingId: String
    let accountId: String

    package var references: [String] { [datasetGroupArn] }

    var wire: EventTracker {
        .init(
            name: name, eventTrackerArn: arn, accountId: accountId, trackingId: trackingId,
            datasetGroupArn: datasetGroupArn, status: status.rawValue, creationDateTime: creationDateTime,
            lastUpdatedDateTime: lastUpdatedDateTime)
    }

    var summary: EventTrackerSummary {
        .init(
            name: name, eventTrackerArn: arn, status: status.rawValue, creationDateTime: creationDateTime,
            lastUpdatedDateTime: lastUpdatedDateTime)
    }
}
