import GRDB
package import PersonalizeAPI
import Recipes

extension ControlPlane {
    /// Changes what later versions of a solution are trained with; those in the making are not touched.
    package func updateSolution(_ input: UpdateSolutionRequest) async throws -> UpdateSolutionResponse {
        try await database.pool.write { [clock, recipes] database in
            var solution: SolutionResource = try ResourceStore.get(input.solutionArn, in: database)
            try Self.checkIsActive(solution)
            let performs = input.performAutoTraining ?? solution.performAutoTraining
            if input.performIncrementalUpdate == true {
                guard let recipe = solution.recipeArn.flatMap({ recipes.recipe(arn: $0) }) else {
                    throw PersonalizeError.invalidInput(
                        "performIncrementalUpdate needs a solution with a recipe; \(solution.arn) searches for one.")
                }
                try Self.checkTakesIncrementalUpdates(recipe)
            }
            let configuration = input.solutionUpdateConfig
            try TrainingSchedule.check(
                configuration?.autoTrainingConfig, performAutoTraining: performs,
                at: "solutionUpdateConfig.autoTrainingConfig")
            if let events = configuration?.eventsConfig {
                let threshold = solution.configuration?.eventValueThreshold
                _ = try EventSelection(eventType: solution.eventType, threshold: threshold, events: events)
            }
            solution.performAutoTraining = performs
            solution.performIncrementalUpdate = input.performIncrementalUpdate ?? solution.performIncrementalUpdate
            if let configuration {
                var changed = solution.configuration ?? SolutionConfig()
                changed.autoTrainingConfig = configuration.autoTrainingConfig ?? changed.autoTrainingConfig
                changed.eventsConfig = configuration.eventsConfig ?? changed.eventsConfig
                solution.configuration = changed
            }
            let now = clock()
            solution.header.lastUpdated = now
            solution.update = SolutionUpdate(
                performAutoTraining: solution.performAutoTraining,
                performIncrementalUpdate: solution.performIncrementalUpdate, configuration: configuration, created: now)
            try ResourceStore.update(solution, in: database)
        }
        return UpdateSolutionResponse(solutionArn: input.solutionArn)
    }
}
