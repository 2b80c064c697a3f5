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
        guard let recipe = controlPlane.recipes.recipe(arn: version.recipeArn) else {
            throw JobFailure(reason: "There is no recipe \(version.recipeArn).")
        }
        if recipe.recipeType == .personalizedActions {
            return try await ActionTraining(controlPlane: controlPlane).run(job, version, recipe: recipe)
        }
        let selection = try EventSelection(
            eventType: version.eventType, threshold: version.configuration?.eventValueThreshold,
            events: version.configuration?.eventsConfig)
        let data = try await data(of: version.datasetGroupArn) { selection.apply(to: $0) }
        let folder = controlPlane.identifiers.hexadecimal()
        let progress = controlPlane.progress
        let options = TrainingOptions { report in
            progress.set(report.fraction, report.stage, on: job.arn)
        }
        let configuration = version.configuration
        let tuning =
            try version.performHPO
            ? Tuning(
                plan: TuningPlan(configuration?.hpoConfig, recipe: recipe), recipe: recipe,
                featureTransformationParameters: configuration?.featureTransformationParameters ?? [:]) : nil
        var hyperparameters = configuration?.algorithmHyperParameters ?? [:]
        let outcome: TrainingRun.Outcome
        do {
            if let tuning {
                hyperparameters = try tuning.run(
                    beginningWith: hyperparameters, on: data.interactions, itemCount: data.itemCount,
                    options: options.within(0...0.8))
            }
            let parameters = try recipe.trainerParameters(
                hyperparameters: hyperparameters,
                featureTransformationParameters: configuration?.featureTransformationParameters ?? [:])
            let run = TrainingRun(
                of: recipe.trainer, hyperparameters: parameters,
                options: tuning == nil ? options : options.within(0.8...1), catalogueItemCount: data.itemCount)
            outcome = try run.run(on: data.interactions)
        } catch let error as TrainingError {
            throw JobFailure(reason: "\(error)")
        }
        try outcome.model.write(to: controlPlane.directories.models.appending(path: folder))
        let tuned = tuning?.reported(hyperparameters)
        let hours = (ContinuousClock.now - began) / .seconds(3600)

        try await controlPlane.finish(job) { controlPlane, database in
            var version: SolutionVersionResource = try ResourceStore.get(job.arn, in: database)
            // A stop that came too late to interrupt the training still counts; the model is a leftover then.
            if version.status == .createStopping { return try controlPlane.recordStop(of: version, in: database) }
            version.outcome = TrainingOutcome(
                modelDirectory: folder, metrics: outcome.managedServiceMetrics, trainingHours: hours,
                tunedHyperparameters: tuned)
            version.header.status = .active
            version.header.lastUpdated = controlPlane.clock()
            try ResourceStore.update(version, in: database)
            try controlPlane.followLatestVersion(of: version.solutionArn, in: database)
        }
        controlPlane.jobs.wake(JobKind.updateCampaign.lane)
    }

    struct Data {
        let interactions: Interactions
        /// Distinct items of the interactions and the items dataset.
        let itemCount: Int
    }

    /// The events that count, and the size of the catalogue.
    ///
    /// - Parameter select: Leaves out the events that do not count.
    /// - Throws: ``JobFailure`` when there are no events, or fewer than training needs.
    func data(of group: String, select: (Interactions) throws -> Interactions) async throws -> Data {
        let datasets = try await controlPlane.database.pool.read { database in
            try ResourceStore.list(DatasetResource.self, referencing: group, in: database)
                .map(\.resource)
        }
        let contents = DatasetContents(controlPlane: controlPlane)
        func dataset(_ type: DatasetType) -> DatasetResource? {
            datasets.first { $0.datasetType == type.rawValue }
        }
        guard let interactionsDataset = dataset(.interactions),
            let all = try await contents.interactions(of: interactionsDataset)
        else {
            throw JobFailure(
                reason: "The dataset group \(group) has no interactions dataset with imported data.")
        }
        var items = Set(all.items.identifiers)
        if let itemsDataset = dataset(.items), let table = try await contents.metadata(of: itemsDataset) {
            items.formUnion(table.identifiers.identifiers)
        }
        let interactions = try select(all)
        let unmet = interactions.trainingRequirements(controlPlane.settings.datasetLimits)
        guard unmet.isEmpty else { throw JobFailure(reason: unmet.map(\.description).joined(separator: " ")) }
        return Data(interactions: interactions, itemCount: items.count)
    }
}
