/// The kinds of resource, named as in their ARNs.
package enum ResourceKind: String, Codable, Sendable {
    case schema
    case datasetGroup = "dataset-group"
    case dataset
    case datasetImportJob = "dataset-import-job"
    case solution
    /// Shares the ARN prefix of its solution: `solution/NAME/ID`.
    case solutionVersion = "solution-version"
    case campaign
    case recommender
    case filter
    case eventTracker = "event-tracker"
    case datasetExportJob = "dataset-export-job"
    case dataDeletionJob = "data-deletion-job"
    case batchInferenceJob = "batch-inference-job"
    case batchSegmentJob = "batch-segment-job"
    case metricAttribution = "metric-attribution"

    var resourceType: any Resource.Type {
        switch self {
        case .schema: SchemaResource.self
        case .datasetGroup: DatasetGroupResource.self
        case .dataset: DatasetResource.self
        case .datasetImportJob: DatasetImportJobResource.self
        case .solution: SolutionResource.self
        case .solutionVersion: SolutionVersionResource.self
        case .campaign: CampaignResource.self
        case .recommender: RecommenderResource.self
        case .filter: FilterResource.self
        case .eventTracker: EventTrackerResource.self
        case .datasetExportJob: DatasetExportJobResource.self
        case .dataDeletionJob: DataDeletionJobResource.self
        case .batchInferenceJob: BatchInferenceJobResource.self
        case .batchSegmentJob: BatchSegmentJobResource.self
        case .metricAttribution: MetricAttributionResource.self
        }
    }

    /// Whether resources of the kind can have tags.
    var isTaggable: Bool { self != .schema && self != .metricAttribution }

    /// Whether resources of the kind give recommendations, each with a recommendationId.
    var givesAnswers: Bool { self == .campaign || self == .recommender }

    /// How a message names the kind.
    var noun: String {
        switch self {
        case .schema: "schema"
        case .datasetGroup: "dataset group"
        case .dataset: "dataset"
        case .datasetImportJob: "dataset import job"
        case .solution: "solution"
        case .solutionVersion: "solution version"
        case .campaign: "campaign"
        case .recommender: "recommender"
        case .filter: "filter"
        case .eventTracker: "event tracker"
        case .datasetExportJob: "dataset export job"
        case .dataDeletionJob: "data deletion job"
        case .batchInferenceJob: "batch inference job"
        case .batchSegmentJob: "batch segment job"
        case .metricAttribution: "metric attribution"
        }
    }
}
