import Datasets
import Evaluation
import Foundation
import GRDB
import PersonalizeAPI
import Recipes
import Recommenders

/// Trains a recommender and puts its model behind it: the first time, and every so often after.
///
/// An ACTIVE recommender answers with its old model until the new one is loaded, and goes on with it when the training
/// fails.
struct RecommenderTraining {
    let controlPlane: ControlPlane
    let host: any CampaignHost

    func run(_ job: JobRow) async throws {
        let began = ContinuousClock.now
        let recommender: RecommenderResource = try await controlPlane.describe(job.arn)
        guard let recipe = controlPlane.recipes.recipe(arn: recommender.recipeArn), let useCase = recipe.useCase else {
            throw JobFailure(reason: "There is no recipe \(recommender.recipeArn) for recommenders.")
        }
        let data = try await Training(controlPlane: controlPlane).data(
            of: recommender.datasetGroupArn, columns: recommender.configuration?.trainingDataConfig
        ) { all in
            let least = controlPlane.settings.datasetLimits.minimumTrainingInteractions
            let count = useCase.requiredEventCount(in: all)
            guard count >= max(least, 1) else {
                let type = useCase.requiredEventType.map { "\($0) " } ?? ""
                throw JobFailure(
                    reason: "There are \(count) \(type)events, but the recipe \(recipe.name) needs at least "
                        + "\(max(least, 1)).")
            }
            return useCase.select(all)
        }
        if useCase.requiresItems { try await checkHasItems(recommender.datasetGroupArn, recipe: recipe) }
        let folder = controlPlane.identifiers.hexadecimal()
        var options = controlPlane.trainingOptions(for: job)
        options.metadata = data.metadata
        let run = TrainingRun(
            of: recipe.trainer, hyperparameters: useCase.trainingParameters, options: options,
            catalogueItemCount: data.itemCount)
        let outcome: TrainingRun.Outcome
        do {
            outcome = try run.run(on: data.interactions)
        } catch let error as TrainingError {
            throw JobFailure(reason: "\(error)")
        }
        let directory = controlPlane.directories.models.appending(path: folder)
        try outcome.model.write(to: directory)
        // One that was stopped is trained, too, but waits for its start.
        if recommender.status != .inactive {
            try await host.deploy(
                ServedModel(
                    arn: recommender.arn, datasetGroupArn: recommender.datasetGroupArn, recipe: recipe,
                    configuration: recommender.configuration?.ofServing, modelDirectory: directory,
                    impressions: try await controlPlane.impressions(
                        ofDatasetGroup: recommender.datasetGroupArn, for: recipe)))
            await host.prepare(try await controlPlane.servedCatalogue(ofDatasetGroup: recommender.datasetGroupArn))
        }
        let hours = (ContinuousClock.now - began) / .seconds(3600)
        try await controlPlane.finish(job) { controlPlane, database in
            let now = controlPlane.clock()
            var recommender: RecommenderResource = try ResourceStore.get(job.arn, in: database)
            recommender.outcome = TrainingOutcome(
                modelDirectory: folder, metrics: outcome.managedServiceMetrics, trainingHours: hours)
            if recommender.status.isBeingCreated { recommender.header.status = .active }
            recommender.header.lastUpdated = now
            recommender.nextTraining = now + useCase.trainingInterval
            try ResourceStore.update(recommender, in: database)
        }
        // It may have been given another configuration while it was trained.
        let trained: RecommenderResource = try await controlPlane.describe(job.arn)
        await host.reconfigure(recommenderArn: trained.arn, as: trained.configuration?.ofServing)
        if let replaced = recommender.outcome {
            try? FileManager.default.removeItem(
                at: controlPlane.directories.models.appending(path: replaced.modelDirectory))
        }
    }

    /// - Throws: ``JobFailure`` when the group has no items dataset.
    private func checkHasItems(_ group: String, recipe: Recipes.Recipe) async throws {
        guard let items = try await controlPlane.dataset(.items, ofGroup: group), !items.status.isBeingDeleted else {
            throw JobFailure(
                reason: "The dataset group \(group) has no items dataset, which the recipe \(recipe.name) needs.")
        }
    }

    /// A recommender that has a model keeps it.
    static func recordFailure(of arn: String, because reason: String, at moment: Date, in database: Database) throws {
        guard var recommender = try ResourceStore.find(arn, as: RecommenderResource.self, in: database) else { return }
        if recommender.outcome == nil {
            recommender.header.status = .createFailed
            recommender.header.failureReason = reason
        }
        recommender.header.lastUpdated = moment
        try ResourceStore.update(recommender, in: database)
    }
}

/// Starts and stops a recommender that has a model.
struct RecommenderSwitching {
    let controlPlane: ControlPlane
    let host: any CampaignHost

    func start(_ job: JobRow) async throws {
        try await deploy(try await controlPlane.describe(job.arn))
        try await record(.active, job)
    }

    func stop(_ job: JobRow) async throws {
        await host.retire(campaignArn: job.arn)
        try await record(.inactive, job)
    }

    func deploy(_ recommender: RecommenderResource) async throws {
        guard let recipe = controlPlane.recipes.recipe(arn: recommender.recipeArn), let outcome = recommender.outcome
        else { throw JobFailure(reason: "The recommender \(recommender.arn) has no model.") }
        let directory = controlPlane.directories.models.appending(path: outcome.modelDirectory)
        try await host.deploy(
            ServedModel(
                arn: recommender.arn, datasetGroupArn: recommender.datasetGroupArn, recipe: recipe,
                configuration: recommender.configuration?.ofServing, modelDirectory: directory,
                impressions: try await controlPlane.impressions(
                    ofDatasetGroup: recommender.datasetGroupArn, for: recipe)))
        await host.prepare(try await controlPlane.servedCatalogue(ofDatasetGroup: recommender.datasetGroupArn))
    }

    private func record(_ status: ResourceStatus, _ job: JobRow) async throws {
        try await controlPlane.finish(job) { controlPlane, database in
            try ResourceStore.updateHeader(of: job.arn, in: database) { header in
                header.status = status
                header.failureReason = nil
                header.lastUpdated = controlPlane.clock()
            }
        }
    }

    /// A start that failed leaves the recommender as it was.
    static func recordFailure(of arn: String, because reason: String, at moment: Date, in database: Database) throws {
        try ResourceStore.updateHeader(of: arn, in: database) { header in
            header.status = .inactive
            header.failureReason = reason
            header.lastUpdated = moment
        }
    }
}

extension ControlPlane {
    /// Enqueues the training of recommenders whose model is seven days old, or two hours if it is one of trends.
    func trainDueRecommenders() async throws -> [String] {
        let now = clock()
        let arns = try await database.pool.write { [recipes] database in
            try ResourceStore.list(RecommenderResource.self, in: database).compactMap { _, recommender -> String? in
                guard recommender.status == .active, let due = recommender.nextTraining, due <= now else { return nil }
                var waiting = recommender
                let useCase = recipes.recipe(arn: waiting.recipeArn)?.useCase
                waiting.nextTraining = now + (useCase?.trainingInterval ?? RecommenderResource.trainingInterval)
                try ResourceStore.update(waiting, in: database)
                try JobRow.enqueue(.trainRecommender, arn: waiting.arn, in: database)
                return waiting.arn
            }
        }
        if !arns.isEmpty { jobs.wake(JobKind.trainRecommender.lane) }
        return arns
    }
}
