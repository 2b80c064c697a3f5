import PersonalizeAPI

package struct DatasetExportJobResource: Resource {
    package static let kind = ResourceKind.datasetExportJob
    package var header: ResourceHeader
    let datasetArn: String
    let ingestionMode: String
    let roleArn: String
    let path: String
    let kmsKeyArn: String?

    package var references: [String] { [datasetArn] }

    private var output: DatasetExportJobOutput {
        .init(s3DataDestination: S3DataConfig(path: path, kmsKeyArn: kmsKeyArn))
    }

    var wire: DatasetExportJob {
        .init(
            jobName: name, datasetExportJobArn: arn, datasetArn: datasetArn, ingestionMode: ingestionMode,
            roleArn: roleArn, status: status.rawValue, jobOutput: output, creationDateTime: creationDateTime,
            lastUpdatedDateTime: lastUpdatedDateTime, failureReason: header.failureReason)
    }

    var summary: DatasetExportJobSummary {
        .init(
            datasetExportJobArn: arn, jobName: name, status: status.rawValue, creationDateTime: creationDateTime,
            lastUpdatedDateTime: lastUpdatedDateTime, failureReason: header.failureReason)
    }
}

package struct DataDeletionJobResource: Resource {
    package static let kind = ResourceKind.dataDeletionJob
    package var header: ResourceHeader
    let datasetGroupArn: String
    let dataLocation: String
    let roleArn: String
    /// Rows and records removed; nil before the end.
    var deletedCount: Int?

    package var references: [String] { [datasetGroupArn] }

    /// Data deletion jobs have words of their own for the states.
    private var state: String {
        switch header.status {
        case .createPending: "PENDING"
        case .createInProgress: "IN_PROGRESS"
        case .createFailed: "FAILED"
        default: "COMPLETED"
        }
    }

    var wire: DataDeletionJob {
        .init(
            jobName: name, dataDeletionJobArn: arn, datasetGroupArn: datasetGroupArn,
            dataSource: DataSource(dataLocation: dataLocation), roleArn: roleArn, status: state,
            numDeleted: deletedCount, creationDateTime: creationDateTime, lastUpdatedDateTime: lastUpdatedDateTime,
            failureReason: header.failureReason)
    }

    var summary: DataDeletionJobSummary {
        .init(
            dataDeletionJobArn: arn, datasetGroupArn: datasetGroupArn, jobName: name, status: state,
            creationDateTime: creationDateTime, lastUpdatedDateTime: lastUpdatedDateTime,
            failureReason: header.failureReason)
    }
}
