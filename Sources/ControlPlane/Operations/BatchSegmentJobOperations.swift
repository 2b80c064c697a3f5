import Filters
package import PersonalizeAPI
import Recipes

extension ControlPlane {
    /// The most users of a segment (API reference, "CreateBatchSegmentJob").
    static let maximumSegmentUsers = 5_000_000

    package func createBatchSegmentJob(
        _ input: CreateBatchSegmentJobRequest
    ) async throws -> CreateBatchSegmentJobResponse {
        try Self.checkLocation(input.jobInput.s3DataSource.path, at: "jobInput.s3DataSource.path")
        try Self.checkLocation(input.jobOutput.s3DataDestination.path, at: "jobOutput.s3DataDestination.path")
        try Self.checkResultCount(input.numResults, maximum: Self.maximumSegmentUsers)
        let version: SolutionVersionResource = try await describe(input.solutionVersionArn)
        guard try recipe(version.recipeArn).recipeType == .userSegmentation else {
            throw PersonalizeError.invalidInput(
                "The recipe \(version.recipeArn) makes no segments of users; use aws-item-affinity or "
                    + "aws-item-attribute-affinity.")
        }
        let job = BatchSegmentJobResource(
            header: header(.batchSegmentJob, name: input.jobName), solutionVersionArn: version.arn,
            solutionArn: version.solutionArn, filterArn: input.filterArn, resultCount: input.numResults,
            input: input.jobInput.s3DataSource, output: input.jobOutput.s3DataDestination, roleArn: input.roleArn)
        try await create(job, tags: input.tags, job: .segmentUsers) { database in
            let version: SolutionVersionResource = try ResourceStore.get(version.arn, in: database)
            try Self.checkIsActive(version)
            try Self.checkIsActive(try ResourceStore.get(version.solutionArn, as: SolutionResource.self, in: database))
            try Self.checkFilter(of: job, lists: .user, of: version, in: database)
        }
        return CreateBatchSegmentJobResponse(batchSegmentJobArn: job.arn)
    }

    package func describeBatchSegmentJob(
        _ input: DescribeBatchSegmentJobRequest
    ) async throws -> DescribeBatchSegmentJobResponse {
        let job: BatchSegmentJobResource = try await describe(input.batchSegmentJobArn)
        return DescribeBatchSegmentJobResponse(batchSegmentJob: job.wire)
    }

    package func listBatchSegmentJobs(
        _ input: ListBatchSegmentJobsRequest
    ) async throws -> ListBatchSegmentJobsResponse {
        let page = try await page(
            of: BatchSegmentJobResource.self, referencing: input.solutionVersionArn, nextToken: input.nextToken,
            maxResults: input.maxResults)
        return ListBatchSegmentJobsResponse(batchSegmentJobs: page.items.map(\.summary), nextToken: page.nextToken)
    }
}
