package import PersonalizeAPI

extension ControlPlane {
    package func createSolutionVersion(
        _ input: CreateSolutionVersionRequest
    ) async throws -> CreateSolutionVersionResponse {
        guard input.trainingMode == nil || input.trainingMode == "FULL" else {
            throw PersonalizeError.invalidInput(
                "trainingMode \(input.trainingMode ?? "") is not supported by this version; use FULL.")
        }
        let solution: SolutionResource = try await describe(input.solutionArn)
        let identifier = input.name ?? identifiers.short()
        let version = SolutionVersionResource(
            header: header(.solutionVersion, name: identifier, path: "\(solution.name)/\(identifier)"),
            givenName: input.name, solutionArn: solution.arn, datasetGroupArn: solution.datasetGroupArn,
            recipeArn: solution.recipeArn, eventType: solution.eventType, performHPO: solution.performHPO,
            performAutoML: solution.performAutoML, configuration: solution.configuration,
            trainingMode: input.trainingMode ?? "FULL")
        try await create(version, tags: input.tags, job: .train) { database in
            let solution: SolutionResource = try ResourceStore.get(input.solutionArn, in: database)
            try Self.checkIsUsable(solution)
        }
        return CreateSolutionVersionResponse(solutionVersionArn: version.arn)
    }

    package func describeSolutionVersion(
        _ input: DescribeSolutionVersionRequest
    ) async throws -> DescribeSolutionVersionResponse {
        let version: SolutionVersionResource = try await describe(input.solutionVersionArn)
        return DescribeSolutionVersionResponse(solutionVersion: version.wire)
    }

    package func listSolutionVersions(
        _ input: ListSolutionVersionsRequest
    ) async throws -> ListSolutionVersionsResponse {
        if let arn = input.solutionArn { _ = try await describe(arn, as: SolutionResource.self) }
        let page = try await page(
            of: SolutionVersionResource.self, referencing: input.solutionArn, nextToken: input.nextToken,
            maxResults: input.maxResults)
        return ListSolutionVersionsResponse(
            solutionVersions: page.items.map(\.summary), nextToken: page.nextToken)
    }

    package func getSolutionMetrics(_ input: GetSolutionMetricsRequest) async throws -> GetSolutionMetricsResponse {
        let version: SolutionVersionResource = try await describe(input.solutionVersionArn)
        try Self.checkIsActive(version)
        return GetSolutionMetricsResponse(
            solutionVersionArn: version.arn, metrics: version.outcome?.metrics ?? [:])
    }
}
