import Foundation
import GRDB
import PersonalizeAPI

/// Removes a resource with what hangs on it, first from the database, then from the disk.
///
/// A stop between the two leaves only files that no resource names, which the next start removes.
struct Deletion {
    let controlPlane: ControlPlane
    let host: any CampaignHost

    func run(_ job: JobRow) async throws {
        let arn = job.arn
        await host.retire(campaignArn: arn)
        let folders = try await foldersOwned(by: arn)
        let (dataset, attribution) = try await controlPlane.database.pool.read {
            (
                try ResourceStore.find(arn, as: DatasetResource.self, in: $0),
                try ResourceStore.find(arn, as: MetricAttributionResource.self, in: $0)
            )
        }
        try await controlPlane.finish(job) { _, database in
            for kind in [
                ResourceKind.datasetImportJob, .datasetExportJob, .dataDeletionJob, .solutionVersion, .filter,
                .batchInferenceJob, .batchSegmentJob,
            ] {
                for dependant in try ResourceStore.references(to: arn, from: kind, in: database)
                where try isOwned(dependant, by: arn, in: database) {
                    try ResourceStore.delete(dependant, in: database)
                }
            }
            try ResourceStore.delete(arn, in: database)
        }
        if let dataset {
            try? await controlPlane.streamedRecords.remove(stream: dataset.stream)
            controlPlane.eventTypes.forget(dataset.stream)
            controlPlane.impressionTallies.forget(dataset.stream)
            await controlPlane.itemValues.forget(dataset.stream)
            await host.follow(datasetGroupArn: dataset.datasetGroupArn)
        }
        if let attribution {
            let metrics = attribution.metrics.map(\.metricName)
            try? await controlPlane.streamedRecords.removeSums(of: attribution.key, metrics: metrics)
            controlPlane.attributionSources.forget(attribution.key)
        }
        for folder in folders { try? FileManager.default.removeItem(at: folder) }
    }

    /// Import and export jobs belong to their dataset, data deletion jobs and filters to their group, versions and batch
    /// jobs to their solution; some also reference what they only use.
    private func isOwned(_ dependant: String, by arn: String, in database: Database) throws -> Bool {
        if let job = try ResourceStore.find(dependant, as: DatasetImportJobResource.self, in: database) {
            return job.datasetArn == arn
        }
        if let job = try ResourceStore.find(dependant, as: DatasetExportJobResource.self, in: database) {
            return job.datasetArn == arn
        }
        if let job = try ResourceStore.find(dependant, as: DataDeletionJobResource.self, in: database) {
            return job.datasetGroupArn == arn
        }
        if let version = try ResourceStore.find(dependant, as: SolutionVersionResource.self, in: database) {
            return version.solutionArn == arn
        }
        if let job = try ResourceStore.find(dependant, as: BatchInferenceJobResource.self, in: database) {
            return job.solutionArn == arn
        }
        if let job = try ResourceStore.find(dependant, as: BatchSegmentJobResource.self, in: database) {
            return job.solutionArn == arn
        }
        if let filter = try ResourceStore.find(dependant, as: FilterResource.self, in: database) {
            return filter.datasetGroupArn == arn
        }
        return false
    }

    private func foldersOwned(by arn: String) async throws -> [URL] {
        let directories = controlPlane.directories
        return try await controlPlane.database.pool.read { database in
            var folders: [URL] = []
            if let data = try ResourceStore.find(arn, as: DatasetResource.self, in: database)?.bulkData {
                folders.append(directories.datasets.appending(path: data.directory))
            }
            if let model = try ResourceStore.find(arn, as: RecommenderResource.self, in: database)?.outcome {
                folders.append(directories.models.appending(path: model.modelDirectory))
            }
            for (_, version) in try ResourceStore.list(SolutionVersionResource.self, referencing: arn, in: database)
            where version.solutionArn == arn {
                if let outcome = version.outcome {
                    folders.append(directories.models.appending(path: outcome.modelDirectory))
                }
            }
            return folders
        }
    }
}
