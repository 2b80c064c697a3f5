import GRDB
import Datasets
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
        let interactions = try await interactions(of: version)
        let folder = controlPlane.identifiers.hexadecimal()
        let progress = controlPlane.progress
        let options = TrainingOptions { report in
            progress.set(report.fraction, report.stage, on: job.arn)
        }
        let model = try recipe.train(
            on: interactions, hyperparameters: version.configuration?.algorithmHyperParameters ?? [:],
            featureTransformationParameters: version.configuration?.featureTransformationParameters ?? [:],
            options: options)
        try model.write(to: controlPlane.directories.models.appending(path: folder))
        let metrics: [String: Double] = [:]
        let seconds = Double((ContinuousClock.now - began).components.seconds)

        try await controlPlane.finish(job) { controlPlane, database in
            var version: SolutionVersionResource = try ResourceStore.get(job.arn, in: database)
            version.outcome = TrainingOutcome(
                modelDirectory: folder, metrics: metrics, trainingHours: seconds / 3600)
            version.header.status = .active
            version.header.lastUpdated = controlPlane.clock()
            try ResourceStore.update(version, in: database)
        }
    }

    /// The events that the solution counts.
    ///
    /// - Throws: ``JobFailure`` when there are none, or fewer than training needs.
    private func interactions(of version: SolutionVersionResource) async throws -> Interactions {
        let datasets = try await controlPlane.database.pool.read { database in
            try ResourceStore.list(DatasetResource.self, referencing: version.datasetGroupArn, in: database)
                .map(\.resource)
        }
        guard let dataset = datasets.first(where: { $0.datasetType == DatasetType.interactions.rawValue }) else {
            throw JobFailure(reason: "The dataset group \(version.datasetGroupArn) has no interactions dataset.")
        }
        guard let data = dataset.bulkData else {
            throw JobFailure(reason: "The dataset \(dataset.arn) has no data: no import job has become ACTIVE.")
        }
        let all = try Interactions(contentsOf: controlPlane.directories.datasets.appending(path: data.directory))
        let selection = try EventSelection(
            eventType: version.eventType, threshold: version.configuration?.eventValueThreshold)
        let interactions = selection.apply(to: all)
        let unmet = interactions.trainingRequirements(controlPlane.settings.datasetLimits)
        guard unmet.isEmpty else {
            throw JobFailure(reason: unmet.map { "\($0)" }.joined(separator: " "))
        }
        return interactions
    }
}
