package import Foundation
import GRDB
package import Recommenders

/// A training that runs, waits or has ended, for whoever watches the service.
package struct TrainingReading: Encodable, Sendable {
    /// Of the solution version or recommender.
    package let arn: String
    /// Nil while a search has not chosen one.
    package let recipeArn: String?
    package let status: String
    package let failureReason: String?
    package let creationDateTime: Date
    package let lastUpdatedDateTime: Date
    package let trainingHours: Double?
    /// Of a training that runs now.
    package let running: Running?
    /// What training chose or fitted; nil before it has ended.
    package let learned: [String: Double]?
    package let metrics: [String: Double]?
    /// How the training went: of one that runs, all so far, with the measurement on held-out users; of one that has ended,
    /// the training of the model.
    package let points: [TrainingRecord.Point]

    /// How far a training is.
    package struct Running: Encodable, Sendable {
        package let fraction: Double
        package let stage: String
        /// Since the job began.
        package let seconds: Double
        /// The newest value of each figure.
        package let measurements: [String: Double]
    }
}

extension ControlPlane {
    /// Trainings of solution versions and recommenders, those that changed last first.
    ///
    /// - Parameter limit: Older ones are left out.
    package func trainings(limit: Int = 50) async throws -> [TrainingReading] {
        let (versions, recommenders) = try await database.pool.read { database in
            (
                try ResourceStore.list(SolutionVersionResource.self, in: database).map(\.resource),
                try ResourceStore.list(RecommenderResource.self, in: database).map(\.resource)
            )
        }
        let all =
            versions.map { ($0.header, $0.recipeArn, $0.outcome) }
            + recommenders.map { ($0.header, $0.recipeArn, $0.outcome) }
        return all.sorted { $0.0.lastUpdated > $1.0.lastUpdated }.prefix(limit).map { header, recipeArn, outcome in
            let report = progress.report(on: header.arn)
            // A model may be deleted while it is looked at.
            let summary = outcome.flatMap {
                try? ModelSummary(contentsOf: directories.models.appending(path: $0.modelDirectory))
            }
            return TrainingReading(
                arn: header.arn, recipeArn: recipeArn.isEmpty ? nil : recipeArn, status: header.status.rawValue,
                failureReason: header.failureReason, creationDateTime: header.created,
                lastUpdatedDateTime: header.lastUpdated, trainingHours: outcome?.trainingHours,
                running: report.map {
                    TrainingReading.Running(
                        fraction: $0.fraction, stage: $0.stage, seconds: $0.seconds,
                        measurements: $0.training.newest)
                },
                learned: summary.map { $0.manifest.learned.filter { $0.value.isFinite } },
                metrics: outcome?.metrics, points: report?.training.points ?? summary?.training?.points ?? [])
        }
    }
}
