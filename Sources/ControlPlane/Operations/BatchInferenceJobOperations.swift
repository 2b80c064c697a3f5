import Datasets
import Filters
import GRDB
package import PersonalizeAPI
import Recipes

extension ControlPlane {
    /// The most results that a line may have, as in GetRecommendations.
    static let maximumBatchResults = 500

    package func createBatchInferenceJob(
        _ input: CreateBatchInferenceJobRequest
    ) async throws -> CreateBatchInferenceJobResponse {
        try Self.checkLocation(input.jobInput.s3DataSource.path, at: "jobInput.s3DataSource.path")
        try Self.checkLocation(input.jobOutput.s3DataDestination.path, at: "jobOutput.s3DataDestination.path")
        try Self.checkResultCount(input.numResults, maximum: Self.maximumBatchResults)
        let exploration = input.batchInferenceJobConfig?.itemExplorationConfig
        try Self.checkExploration(exploration, at: "batchInferenceJobConfig.itemExplorationConfig")
        let mode = BatchInferenceMode(rawValue: input.batchInferenceJobMode ?? "") ?? .lists
        let version: SolutionVersionResource = try await describe(input.solutionVersionArn)
        try Self.checkInfersBatches(try recipe(version.recipeArn))
        if mode == .themes { try checkMakesThemes(version, input.themeGenerationConfig) }
        if mode == .lists, input.themeGenerationConfig != nil {
            throw PersonalizeError.invalidInput(
                "themeGenerationConfig is given, but batchInferenceJobMode is not THEME_GENERATION.")
        }
        let job = BatchInferenceJobResource(
            header: header(.batchInferenceJob, name: input.jobName), solutionVersionArn: version.arn,
            solutionArn: version.solutionArn, filterArn: input.filterArn, resultCount: input.numResults,
            input: input.jobInput.s3DataSource, output: input.jobOutput.s3DataDestination, roleArn: input.roleArn,
            configuration: input.batchInferenceJobConfig, mode: mode, themes: input.themeGenerationConfig)
        try await create(job, tags: input.tags, job: .inferBatch) { database in
            let version: SolutionVersionResource = try ResourceStore.get(version.arn, in: database)
            try Self.checkIsActive(version)
            try Self.checkIsActive(try ResourceStore.get(version.solutionArn, as: SolutionResource.self, in: database))
            try Self.checkFilter(of: job, lists: .item, of: version, in: database)
            try self.checkCategoryColumn(
                exploration, at: "batchInferenceJobConfig.itemExplorationConfig",
                datasetGroupArn: version.datasetGroupArn, in: database)
            if let themes = job.themes {
                try self.checkItems(of: version, haveFieldsFor: themes, in: database)
            }
        }
        return CreateBatchInferenceJobResponse(batchInferenceJobArn: job.arn)
    }

    package func describeBatchInferenceJob(
        _ input: DescribeBatchInferenceJobRequest
    ) async throws -> DescribeBatchInferenceJobResponse {
        let job: BatchInferenceJobResource = try await describe(input.batchInferenceJobArn)
        return DescribeBatchInferenceJobResponse(batchInferenceJob: job.wire)
    }

    package func listBatchInferenceJobs(
        _ input: ListBatchInferenceJobsRequest
    ) async throws -> ListBatchInferenceJobsResponse {
        let page = try await page(
            of: BatchInferenceJobResource.self, referencing: input.solutionVersionArn, nextToken: input.nextToken,
            maxResults: input.maxResults)
        return ListBatchInferenceJobsResponse(
            batchInferenceJobs: page.items.map(\.summary), nextToken: page.nextToken)
    }

    /// "You can't get batch recommendations with the Trending-Now or Next-Best-Action recipes" (developer guide, "Getting
    /// batch item recommendations with custom resources").
    private static func checkInfersBatches(_ recipe: Recipes.Recipe) throws {
        switch recipe.recipeType {
        case .userPersonalization, .personalizedRanking, .relatedItems: return
        case .popularItems where recipe.name != "aws-trending-now": return
        case .userSegmentation:
            throw PersonalizeError.invalidInput(
                "The recipe \(recipe.arn) makes segments of users; use CreateBatchSegmentJob.")
        case .popularItems, .personalizedActions:
            throw PersonalizeError.invalidInput("The recipe \(recipe.arn) has no batch inference jobs.")
        }
    }

    /// The requirements of developer guide, "Batch recommendations with themes from Content Generator", and an endpoint.
    private func checkMakesThemes(_ version: SolutionVersionResource, _ configuration: ThemeGenerationConfig?) throws {
        guard configuration != nil else {
            throw PersonalizeError.invalidInput(
                "themeGenerationConfig is required when batchInferenceJobMode is THEME_GENERATION.")
        }
        guard try recipe(version.recipeArn).name == "aws-similar-items" else {
            throw PersonalizeError.invalidInput(
                "batchInferenceJobMode THEME_GENERATION needs a solution version of the recipe aws-similar-items, not of "
                    + "\(version.recipeArn).")
        }
        guard textGenerator != nil else {
            throw PersonalizeError.invalidInput(
                "batchInferenceJobMode THEME_GENERATION needs an endpoint that generates text: set themes.baseURL and "
                    + "themes.model (PALATE_THEMES_BASE_URL and PALATE_THEMES_MODEL in the environment).")
        }
    }

    private func checkItems(
        of version: SolutionVersionResource, haveFieldsFor themes: ThemeGenerationConfig, in database: Database
    ) throws {
        guard let dataset = try ResourceStore.dataset(.items, ofGroup: version.datasetGroupArn, in: database) else {
            throw PersonalizeError.invalidInput(
                "THEME_GENERATION needs an items dataset with the names of the items and a textual field.")
        }
        let schema = try parsed(try ResourceStore.get(dataset.schemaArn, in: database))
        let name = themes.fieldsForThemeGeneration.itemName
        guard schema[field: name]?.type == .string else {
            throw PersonalizeError.invalidInput(
                "themeGenerationConfig.fieldsForThemeGeneration.itemName is \(name), which is not a string column of the "
                    + "items dataset.")
        }
        guard schema.fields.contains(where: \.isTextual) else {
            throw PersonalizeError.invalidInput(
                "THEME_GENERATION needs an items dataset with a textual field, such as DESCRIPTION.")
        }
    }
}
