import Datasets
package import PersonalizeAPI

extension ControlPlane {
    package func createDatasetExportJob(
        _ input: CreateDatasetExportJobRequest
    ) async throws -> CreateDatasetExportJobResponse {
        let destination = input.jobOutput.s3DataDestination
        try Self.checkLocation(destination.path, at: "jobOutput.s3DataDestination.path")
        let job = DatasetExportJobResource(
            header: header(.datasetExportJob, name: input.jobName), datasetArn: input.datasetArn,
            ingestionMode: input.ingestionMode ?? "PUT", roleArn: input.roleArn, path: destination.path,
            kmsKeyArn: destination.kmsKeyArn)
        try await create(job, tags: input.tags, job: .exportDataset) { database in
            let dataset: DatasetResource = try ResourceStore.get(input.datasetArn, in: database)
            try Self.checkIsActive(dataset)
            switch DatasetType(name: dataset.datasetType) {
            case .actions, .actionInteractions:
                throw PersonalizeError.invalidInput(
                    "The dataset \(dataset.arn) is of the type \(dataset.datasetType), which cannot be exported.")
            default: break
            }
        }
        return CreateDatasetExportJobResponse(datasetExportJobArn: job.arn)
    }

    package func describeDatasetExportJob(
        _ input: DescribeDatasetExportJobRequest
    ) async throws -> DescribeDatasetExportJobResponse {
        let job: DatasetExportJobResource = try await describe(input.datasetExportJobArn)
        return DescribeDatasetExportJobResponse(datasetExportJob: job.wire)
    }

    package func listDatasetExportJobs(
        _ input: ListDatasetExportJobsRequest
    ) async throws -> ListDatasetExportJobsResponse {
        let page = try await page(
            of: DatasetExportJobResource.self, referencing: input.datasetArn, nextToken: input.nextToken,
            maxResults: input.maxResults)
        return ListDatasetExportJobsResponse(
            datasetExportJobs: page.items.map(\.summary), nextToken: page.nextToken)
    }
}
