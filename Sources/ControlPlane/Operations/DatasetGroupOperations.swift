package import PersonalizeAPI

extension ControlPlane {
    package func createDatasetGroup(_ input: CreateDatasetGroupRequest) async throws -> CreateDatasetGroupResponse {
        guard (input.roleArn == nil) == (input.kmsKeyArn == nil) else {
            throw PersonalizeError.invalidInput("roleArn and kmsKeyArn are given together or not at all.")
        }
        let group = DatasetGroupResource(
            header: header(.datasetGroup, name: input.name), roleArn: input.roleArn, kmsKeyArn: input.kmsKeyArn,
            domain: input.domain)
        try await create(group, tags: input.tags, job: .activate)
        return CreateDatasetGroupResponse(datasetGroupArn: group.arn, domain: input.domain)
    }

    package func describeDatasetGroup(
        _ input: DescribeDatasetGroupRequest
    ) async throws -> DescribeDatasetGroupResponse {
        let group: DatasetGroupResource = try await describe(input.datasetGroupArn)
        return DescribeDatasetGroupResponse(datasetGroup: group.wire)
    }

    package func listDatasetGroups(_ input: ListDatasetGroupsRequest) async throws -> ListDatasetGroupsResponse {
        let page = try await page(
            of: DatasetGroupResource.self, nextToken: input.nextToken, maxResults: input.maxResults)
        return ListDatasetGroupsResponse(datasetGroups: page.items.map(\.summary), nextToken: page.nextToken)
    }

    package func deleteDatasetGroup(_ input: DeleteDatasetGroupRequest) async throws -> NoOutput {
        try await delete(input.datasetGroupArn, as: DatasetGroupResource.self) { group, database in
            for kind in [ResourceKind.dataset, .solution, .recommender, .eventTracker, .metricAttribution] {
                if let user = try ResourceStore.references(to: group.arn, from: kind, in: database).first {
                    throw PersonalizeError.inUse("The dataset group \(group.arn) still has the \(kind.noun) \(user).")
                }
            }
        }
        return NoOutput()
    }
}
