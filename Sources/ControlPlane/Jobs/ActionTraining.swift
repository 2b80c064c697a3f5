import Datasets
import Evaluation
import Foundation
import GRDB
import PersonalizeAPI
import Recipes
import Recommenders

/// Trains a solution version of an action recipe: actions, action interactions and item interactions in, a model
/// directory and its metrics out.
struct ActionTraining {
    let controlPlane: ControlPlane

    func run(_ job: JobRow, _ version: SolutionVersionResource, recipe: Recipes.Recipe) async throws {
        let began = ContinuousClock.now
        let data = try await data(of: version)
        let options = controlPlane.trainingOptions(for: job)
        let model: TrainedModel
        let metrics: [String: Double]
        do {
            let parameters = try recipe.trainerParameters(
                hyperparameters: version.configuration?.algorithmHyperParameters ?? [:],
                featureTransformationParameters: version.configuration?.featureTransformationParameters ?? [:])
            metrics = try ActionEvaluation.metrics(
                on: data, hyperparameters: parameters, options: options.within(0...0.5, prefix: "measuring: "))
            model = try NextBestAction.train(
                on: data, hyperparameters: parameters, options: options.within(0.5...1))
        } catch let error as TrainingError {
            throw JobFailure(reason: "\(error)")
        }
        let folder = controlPlane.identifiers.hexadecimal()
        try model.write(to: controlPlane.directories.models.appending(path: folder))
        let hours = (ContinuousClock.now - began) / .seconds(3600)
        try await controlPlane.finish(job) { controlPlane, database in
            var version: SolutionVersionResource = try ResourceStore.get(job.arn, in: database)
            // A stop that came too late to interrupt the training still counts; the model is a leftover then.
            if version.status == .createStopping { return try controlPlane.recordStop(of: version, in: database) }
            version.outcome = TrainingOutcome(modelDirectory: folder, metrics: metrics, trainingHours: hours)
            version.header.status = .active
            version.header.lastUpdated = controlPlane.clock()
            try ResourceStore.update(version, in: database)
            try controlPlane.followLatestVersion(of: version.solutionArn, in: database)
        }
        controlPlane.jobs.wake(JobKind.updateCampaign.lane)
    }

    /// - Throws: ``JobFailure`` when there are no actions, or fewer item interactions than training needs.
    private func data(of version: SolutionVersionResource) async throws -> ActionData {
        let group = version.datasetGroupArn
        let datasets = try await controlPlane.database.pool.read { database in
            try ResourceStore.list(DatasetResource.self, referencing: group, in: database).map(\.resource)
        }
        let contents = DatasetContents(controlPlane: controlPlane)
        func dataset(_ type: DatasetType) -> DatasetResource? {
            datasets.first { $0.datasetType == type.rawValue }
        }
        var actions: MetadataTable?
        if let dataset = dataset(.actions) { actions = try await contents.metadata(of: dataset) }
        guard let actions, actions.count > 0 else {
            throw JobFailure(reason: "The dataset group \(group) has no actions dataset with actions.")
        }
        var actionInteractions: Interactions?
        if let dataset = dataset(.actionInteractions) {
            actionInteractions = try await contents.interactions(of: dataset)
        }
        let selection = try version.eventSelection()
        let items = try await Training(controlPlane: controlPlane).data(of: group) { selection.apply(to: $0) }
        return ActionData(
            actionInteractions: actionInteractions, actions: actions.identifiers.identifiers,
            itemInteractions: items.interactions)
    }
}
