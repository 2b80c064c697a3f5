import Datasets
import GRDB
package import PersonalizeAPI

extension ControlPlane {
    package func createDatasetImportJob(
        _ input: CreateDatasetImportJobRequest
    ) async throws -> CreateDatasetImportJobResponse {
        guard let location = input.dataSource.dataLocation else {
            throw PersonalizeError.invalidInput("dataSource.dataLocation is missing.")
        }
        try Self.checkLocation(location, at: "dataSource.dataLocation")
        let job = DatasetImportJobResource(
            header: header(.datasetImportJob, name: input.jobName), datasetArn: input.datasetArn,
            dataLocation: location, roleArn: input.roleArn, importMode: input.importMode ?? "FULL",
            publishAttributionMetricsToS3: input.publishAttributionMetricsToS3)
        try await create(job, tags: input.tags, job: .importDataset) { database in
            let dataset: DatasetResource = try ResourceStore.get(input.datasetArn, in: database)
            try Self.checkIsUsable(dataset)
            if job.publishAttributionMetricsToS3 == true { try self.checkCanPublishMetrics(of: dataset, in: database) }
            if job.importMode == "INCREMENTAL", dataset.bulkData == nil {
                let imports = try ResourceStore.list(
                    DatasetImportJobResource.self, referencing: dataset.arn, in: database)
                guard imports.contains(where: { $0.resource.status.isBeingCreated }) else {
                    throw PersonalizeError.invalidInput(
                        "The dataset \(dataset.arn) has no bulk data yet; its first import must have importMode FULL.")
                }
            }
        }
        return CreateDatasetImportJobResponse(datasetImportJobArn: job.arn)
    }

    package func describeDatasetImportJob(
        _ input: DescribeDatasetImportJobRequest
    ) async throws -> DescribeDatasetImportJobResponse {
        let job: DatasetImportJobResource = try await describe(input.datasetImportJobArn)
        return DescribeDatasetImportJobResponse(datasetImportJob: job.wire)
    }

    package func listDatasetImportJobs(
        _ input: ListDatasetImportJobsRequest
    ) async throws -> ListDatasetImportJobsResponse {
        let page = try await page(
            of: DatasetImportJobResource.self, referencing: input.datasetArn, nextToken: input.nextToken,
            maxResults: input.maxResults)
        return ListDatasetImportJobsResponse(
            datasetImportJobs: page.items.map(\.summary), nextToken: page.nextToken)
    }

    /// Reports are about interactions, and go where the group's metric attribution says.
    private func checkCanPublishMetrics(of dataset: DatasetResource, in database: Database) throws {
        guard dataset.datasetType == DatasetType.interactions.rawValue else {
            throw PersonalizeError.invalidInput(
                "publishAttributionMetricsToS3 is true, but the dataset \(dataset.arn) is of the type "
                    + "\(dataset.datasetType); metrics are reported of INTERACTIONS.")
        }
        let attributions = try ResourceStore.list(
            MetricAttributionResource.self, referencing: dataset.datasetGroupArn, in: database)
        guard attributions.contains(where: { $0.resource.output.s3DataDestination != nil }) else {
            throw PersonalizeError.invalidInput(
                "publishAttributionMetricsToS3 is true, but the dataset group \(dataset.datasetGroupArn) has no metric "
                    + "attribution with metricsOutputConfig.s3DataDestination.")
        }
    }
}
