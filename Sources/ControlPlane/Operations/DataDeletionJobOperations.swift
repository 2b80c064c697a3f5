package import PersonalizeAPI

extension ControlPlane {
    package func createDataDeletionJob(
        _ input: CreateDataDeletionJobRequest
    ) async throws -> CreateDataDeletionJobResponse {
        guard let location = input.dataSource.dataLocation else {
            throw PersonalizeError.invalidInput("dataSource.dataLocation is missing.")
        }
        try Self.checkLocation(location, at: "dataSource.dataLocation")
        let job = DataDeletionJobResource(
            header: header(.dataDeletionJob, name: input.jobName), datasetGroupArn: input.datasetGroupArn,
            dataLocation: location, roleArn: input.roleArn)
        try await create(job, tags: input.tags, job: .deleteUsers) { database in
            let group: DatasetGroupResource = try ResourceStore.get(input.datasetGroupArn, in: database)
            try Self.checkIsActive(group)
        }
        return CreateDataDeletionJobResponse(dataDeletionJobArn: job.arn)
    }

    package func describeDataDeletionJob(
        _ input: DescribeDataDeletionJobRequest
    ) async throws -> DescribeDataDeletionJobResponse {
        let job: DataDeletionJobResource = try await describe(input.dataDeletionJobArn)
        return DescribeDataDeletionJobResponse(dataDeletionJob: job.wire)
    }

    package func listDataDeletionJobs(
        _ input: ListDataDeletionJobsRequest
    ) async throws -> ListDataDeletionJobsResponse {
        let page = try await page(
            of: DataDeletionJobResource.self, referencing: input.datasetGroupArn, nextToken: input.nextToken,
            maxResults: input.maxResults)
        return ListDataDeletionJobsResponse(dataDeletionJobs: page.items.map(\.summary), nextToken: page.nextToken)
    }
}
