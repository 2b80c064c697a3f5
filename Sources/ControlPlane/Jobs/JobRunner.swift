import Foundation
import GRDB
import Logging
import ServiceLifecycle

/// Carries jobs out and records how they ended.
package struct JobRunner: Service {
    /// A job that ended the process this often is given up.
    private static let maximumAttempts = 3
    private static let maximumReasonLength = 2000

    let controlPlane: ControlPlane
    let host: any CampaignHost
    private let compute = ComputeExecutor()

    package init(controlPlane: ControlPlane, host: any CampaignHost) {
        self.controlPlane = controlPlane
        self.host = host
    }

    package func run() async throws {
        try await controlPlane.removeLeftovers()
        try await cancelWhenGracefulShutdown {
            try await withThrowingTaskGroup(of: Void.self) { group in
                group.addTask { await controlPlane.trainOnSchedule() }
                try await controlPlane.jobs.run { try await perform($0) }
                group.cancelAll()
            }
        }
    }

    private func perform(_ job: JobRow) async throws {
        guard job.attempts <= Self.maximumAttempts else {
            let reason = "The service stopped \(Self.maximumAttempts) times while it worked on this; it was given up."
            return try await fail(job, because: reason)
        }
        defer { controlPlane.progress.clear(job.arn) }
        do {
            try await controlPlane.begin(job)
            if job.kind == .train, try await controlPlane.finishStopping(job) { return }
            switch job.kind {
            case .activate: try await Activation(controlPlane: controlPlane).run(job)
            case .importDataset:
                try await withTaskExecutorPreference(compute) {
                    try await DatasetImporting(controlPlane: controlPlane, host: host).run(job)
                }
            case .exportDataset:
                try await withTaskExecutorPreference(compute) {
                    try await DatasetExporting(controlPlane: controlPlane).run(job)
                }
            case .deleteUsers:
                try await withTaskExecutorPreference(compute) {
                    try await UserDeleting(controlPlane: controlPlane).run(job)
                }
            case .train:
                try await withTaskExecutorPreference(compute) {
                    try await Training(controlPlane: controlPlane).run(job)
                }
            case .deploy: try await Deployment(controlPlane: controlPlane, host: host).run(job)
            case .updateCampaign: try await CampaignUpdating(controlPlane: controlPlane, host: host).run(job)
            case .trainRecommender:
                try await withTaskExecutorPreference(compute) {
                    try await RecommenderTraining(controlPlane: controlPlane, host: host).run(job)
                }
            case .startRecommender: try await RecommenderSwitching(controlPlane: controlPlane, host: host).start(job)
            case .stopRecommender: try await RecommenderSwitching(controlPlane: controlPlane, host: host).stop(job)
            case .inferBatch:
                try await withTaskExecutorPreference(compute) {
                    try await BatchInference(controlPlane: controlPlane, host: host).run(job)
                }
            case .segmentUsers:
                try await withTaskExecutorPreference(compute) {
                    try await BatchSegmentation(controlPlane: controlPlane).run(job)
                }
            case .delete: try await Deletion(controlPlane: controlPlane, host: host).run(job)
            case .createMetricAttribution: try await MetricAttributionCreation(controlPlane: controlPlane).run(job)
            }
        } catch let failure as JobFailure {
            try await fail(job, because: failure.reason)
        } catch let cancellation as CancellationError {
            throw cancellation
        } catch {
            controlPlane.logger.error(
                "A job failed", metadata: ["job": "\(job.kind)", "arn": "\(job.arn)", "error": "\(error)"])
            try await fail(job, because: "Internal error: \(error)")
        }
    }

    private func fail(_ job: JobRow, because reason: String) async throws {
        controlPlane.logger.notice(
            "A job ended in failure", metadata: ["job": "\(job.kind)", "arn": "\(job.arn)", "reason": "\(reason)"])
        try await controlPlane.finish(job) { controlPlane, database in
            let reason = String(reason.prefix(Self.maximumReasonLength))
            switch job.kind {
            case .delete: return
            case .updateCampaign:
                try CampaignUpdating.recordFailure(of: job.arn, because: reason, at: controlPlane.clock(), in: database)
            case .trainRecommender:
                try RecommenderTraining.recordFailure(
                    of: job.arn, because: reason, at: controlPlane.clock(), in: database)
            case .startRecommender, .stopRecommender:
                try RecommenderSwitching.recordFailure(
                    of: job.arn, because: reason, at: controlPlane.clock(), in: database)
            default:
                try ResourceStore.updateHeader(of: job.arn, in: database) { header in
                    header.status = .createFailed
                    header.failureReason = reason
                    header.lastUpdated = controlPlane.clock()
                }
            }
        }
    }
}

/// Why a job cannot succeed, in words for the user: the `failureReason` of its resource.
struct JobFailure: Error {
    let reason: String
}

extension ControlPlane {
    /// Says that the work on a resource has begun, unless it was begun before an interruption.
    func begin(_ job: JobRow) async throws {
        let now = clock()
        try await database.pool.write { database in
            try ResourceStore.updateHeader(of: job.arn, in: database) { header in
                switch header.status {
                case .createPending: header.status = .createInProgress
                case .stopPending: header.status = .stopInProgress
                case .startPending: header.status = .startInProgress
                case .deletePending: header.status = .deleteInProgress
                default: return
                }
                header.lastUpdated = now
            }
        }
    }

    /// Records the outcome of a job and removes the job, in one transaction.
    func finish(
        _ job: JobRow, _ record: @escaping @Sendable (ControlPlane, Database) throws -> Void
    ) async throws {
        // A stop of the process must not cancel the transaction of work that is done.
        try await Task {
            try await database.pool.write { database in
                try record(self, database)
                _ = try job.delete(database)
            }
        }.value
    }

    /// Removes imports, streamed records and models that no resource names.
    fileprivate func removeLeftovers() async throws {
        let (datasets, models, attributions) = try await database.pool.read { database in
            (
                try ResourceStore.list(DatasetResource.self, in: database).map(\.resource),
                try ResourceStore.list(SolutionVersionResource.self, in: database)
                    .compactMap(\.resource.outcome?.modelDirectory)
                    + ResourceStore.list(RecommenderResource.self, in: database)
                    .compactMap(\.resource.outcome?.modelDirectory),
                try ResourceStore.list(MetricAttributionResource.self, in: database).map(\.resource.key)
            )
        }
        try directories.sweep(directories.datasets, keeping: Set(datasets.compactMap(\.bulkData?.directory)))
        try await streamedRecords.removeStreams(except: Set(datasets.map(\.stream)))
        try await streamedRecords.removeSums(except: Set(attributions))
        try directories.sweep(directories.models, keeping: Set(models))
    }
}
