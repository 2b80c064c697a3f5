import GRDB
import Datasets
import Evaluation
import Foundation
import PersonalizeAPI
import Recipes
import Recommenders

/// Trains a solution version: columns in, a model directory and its metrics out.
struct Training {
    let controlPlane: ControlPlane

    func run(_ job: JobRow) async throws {
        let began = ContinuousClock.now
        let version: SolutionVersionResource = try await controlPlane.describe(job.arn)
        if controlPlane.recipes.recipe(arn: version.recipeArn)?.trainer == .itemAttributeAffinity {
            try await checkItemsHaveAttributes(version.datasetGroupArn)
        }
        if let recipe = controlPlane.recipes.recipe(arn: version.recipeArn), recipe.recipeType == .personalizedActions {
            return try await ActionTraining(controlPlane: controlPlane).run(job, version, recipe: recipe)
        }
        let configuration =
            version.performAutoML ? RecipeSearch.configuration(version.configuration) : version.configuration
        let selection = try version.eventSelection()
        let mark = try await controlPlane.dataMark(ofGroup: version.datasetGroupArn)
        let objective = OptimizationObjectives.asked(configuration)
        let needsInteractions = controlPlane.recipes.recipe(arn: version.recipeArn)?.trainer.needsInteractions ?? true
        let data = try await data(
            of: version.datasetGroupArn, objective: objective, columns: configuration?.trainingDataConfig,
            needsInteractions: needsInteractions
        ) { selection.apply(to: $0) }
        let folder = controlPlane.identifiers.hexadecimal()
        var options = controlPlane.trainingOptions(for: job)
        options.eventWeights = selection.weights
        options.metadata = data.metadata
        options.objective = data.objective
        let result: Result
        do {
            result =
                version.isFull
                ? try train(version, on: data, options: options)
                : try await update(version, with: data, options: options)
        } catch let error as TrainingError {
            throw JobFailure(reason: "\(error)")
        }
        try result.model.write(to: controlPlane.directories.models.appending(path: folder))
        let hours = (ContinuousClock.now - began) / .seconds(3600)

        try await controlPlane.finish(job) { controlPlane, database in
            var version: SolutionVersionResource = try ResourceStore.get(job.arn, in: database)
            // A stop that came too late to interrupt the training still counts; the model is a leftover then.
            if version.status == .createStopping { return try controlPlane.recordStop(of: version, in: database) }
            version.recipeArn = result.recipeArn
            version.outcome = TrainingOutcome(
                modelDirectory: folder, metrics: result.metrics, trainingHours: hours,
                tunedHyperparameters: result.tunedHyperparameters, dataMark: mark)
            version.header.status = .active
            version.header.lastUpdated = controlPlane.clock()
            try ResourceStore.update(version, in: database)
            if version.performAutoML {
                var solution: SolutionResource = try ResourceStore.get(version.solutionArn, in: database)
                solution.bestRecipeArn = result.recipeArn
                try ResourceStore.update(solution, in: database)
            }
            try controlPlane.followLatestVersion(of: version.solutionArn, in: database)
        }
        controlPlane.jobs.wake(JobKind.updateCampaign.lane)
    }

    struct Data {
        let interactions: Interactions
        /// Distinct items of the interactions and the items dataset.
        let itemCount: Int
        /// The items of the items dataset.
        let catalogue: [String]
        let metadata: TrainingMetadata
        let objective: ItemObjective?
    }

    /// The events that count, and what is known of the catalogue.
    ///
    /// - Parameters:
    ///   - objective: What recommendations are for beside relevance.
    ///   - columns: Which columns are learned from.
    ///   - needsInteractions: Whether there must be events, and as many as training needs.
    ///   - select: Leaves out the events that do not count.
    /// - Throws: ``JobFailure`` when there are no events, or fewer than training needs.
    func data(
        of group: String, objective: OptimizationObjectives.Objective? = nil, columns: TrainingDataConfig? = nil,
        needsInteractions: Bool = true,
        select: (Interactions) throws -> Interactions
    ) async throws -> Data {
        let datasets = try await controlPlane.database.pool.read { database in
            try ResourceStore.list(DatasetResource.self, referencing: group, in: database)
                .map(\.resource)
        }
        let contents = DatasetContents(controlPlane: controlPlane)
        func dataset(_ type: DatasetType) -> DatasetResource? {
            datasets.first { $0.datasetType == type.rawValue }
        }
        var known: Interactions?
        if let interactionsDataset = dataset(.interactions) {
            known = try await contents.interactions(of: interactionsDataset)
        }
        guard let all = known ?? (needsInteractions ? nil : Interactions()) else {
            throw JobFailure(
                reason: "The dataset group \(group) has no interactions dataset with imported data.")
        }
        var metadata = TrainingMetadata()
        if let items = dataset(.items) { metadata.items = try await contents.metadata(of: items) }
        if let users = dataset(.users) { metadata.users = try await contents.metadata(of: users) }
        let catalogue = metadata.items?.identifiers.identifiers ?? []
        let itemObjective = objective?.itemObjective(in: metadata.items)
        metadata.items = TrainingColumns.selected(of: metadata.items, by: columns)
        metadata.users = TrainingColumns.selected(of: metadata.users, by: columns)
        let interactions = TrainingColumns.selected(of: try select(all), by: columns)
        let unmet =
            needsInteractions ? interactions.trainingRequirements(controlPlane.settings.datasetLimits) : []
        guard unmet.isEmpty else { throw JobFailure(reason: unmet.map(\.description).joined(separator: " ")) }
        return Data(
            interactions: interactions, itemCount: Set(all.items.identifiers).union(catalogue).count,
            catalogue: catalogue, metadata: metadata, objective: itemObjective)
    }
}

extension SolutionVersionResource {
    /// The events that count for the version.
    func eventSelection() throws -> EventSelection {
        let configuration = performAutoML ? RecipeSearch.configuration(configuration) : configuration
        return try EventSelection(
            eventType: eventType, threshold: configuration?.eventValueThreshold, events: configuration?.eventsConfig)
    }
}
