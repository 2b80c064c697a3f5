package import PersonalizeAPI

extension ControlPlane {
    package func createSolutionVersion(
        _ input: CreateSolutionVersionRequest
    ) async throws -> CreateSolutionVersionResponse {
        guard input.trainingMode == nil || input.trainingMode == "FULL" else {
            throw PersonalizeError.invalidInput(
                "trainingMode \(input.trainingMode ?? "") is not supported by this version; use FULL.")
        }
        let version = try await addVersion(
            to: input.solutionArn, name: input.name, trainingType: .manual, tags: input.tags)
        return CreateSolutionVersionResponse(solutionVersionArn: version.arn)
    }

    /// Adds a version of a solution and the job that trains it.
    func addVersion(
        to solutionArn: String, name: String?, trainingType: TrainingType, tags: [Tag]?
    ) async throws -> SolutionVersionResource {
        let solution: SolutionResource = try await describe(solutionArn)
        let identifier = name ?? identifiers.short()
        let version = SolutionVersionResource(
            header: header(.solutionVersion, name: identifier, path: "\(solution.name)/\(identifier)"),
            givenName: name, solutionArn: solution.arn, datasetGroupArn: solution.datasetGroupArn,
            recipeArn: solution.recipeArn, eventType: solution.eventType, performHPO: solution.performHPO,
            performAutoML: solution.performAutoML, configuration: solution.configuration,
            trainingMode: "FULL", trainingType: trainingType)
        try await create(version, tags: tags, job: .train) { database in
            let solution: SolutionResource = try ResourceStore.get(solutionArn, in: database)
            try Self.checkIsUsable(solution)
        }
        return version
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
