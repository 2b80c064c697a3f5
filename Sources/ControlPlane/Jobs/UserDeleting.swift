import Datasets
import Foundation
import GRDB
import NIOCore
import ObjectStorage

/// Removes users and their events from the datasets of a group. Models learn of it at their next training.
///
/// The columns without the users appear in one transaction; the lane of imports and trainings keeps readers away.
struct UserDeleting {
    let controlPlane: ControlPlane
    let host: any CampaignHost

    func run(_ job: JobRow) async throws {
        let (deletion, datasets) = try await controlPlane.database.pool.read { database in
            let deletion: DataDeletionJobResource = try ResourceStore.get(job.arn, in: database)
            let datasets = try ResourceStore.list(
                DatasetResource.self, referencing: deletion.datasetGroupArn, in: database)
            return (deletion, datasets.map(\.resource))
        }
        let users = try await users(of: deletion)
        var replaced: [(arn: String, data: BulkData)] = []
        var removed = 0
        for dataset in datasets {
            guard let type = DatasetType(name: dataset.datasetType), type.isInteractions || type == .users else {
                continue
            }
            if let (data, count) = try await bulkData(of: dataset, without: users) {
                replaced.append((dataset.arn, data))
                removed += count
            }
            removed += try await controlPlane.streamedRecords.removeRecords(ofUsers: users, from: dataset.stream)
            controlPlane.recentEvents.forget(users, in: dataset.stream)
        }
        let changes = replaced
        let total = removed
        try await controlPlane.finish(job) { controlPlane, database in
            for (arn, data) in changes {
                var dataset: DatasetResource = try ResourceStore.get(arn, in: database)
                dataset.bulkData = data
                dataset.header.lastUpdated = controlPlane.clock()
                try ResourceStore.update(dataset, in: database)
            }
            var deletion: DataDeletionJobResource = try ResourceStore.get(job.arn, in: database)
            deletion.deletedCount = total
            deletion.header.status = .active
            deletion.header.lastUpdated = controlPlane.clock()
            try ResourceStore.update(deletion, in: database)
        }
        // Served metadata forgets the users, too.
        if let catalogue = try? await controlPlane.servedCatalogue(ofDatasetGroup: deletion.datasetGroupArn) {
            await host.refresh(catalogue)
        }
        for dataset in datasets where changes.contains(where: { $0.arn == dataset.arn }) {
            guard let old = dataset.bulkData else { continue }
            try? FileManager.default.removeItem(at: controlPlane.directories.datasets.appending(path: old.directory))
        }
    }

    /// - Returns: Nil when no row is of one of the users.
    private func bulkData(
        of dataset: DatasetResource, without users: Set<String>
    ) async throws -> (data: BulkData, removed: Int)? {
        let contents = DatasetContents(controlPlane: controlPlane)
        guard let old = dataset.bulkData, let directory = contents.directory(of: dataset) else { return nil }
        let rows = try DatasetRows(contentsOf: directory)
        guard let column = rows.column(named: "USER_ID") else { return nil }
        let kept = (0..<rows.count).filter { !users.contains(rows.text(row: $0, column: column)) }
        guard kept.count < rows.count else { return nil }
        var limits = controlPlane.settings.datasetLimits
        limits.minimumInteractionsPerImport = 0
        let folder = controlPlane.identifiers.hexadecimal()
        let columns = try DatasetImport(
            schema: try await contents.schema(of: dataset),
            into: controlPlane.directories.datasets.appending(path: folder), limits: limits)
        try columns.importRows(rows, kept, named: "the existing data")
        let summary = try columns.finish()
        let data = BulkData(directory: folder, rowCount: summary.rows, streamPosition: old.streamPosition)
        return (data, rows.count - kept.count)
    }

    /// The identifiers in the `USER_ID` column of the job's files.
    private func users(of deletion: DataDeletionJobResource) async throws -> Set<String> {
        let location = try S3Location(parsing: deletion.dataLocation)
        let objects = try await controlPlane.readableObjects(at: location, role: deletion.roleArn, for: deletion.arn)
        var users: Set<String> = []
        for object in objects {
            let name = "s3://\(location.bucket)/\(object.key)"
            var reader = CSVReader(maximumRecordBytes: controlPlane.settings.datasetLimits.maximumRecordBytes)
            var column: Int?
            var isHeader = true
            func take(_ record: CSVRecord) throws {
                guard !isHeader else {
                    isHeader = false
                    column = (0..<record.count).first { record.text($0) == "USER_ID" }
                    guard column != nil else {
                        throw JobFailure(reason: "\(name): the header has no column USER_ID.")
                    }
                    return
                }
                guard let column, column < record.count else {
                    throw JobFailure(reason: "\(name), line \(record.line): there is no USER_ID.")
                }
                let user = record.text(column)
                if !user.isEmpty { users.insert(user) }
            }
            do {
                let body = try await controlPlane.objects.read(bucket: location.bucket, key: object.key, range: nil)
                for try await chunk in body {
                    try chunk.withUnsafeReadableBytes { try reader.consume($0, take) }
                }
                try reader.finish(take)
            } catch let failure as CSVReader.Failure {
                throw JobFailure(reason: "\(name) is not valid CSV: \(failure)")
            }
            guard !isHeader else { throw JobFailure(reason: "\(name) is empty; its first line must be USER_ID.") }
        }
        return users
    }
}
