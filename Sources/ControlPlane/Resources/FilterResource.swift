import PersonalizeAPI

package struct FilterResource: Resource {
    package static let kind = ResourceKind.filter
    package var header: ResourceHeader
    let datasetGroupArn: String
    let expression: String

    package var references: [String] { [datasetGroupArn] }

    var wire: Filter {
        .init(
            name: name, filterArn: arn, creationDateTime: creationDateTime, lastUpdatedDateTime: lastUpdatedDateTime,
            datasetGroupArn: datasetGroupArn, failureReason: header.failureReason, filterExpression: expression,
            status: status.rawValue)
    }

    var summary: FilterSummary {
        .init(
            name: name, filterArn: arn, creationDateTime: creationDateTime, lastUpdatedDateTime: lastUpdatedDateTime,
            datasetGroupArn: datasetGroupArn, failureReason: header.failureReason, status: status.rawValue)
    }
}
