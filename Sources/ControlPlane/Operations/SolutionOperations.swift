import GRDB
package import PersonalizeAPI
import Recipes

extension ControlPlane {
    package func createSolution(_ input: CreateSolutionRequest) async throws -> CreateSolutionResponse {
        guard input.performAutoML != true else {
            throw PersonalizeError.invalidInput(
                "performAutoML is not supported by this version; name a recipe with recipeArn.")
        }
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
        let sensitivity = input.solutionConfig?.optimizationObjective?.objectiveSensitivity ?? "OFF"
        guard sensitivity == "OFF" else {
            throw PersonalizeError.invalidInput(
                "solutionConfig.optimizationObjective.objectiveSensitivity is \(sensitivity); the recipes of this version "
                    + "rank by relevance alone: use OFF.")
        }
        if input.performHPO == true || input.solutionConfig?.hpoConfig != nil {
            _ = try TuningPlan(input.solutionConfig?.hpoConfig, recipe: recipe)
        }
        _ = try EventSelection(
            eventType: input.eventType, threshold: input.solutionConfig?.eventValueThreshold,
            events: input.solutionConfig?.eventsConfig)
        try TrainingSchedule.check(
            input.solutionConfig?.autoTrainingConfig, performAutoTraining: input.performAutoTraining ?? true,
            at: "solutionConfig.autoTrainingConfig")
        let solution = SolutionResource(
            header: header(.solution, name: input.name), datasetGroupArn: input.datasetGroupArn,
            recipeArn: recipeArn, eventType: input.eventType, performHPO: input.performHPO ?? false,
            performAutoML: input.performAutoML ?? false, performAutoTraining: input.performAutoTraining ?? true,
            performIncrementalUpdate: input.performIncrementalUpdate ?? false, configuration: input.solutionConfig)
        try await create(solution, tags: input.tags, job: .activate) { [settings] database in
            let group: DatasetGroupResource = try ResourceStore.get(input.datasetGroupArn, in: database)
            try Self.checkIsActive(group)
            try TrainingColumns.check(
                input.solutionConfig?.trainingDataConfig, group: group.arn, limits: settings.datasetLimits,
                at: "solutionConfig.trainingDataConfig", in: database)
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

    func recipe(_ arn: String) throws -> Recipes.Recipe {
        guard let recipe = recipes.recipe(arn: arn) else {
            throw PersonalizeError.notFound("Could not find recipe with Arn \(arn).")
        }
        return recipe
    }
}
