import Foundation
import PersonalizeAPI

package struct MetricAttributionResource: Resource {
    package static let kind = ResourceKind.metricAttribution
    package var header: ResourceHeader
    let datasetGroupArn: String
    var metrics: [MetricAttribute]
    var output: MetricAttributionOutput

    package var references: [String] { [datasetGroupArn] }

    /// Names the sums: an attribution that is made anew under its name does not find the old ones.
    var key: String { "\(arn)#\(Int64((header.created.timeIntervalSince1970 * 1000).rounded()))" }

    var wire: MetricAttribution {
        .init(
            name: name, metricAttributionArn: arn, datasetGroupArn: datasetGroupArn, metricsOutputConfig: output,
            status: status.rawValue, creationDateTime: creationDateTime, lastUpdatedDateTime: lastUpdatedDateTime,
            failureReason: header.failureReason)
    }

    var summary: MetricAttributionSummary {
        .init(
            name: name, metricAttributionArn: arn, status: status.rawValue, creationDateTime: creationDateTime,
            lastUpdatedDateTime: lastUpdatedDateTime, failureReason: header.failureReason)
    }
}
