import GRDB
package import PersonalizeAPI
import Recipes

extension ControlPlane {
    package func createSolution(_ input: CreateSolutionRequest) async throws -> CreateSolutionResponse {
        let searchesRecipe = input.performAutoML == true
        if searchesRecipe { try checkRecipeSearch(input) } else { try checkRecipe(input) }
        let configuration = searchesRecipe ? RecipeSearch.configuration(input.solutionConfig) : input.solutionConfig
        try TrainingSchedule.check(
            input.solutionConfig?.autoTrainingConfig, performAutoTraining: input.performAutoTraining ?? true,
            at: "solutionConfig.autoTrainingConfig")
        let solution = SolutionResource(
            header: header(.solution, name: input.name), datasetGroupArn: input.datasetGroupArn,
            recipeArn: input.recipeArn, eventType: input.eventType,
            performHPO: searchesRecipe || input.performHPO ?? false, performAutoML: searchesRecipe,
            performAutoTraining: input.performAutoTraining ?? true,
            performIncrementalUpdate: input.performIncrementalUpdate ?? false, configuration: input.solutionConfig)
        try await create(solution, tags: input.tags, job: .activate) { [settings] database in
            let group: DatasetGroupResource = try ResourceStore.get(input.datasetGroupArn, in: database)
            try Self.checkIsActive(group)
            try TrainingColumns.check(
                configuration?.trainingDataConfig, group: group.arn, limits: settings.datasetLimits,
                at: "solutionConfig.trainingDataConfig", in: database)
            try OptimizationObjectives.check(
                configuration, group: group.arn, limits: settings.datasetLimits, in: database)
            try Self.checkSolutionQuota(settings.quotas.solutions, group: group.arn, in: database)
        }
        return CreateSolutionResponse(solutionArn: solution.arn)
    }

    package func describeSolution(_ input: DescribeSolutionRequest) async throws -> DescribeSolutionResponse {
        let (solution, latest) = try await database.pool.read { database in
            let solution: SolutionResource = try ResourceStore.get(input.solutionArn, in: database)
            let versions = try ResourceStore.list(
                SolutionVersionResource.self, referencing: solution.arn, in: database)
            return (solution, versions.last?.resource)
        }
        return DescribeSolutionResponse(solution: solution.wire(latestVersion: latest?.summary))
    }

    package func listSolutions(_ input: ListSolutionsRequest) async throws -> ListSolutionsResponse {
        let page = try await page(
            of: SolutionResource.self, referencing: input.datasetGroupArn, nextToken: input.nextToken,
            maxResults: input.maxResults)
        return ListSolutionsResponse(solutions: page.items.map(\.summary), nextToken: page.nextToken)
    }

    /// Deletes the solution with all its versions.
    package func deleteSolution(_ input: DeleteSolutionRequest) async throws -> NoOutput {
        try await delete(input.solutionArn, as: SolutionResource.self) { solution, database in
            if let campaign = try ResourceStore.references(to: solution.arn, from: .campaign, in: database).first {
                throw PersonalizeError.inUse("The solution \(solution.arn) is in use by the campaign \(campaign).")
            }
            let versions = try ResourceStore.list(
                SolutionVersionResource.self, referencing: solution.arn, in: database)
            if let training = versions.first(where: { $0.resource.status.isBeingCreated }) {
                throw PersonalizeError.inUse("The solution version \(training.resource.arn) is being trained.")
            }
            try Self.checkHasNoUnfinishedBatchJob(solution, in: database)
        }
        return NoOutput()
    }

    private func checkRecipe(_ input: CreateSolutionRequest) throws {
        guard let recipeArn = input.recipeArn else {
            throw PersonalizeError.invalidInput("recipeArn is required when performAutoML is not true.")
        }
        let recipe = try recipe(recipeArn)
        guard recipe.useCase == nil else {
            throw PersonalizeError.invalidInput(
                "The recipe \(recipe.arn) is for recommenders; use CreateRecommender, or a custom recipe.")
        }
        do {
            try recipe.check(
                hyperparameters: input.solutionConfig?.algorithmHyperParameters ?? [:],
                featureTransformationParameters: input.solutionConfig?.featureTransformationParameters ?? [:])
        } catch {
            throw PersonalizeError.invalidInput("solutionConfig: \(error)")
        }
        if OptimizationObjectives.asked(input.solutionConfig) != nil, !recipe.takesObjective {
            throw PersonalizeError.invalidInput(
                "solutionConfig.optimizationObjective is given, but the recipe \(recipe.arn) takes no objective.")
        }
        if input.performHPO == true || input.solutionConfig?.hpoConfig != nil {
            _ = try TuningPlan(input.solutionConfig?.hpoConfig, recipe: recipe)
        }
        if input.performIncrementalUpdate == true { try Self.checkTakesIncrementalUpdates(recipe) }
        _ = try EventSelection(
            eventType: input.eventType, threshold: input.solutionConfig?.eventValueThreshold,
            events: input.solutionConfig?.eventsConfig)
    }

    /// The rules of `performAutoML` (API reference, "CreateSolution").
    private func checkRecipeSearch(_ input: CreateSolutionRequest) throws {
        guard input.recipeArn == nil else {
            throw PersonalizeError.invalidInput("recipeArn must be omitted when performAutoML is true.")
        }
        guard input.performHPO != false else {
            throw PersonalizeError.invalidInput("performHPO must not be false when performAutoML is true.")
        }
        guard input.performIncrementalUpdate != true else {
            throw PersonalizeError.invalidInput(
                "performIncrementalUpdate needs a solution with a recipe, but performAutoML is true.")
        }
        _ = try RecipeSearch(input.solutionConfig?.autoMLConfig, catalogue: recipes)
    }

    static func checkTakesIncrementalUpdates(_ recipe: Recipes.Recipe) throws {
        guard recipe.takesIncrementalUpdates else {
            throw PersonalizeError.invalidInput(
                "performIncrementalUpdate is true, but the recipe \(recipe.arn) takes no incremental updates.")
        }
    }

    /// Solutions that could not be created, or are being deleted, do not count.
    private static func checkSolutionQuota(_ quota: Int, group: String, in database: Database) throws {
        let solutions = try ResourceStore.list(SolutionResource.self, referencing: group, in: database)
        guard solutions.count(where: { $0.resource.status == .active || $0.resource.status.isBeingCreated }) < quota
        else {
            throw PersonalizeError.limitExceeded("The dataset group \(group) already has \(quota) solutions.")
        }
    }

    func recipe(_ arn: String) throws -> Recipes.Recipe {
        guard let recipe = recipes.recipe(arn: arn) else {
            throw PersonalizeError.notFound("Could not find recipe with Arn \(arn).")
        }
        return recipe
    }
}
