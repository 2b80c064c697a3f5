import Logging
import GRDB
import Datasets
import Foundation
import Identity
import NIOCore
import ObjectStorage
import PersonalizeAPI

/// Streams the CSV objects of an import job into columns and makes them the dataset's bulk data.
///
/// The columns appear in one transaction: until it commits, readers find what the import before left. A second run after
/// a stop begins anew in a folder of its own.
struct DatasetImporting {
    let controlPlane: ControlPlane
    let host: any CampaignHost

    func run(_ job: JobRow) async throws {
        let (importJob, dataset, schema) = try await controlPlane.database.pool.read { database in
            let importJob: DatasetImportJobResource = try ResourceStore.get(job.arn, in: database)
            let dataset: DatasetResource = try ResourceStore.get(importJob.datasetArn, in: database)
            let schema: SchemaResource = try ResourceStore.get(dataset.schemaArn, in: database)
            return (importJob, dataset, schema)
        }
        let folder = controlPlane.identifiers.hexadecimal()
        let rowCount = try await importColumns(of: importJob, schema: schema, into: folder)

        try await controlPlane.finish(job) { controlPlane, database in
            var dataset: DatasetResource = try ResourceStore.get(dataset.arn, in: database)
            dataset.bulkData = BulkData(directory: folder, rowCount: rowCount)
            dataset.header.lastUpdated = controlPlane.clock()
            try ResourceStore.update(dataset, in: database)
            try ResourceStore.updateHeader(of: job.arn, in: database) { header in
                header.status = .active
                header.lastUpdated = controlPlane.clock()
            }
        }
        // The import is done, whatever comes of this; a request that needs the data reads it itself.
        if let catalogue = try? await controlPlane.servedCatalogue(ofDatasetGroup: dataset.datasetGroupArn) {
            await host.refresh(catalogue)
        }
        // Imports and trainings share a lane, and a request that still reads the columns that were replaced begins anew.
        if let replaced = dataset.bulkData {
            try? FileManager.default.removeItem(
                at: controlPlane.directories.datasets.appending(path: replaced.directory))
        }
    }

    /// - Returns: The number of rows.
    private func importColumns(
        of job: DatasetImportJobResource, schema: SchemaResource, into folder: String
    ) async throws -> Int {
        let location = try S3Location(parsing: job.dataLocation)
        let objects = try await readableObjects(of: job, at: location)
        let total = max(objects.reduce(into: 0.0) { $0 += Double($1.size) }, 1)
        var done = 0.0
        do {
            let parsed = try Datasets.DatasetSchema(
                json: schema.schema, domain: try ControlPlane.domain(schema.domain),
                limits: controlPlane.settings.datasetLimits)
            let columns = try DatasetImport(
                schema: parsed, into: controlPlane.directories.datasets.appending(path: folder),
                limits: controlPlane.settings.datasetLimits)
            for object in objects {
                let name = "s3://\(location.bucket)/\(object.key)"
                try columns.beginFile(name)
                let body = try await controlPlane.objects.read(bucket: location.bucket, key: object.key, range: nil)
                for try await chunk in body {
                    try Task.checkCancellation()
                    try chunk.withUnsafeReadableBytes { try columns.consume($0) }
                    done += Double(chunk.readableBytes)
                    controlPlane.progress.set(done / total, "reading \(name)", on: job.arn)
                }
                try columns.finishFile()
            }
            let summary = try columns.finish()
            if !summary.extraColumns.isEmpty {
                controlPlane.logger.notice(
                    "An import ignored columns that are not in the schema",
                    metadata: ["job": "\(job.arn)", "columns": "\(summary.extraColumns.joined(separator: ", "))"])
            }
            return summary.rows
        } catch let error as ImportError {
            throw JobFailure(reason: "\(error)")
        }
    }

    /// What the job may and shall read.
    ///
    /// - Throws: ``JobFailure`` with the reason as the managed service gives it.
    private func readableObjects(
        of job: DatasetImportJobResource, at location: S3Location
    ) async throws -> [ObjectSummary] {
        let store = controlPlane.objects
        do {
            if let access = controlPlane.access {
                guard let role = job.roleArn else {
                    throw JobFailure(reason: "roleArn is missing: name a role that may read the data location.")
                }
                let policy = try await store.policy(ofBucket: location.bucket)
                let key = location.isPrefix ? location.key + "*" : location.key
                try await access.authorizeImport(
                    roleARN: role, bucket: location.bucket, keys: [key], bucketPolicy: policy,
                    sourceARN: job.arn)
            }
            return try await store.objects(at: location)
        } catch let refusal as AccessRefusal {
            throw JobFailure(reason: refusal.description)
        } catch let error as ObjectStorageError {
            throw JobFailure(reason: "The data location \(job.dataLocation) cannot be read: \(error)")
        }
    }
}
