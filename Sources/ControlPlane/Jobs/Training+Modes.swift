import Evaluation
import Foundation
import GRDB
import PersonalizeAPI
import Recipes
import Recommenders

/// How a model comes to be: by a training with all that the solution asks for, or by taking new data into the model of
/// the latest version.
extension Training {
    struct Result {
        let model: TrainedModel
        let metrics: [String: Double]
        let recipeArn: String
        let tunedHyperparameters: [String: String]?
    }

    /// Chooses a recipe and hyperparameters where the solution asks for it, then trains on everybody.
    ///
    /// - Throws: ``JobFailure``, `TrainingError`, `PersonalizeError`, `CancellationError`.
    func train(_ version: SolutionVersionResource, on data: Data, options: TrainingOptions) throws -> Result {
        if version.performAutoML {
            let search = try RecipeSearch(version.configuration?.autoMLConfig, catalogue: controlPlane.recipes)
            guard
                let choice = try search.run(
                    on: data.interactions, itemCount: data.itemCount, options: options.within(0...0.8))
            else { throw JobFailure(reason: "There is no recipe to choose from.") }
            return try run(
                choice.recipe, hyperparameters: choice.hyperparameters, featureTransformationParameters: [:],
                tuned: choice.tuned, on: data, options: options.within(0.8...1))
        }
        guard let recipe = controlPlane.recipes.recipe(arn: version.recipeArn) else {
            throw JobFailure(reason: "There is no recipe \(version.recipeArn).")
        }
        let configuration = version.configuration
        let featureTransformationParameters = configuration?.featureTransformationParameters ?? [:]
        let given = configuration?.algorithmHyperParameters ?? [:]
        guard version.performHPO else {
            return try run(
                recipe, hyperparameters: given, featureTransformationParameters: featureTransformationParameters,
                on: data, options: options)
        }
        let tuning = Tuning(
            plan: try TuningPlan(configuration?.hpoConfig, recipe: recipe), recipe: recipe,
            featureTransformationParameters: featureTransformationParameters)
        let hyperparameters = try tuning.run(
            beginningWith: given, on: data.interactions, itemCount: data.itemCount, options: options.within(0...0.8)
        ).hyperparameters
        return try run(
            recipe, hyperparameters: hyperparameters, featureTransformationParameters: featureTransformationParameters,
            tuned: tuning.reported(hyperparameters), on: data, options: options.within(0.8...1))
    }

    private func run(
        _ recipe: Recipes.Recipe, hyperparameters: [String: String], featureTransformationParameters: [String: String],
        tuned: [String: String]? = nil, on data: Data, options: TrainingOptions
    ) throws -> Result {
        let parameters = try recipe.trainerParameters(
            hyperparameters: hyperparameters, featureTransformationParameters: featureTransformationParameters)
        let outcome = try TrainingRun(
            of: recipe.trainer, hyperparameters: parameters, options: options, catalogueItemCount: data.itemCount
        ).run(on: data.interactions)
        return Result(
            model: outcome.model, metrics: outcome.managedServiceMetrics, recipeArn: recipe.arn,
            tunedHyperparameters: tuned)
    }

    /// Takes the data into the model of the latest version.
    ///
    /// Nothing is fitted, so the metrics are those of the version that the model comes from. A model that cannot take new
    /// data is trained again with the same parameters.
    ///
    /// - Throws: ``JobFailure``, `TrainingError`, `ModelError`, `CancellationError`.
    func update(_ version: SolutionVersionResource, with data: Data, options: TrainingOptions) async throws -> Result {
        guard let base = try await controlPlane.updateBase(of: version.solutionArn), let outcome = base.outcome else {
            throw JobFailure(reason: "The solution \(version.solutionArn) has no ACTIVE version to update.")
        }
        let directory = controlPlane.directories.models.appending(path: outcome.modelDirectory)
        let model = try TrainedModel(contentsOf: directory)
        var updated: TrainedModel
        do {
            updated = try model.updated(with: data.interactions, catalogue: data.catalogue, options: options)
        } catch TrainingError.cannotUpdate {
            updated = try model.algorithm.train(
                on: data.interactions, hyperparameters: model.manifest.hyperparameters, options: options)
        }
        return Result(
            model: updated, metrics: outcome.metrics, recipeArn: base.recipeArn,
            tunedHyperparameters: outcome.tunedHyperparameters)
    }
}

extension ControlPlane {
    /// The newest ACTIVE version of a solution, if any of its ACTIVE versions was trained in full.
    func updateBase(of solutionArn: String) async throws -> SolutionVersionResource? {
        try await database.pool.read { database in
            let versions = try ResourceStore.list(
                SolutionVersionResource.self, referencing: solutionArn, in: database
            ).map(\.resource).filter { $0.status == .active }
            return versions.contains(where: \.isFull) ? versions.last : nil
        }
    }
}
