import ControlPlane
import PersonalizeAPI
import Serving

/// What carries out each operation that this version has.
struct OperationTable: Sendable {
    typealias Handler = @Sendable ([UInt8]) async throws -> [UInt8]

    private var handlers: [String: Handler] = [:]
    private let stages: RequestStages

    func handler(for operation: any PersonalizeOperation.Type) -> Handler? { handlers[operation.name] }

    private mutating func on<Operation: PersonalizeOperation>(
        _: Operation.Type, _ handler: @escaping @Sendable (Operation.Input) async throws -> Operation.Output
    ) {
        handlers[Operation.name] = { [stages] body in
            let input = try stages.time(.parse) { try RequestDecoder.decode(Operation.Input.self, from: body) }
            let output = try await handler(input)
            return try stages.time(.encode) { try ResponseEncoder.encode(output) }
        }
    }

    init(controlPlane: ControlPlane, recommendations: RecommendationService, stages: RequestStages) {
        self.stages = stages
        on(CreateSchema.self, controlPlane.createSchema)
        on(DescribeSchema.self, controlPlane.describeSchema)
        on(ListSchemas.self, controlPlane.listSchemas)
        on(DeleteSchema.self, controlPlane.deleteSchema)

        on(CreateDatasetGroup.self, controlPlane.createDatasetGroup)
        on(DescribeDatasetGroup.self, controlPlane.describeDatasetGroup)
        on(ListDatasetGroups.self, controlPlane.listDatasetGroups)
        on(DeleteDatasetGroup.self, controlPlane.deleteDatasetGroup)

        on(CreateDataset.self, controlPlane.createDataset)
        on(DescribeDataset.self, controlPlane.describeDataset)
        on(ListDatasets.self, controlPlane.listDatasets)
        on(DeleteDataset.self, controlPlane.deleteDataset)

        on(CreateDatasetImportJob.self, controlPlane.createDatasetImportJob)
        on(DescribeDatasetImportJob.self, controlPlane.describeDatasetImportJob)
        on(ListDatasetImportJobs.self, controlPlane.listDatasetImportJobs)

        on(DescribeRecipe.self, controlPlane.describeRecipe)
        on(ListRecipes.self, controlPlane.listRecipes)

        on(CreateSolution.self, controlPlane.createSolution)
        on(DescribeSolution.self, controlPlane.describeSolution)
        on(ListSolutions.self, controlPlane.listSolutions)
        on(DeleteSolution.self, controlPlane.deleteSolution)

        on(CreateSolutionVersion.self, controlPlane.createSolutionVersion)
        on(DescribeSolutionVersion.self, controlPlane.describeSolutionVersion)
        on(ListSolutionVersions.self, controlPlane.listSolutionVersions)
        on(GetSolutionMetrics.self, controlPlane.getSolutionMetrics)

        on(CreateCampaign.self, controlPlane.createCampaign)
        on(DescribeCampaign.self, controlPlane.describeCampaign)
        on(ListCampaigns.self, controlPlane.listCampaigns)
        on(DeleteCampaign.self, controlPlane.deleteCampaign)

        on(UpdateCampaign.self, controlPlane.updateCampaign)
        on(UpdateSolution.self, controlPlane.updateSolution)
        on(StopSolutionVersionCreation.self, controlPlane.stopSolutionVersionCreation)

        on(CreateRecommender.self, controlPlane.createRecommender)
        on(DescribeRecommender.self, controlPlane.describeRecommender)
        on(ListRecommenders.self, controlPlane.listRecommenders)
        on(UpdateRecommender.self, controlPlane.updateRecommender)
        on(StartRecommender.self, controlPlane.startRecommender)
        on(StopRecommender.self, controlPlane.stopRecommender)
        on(DeleteRecommender.self, controlPlane.deleteRecommender)

        on(CreateFilter.self, controlPlane.createFilter)
        on(DescribeFilter.self, controlPlane.describeFilter)
        on(ListFilters.self, controlPlane.listFilters)
        on(DeleteFilter.self, controlPlane.deleteFilter)

        on(TagResource.self, controlPlane.tagResource)
        on(UntagResource.self, controlPlane.untagResource)
        on(ListTagsForResource.self, controlPlane.listTagsForResource)

        on(DescribeAlgorithm.self, controlPlane.describeAlgorithm)
        on(DescribeFeatureTransformation.self, controlPlane.describeFeatureTransformation)

        on(GetRecommendations.self, recommendations.getRecommendations)

        on(CreateEventTracker.self, controlPlane.createEventTracker)
        on(DescribeEventTracker.self, controlPlane.describeEventTracker)
        on(ListEventTrackers.self, controlPlane.listEventTrackers)
        on(DeleteEventTracker.self, controlPlane.deleteEventTracker)
        on(PutEvents.self, controlPlane.putEvents)
        on(PutItems.self, controlPlane.putItems)
        on(PutUsers.self, controlPlane.putUsers)
        on(PutActions.self, controlPlane.putActions)
        on(PutActionInteractions.self, controlPlane.putActionInteractions)
        on(CreateDatasetExportJob.self, controlPlane.createDatasetExportJob)
        on(DescribeDatasetExportJob.self, controlPlane.describeDatasetExportJob)
        on(ListDatasetExportJobs.self, controlPlane.listDatasetExportJobs)
        on(CreateDataDeletionJob.self, controlPlane.createDataDeletionJob)
        on(DescribeDataDeletionJob.self, controlPlane.describeDataDeletionJob)
        on(ListDataDeletionJobs.self, controlPlane.listDataDeletionJobs)
        on(UpdateDataset.self, controlPlane.updateDataset)

        on(CreateBatchInferenceJob.self, controlPlane.createBatchInferenceJob)
        on(DescribeBatchInferenceJob.self, controlPlane.describeBatchInferenceJob)
        on(ListBatchInferenceJobs.self, controlPlane.listBatchInferenceJobs)
        on(CreateBatchSegmentJob.self, controlPlane.createBatchSegmentJob)
        on(DescribeBatchSegmentJob.self, controlPlane.describeBatchSegmentJob)
        on(ListBatchSegmentJobs.self, controlPlane.listBatchSegmentJobs)

        on(CreateMetricAttribution.self, controlPlane.createMetricAttribution)
        on(DescribeMetricAttribution.self, controlPlane.describeMetricAttribution)
        on(ListMetricAttributions.self, controlPlane.listMetricAttributions)
        on(ListMetricAttributionMetrics.self, controlPlane.listMetricAttributionMetrics)
        on(UpdateMetricAttribution.self, controlPlane.updateMetricAttribution)
        on(DeleteMetricAttribution.self, controlPlane.deleteMetricAttribution)

        on(GetPersonalizedRanking.self, recommendations.getPersonalizedRanking)
        on(GetActionRecommendations.self, recommendations.getActionRecommendations)
    }
}
