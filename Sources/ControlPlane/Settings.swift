package import Datasets

/// What an operator may set.
package struct ControlPlaneSettings: Sendable {
    package var region = "us-east-1"
    /// Twelve digits.
    package var account = "123456789012"
    /// Minimums and limits of imported data and of training.
    package var datasetLimits = DatasetLimits()
    package var quotas = Quotas()
    /// Bytes that one training may take beside the data; nil takes half of the machine's memory.
    package var trainingMemoryLimit: Int?
    /// Items on a page when a request does not say.
    package var pageSize = 100

    package init() {}
}

/// How many resources of a kind an account may have.
///
/// Defaults are those of the developer guide, "Amazon Personalize endpoints and quotas".
package struct Quotas: Sendable {
    package var schemas = 500
    package var datasetGroups = 500
    package var datasets = 500
    /// Solutions in one dataset group.
    package var solutions = 10
    package var campaigns = 5
    package var recommenders = 5
    /// Filters in one dataset group.
    package var filters = 10
    /// Distinct fields of datasets in one filter.
    package var filterFields = 10
    /// Distinct fields of datasets in all filters of a dataset group.
    package var datasetGroupFilterFields = 20
    /// How many of a user's newest events of each type a filter looks at.
    package var filterEventsPerType = 100
    /// Solution versions that wait for their training or are being trained.
    package var pendingSolutionVersions = 20
    package var pendingBatchInferenceJobs = 5
    package var pendingBatchSegmentJobs = 5
    /// Input files of one batch job.
    package var batchInputFiles = 1000
    /// Bytes of all input files of one batch job.
    package var batchInputBytes = 1 << 30
    /// Items of one batch inference job that generates themes.
    package var themedItems = 100
    /// Lines of one batch segment job of the recipe aws-item-affinity.
    package var segmentItems = 500
    /// Lines of one batch segment job of the recipe aws-item-attribute-affinity.
    package var segmentAttributeQueries = 10
    /// Metrics in one metric attribution.
    package var attributedMetrics = 10
    /// Distinct sources of the events that a metric attribution reports on.
    package var eventAttributionSources = 100

    package init() {}

    func limit(of kind: ResourceKind) -> Int? {
        switch kind {
        case .schema: schemas
        case .datasetGroup: datasetGroups
        case .dataset: datasets
        case .campaign: campaigns
        case .recommender: recommenders
        case .datasetImportJob, .solution, .solutionVersion, .filter: nil
        case .eventTracker, .datasetExportJob, .dataDeletionJob: nil
        case .batchInferenceJob, .batchSegmentJob: nil
        case .metricAttribution: nil
        }
    }

    /// How many resources of the kind may be in the making at once.
    func limitOfPending(_ kind: ResourceKind) -> Int? {
        switch kind {
        case .solutionVersion: pendingSolutionVersions
        case .batchInferenceJob: pendingBatchInferenceJobs
        case .batchSegmentJob: pendingBatchSegmentJobs
        default: nil
        }
    }
}
