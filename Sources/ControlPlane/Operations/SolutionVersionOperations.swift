import GRDB
package import PersonalizeAPI
import Recipes

extension ControlPlane {
    package func createSolutionVersion(
        _ input: CreateSolutionVersionRequest
    ) async throws -> CreateSolutionVersionResponse {
        let version = try await addVersion(
            to: input.solutionArn, name: input.name, mode: input.trainingMode ?? TrainingMode.full,
            trainingType: .manual, tags: input.tags)
        return CreateSolutionVersionResponse(solutionVersionArn: version.arn)
    }

    /// Adds a version of a solution and the job that trains it.
    ///
    /// - Parameter performIncrementalUpdate: Whether the solution keeps itself up to date and asks for the version.
    func addVersion(
        to solutionArn: String, name: String?, mode: String, trainingType: TrainingType,
        performIncrementalUpdate: Bool = false, tags: [Tag]?
    ) async throws -> SolutionVersionResource {
        let solution: SolutionResource = try await describe(solutionArn)
        let identifier = name ?? identifiers.short()
        let version = SolutionVersionResource(
            header: header(.solutionVersion, name: identifier, path: "\(solution.name)/\(identifier)"),
            givenName: name, solutionArn: solution.arn, datasetGroupArn: solution.datasetGroupArn,
            recipeArn: solution.recipeArn ?? "", eventType: solution.eventType, performHPO: solution.performHPO,
            performAutoML: solution.performAutoML, configuration: solution.configuration,
            trainingMode: mode, performIncrementalUpdate: performIncrementalUpdate, trainingType: trainingType)
        try await create(version, tags: tags, job: .train) { [recipes] database in
            let solution: SolutionResource = try ResourceStore.get(solutionArn, in: database)
            try Self.checkIsUsable(solution)
            if mode == TrainingMode.update, !performIncrementalUpdate {
                try Self.checkTakesUpdates(solution, recipes: recipes, in: database)
            }
        }
        return version
    }

    /// The rules of the training mode UPDATE (API reference, "CreateSolutionVersion").
    private static func checkTakesUpdates(
        _ solution: SolutionResource, recipes: RecipeCatalogue, in database: Database
    ) throws {
        let versions = try ResourceStore.list(SolutionVersionResource.self, referencing: solution.arn, in: database)
            .map(\.resource)
        let full = versions.last { $0.status == .active && $0.isFull }
        guard let arn = solution.recipeArn ?? full?.recipeArn, let recipe = recipes.recipe(arn: arn) else {
            throw PersonalizeError.invalidInput("trainingMode is UPDATE, but the solution has no ACTIVE version.")
        }
        guard recipe.takesUpdates else {
            throw PersonalizeError.invalidInput(
                "trainingMode is UPDATE, which the recipe \(recipe.arn) does not have; use FULL.")
        }
        guard full != nil else {
            throw PersonalizeError.invalidInput(
                "trainingMode is UPDATE, but the solution \(solution.arn) has no ACTIVE version that was trained with FULL."
            )
        }
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
