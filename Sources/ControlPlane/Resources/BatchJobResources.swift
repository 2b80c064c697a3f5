import PersonalizeAPI

/// What batch inference jobs and batch segment jobs have in common.
protocol BatchJobResource: Resource {
    var solutionVersionArn: String { get }
    var solutionArn: String { get }
    var filterArn: String? { get }
    /// Results for each line of the input; nil when the request did not say.
    var resultCount: Int? { get }
    var input: S3DataConfig { get }
    var output: S3DataConfig { get }
    var roleArn: String { get }
}

extension BatchJobResource {
    package var references: [String] { [solutionVersionArn, solutionArn] }
}

package struct BatchInferenceJobResource: BatchJobResource {
    package static let kind = ResourceKind.batchInferenceJob
    package var header: ResourceHeader
    let solutionVersionArn: String
    let solutionArn: String
    let filterArn: String?
    let resultCount: Int?
    let input: S3DataConfig
    let output: S3DataConfig
    let roleArn: String
    let configuration: BatchInferenceJobConfig?
    let mode: BatchInferenceMode
    let themes: ThemeGenerationConfig?

    var wire: BatchInferenceJob {
        .init(
            jobName: name, batchInferenceJobArn: arn, filterArn: filterArn, failureReason: header.failureReason,
            solutionVersionArn: solutionVersionArn, numResults: resultCount,
            jobInput: BatchInferenceJobInput(s3DataSource: input),
            jobOutput: BatchInferenceJobOutput(s3DataDestination: output), batchInferenceJobConfig: configuration,
            roleArn: roleArn, batchInferenceJobMode: mode.rawValue, themeGenerationConfig: themes,
            status: status.rawValue, creationDateTime: creationDateTime, lastUpdatedDateTime: lastUpdatedDateTime)
    }

    var summary: BatchInferenceJobSummary {
        .init(
            batchInferenceJobArn: arn, jobName: name, status: status.rawValue, creationDateTime: creationDateTime,
            lastUpdatedDateTime: lastUpdatedDateTime, failureReason: header.failureReason,
            solutionVersionArn: solutionVersionArn, batchInferenceJobMode: mode.rawValue)
    }
}

/// What a batch inference job makes: lists, or lists under a theme.
enum BatchInferenceMode: String, Codable, Sendable {
    case lists = "BATCH_INFERENCE"
    case themes = "THEME_GENERATION"
}

package struct BatchSegmentJobResource: BatchJobResource {
    package static let kind = ResourceKind.batchSegmentJob
    package var header: ResourceHeader
    let solutionVersionArn: String
    let solutionArn: String
    let filterArn: String?
    let resultCount: Int?
    let input: S3DataConfig
    let output: S3DataConfig
    let roleArn: String

    var wire: BatchSegmentJob {
        .init(
            jobName: name, batchSegmentJobArn: arn, filterArn: filterArn, failureReason: header.failureReason,
            solutionVersionArn: solutionVersionArn, numResults: resultCount,
            jobInput: BatchSegmentJobInput(s3DataSource: input),
            jobOutput: BatchSegmentJobOutput(s3DataDestination: output), roleArn: roleArn, status: status.rawValue,
            creationDateTime: creationDateTime, lastUpdatedDateTime: lastUpdatedDateTime)
    }

    var summary: BatchSegmentJobSummary {
        .init(
            batchSegmentJobArn: arn, jobName: name, status: status.rawValue, creationDateTime: creationDateTime,
            lastUpdatedDateTime: lastUpdatedDateTime, failureReason: header.failureReason,
            solutionVersionArn: solutionVersionArn)
    }
}
