import Logging
import GRDB
import Datasets
import Foundation
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
        // Records that come while the import runs are newer than it.
        let position = try await controlPlane.streamedRecords.lastPosition(in: dataset.stream)
        let (rowCount, existing) = try await importColumns(
            of: importJob, into: dataset, schema: schema, folder: folder, streamPosition: position)
        let directory = controlPlane.directories.datasets.appending(path: folder)
        do {
            try await AttributionReporting(controlPlane: controlPlane)
                .run(importJob, of: dataset, in: directory, from: existing)
        } catch {
            try? FileManager.default.removeItem(at: directory)
            throw error
        }

        try await controlPlane.finish(job) { controlPlane, database in
            var dataset: DatasetResource = try ResourceStore.get(dataset.arn, in: database)
            dataset.bulkData = BulkData(directory: folder, rowCount: rowCount, streamPosition: position)
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

    /// - Returns: The number of rows, and how many of them were there before; these come first.
    private func importColumns(
        of job: DatasetImportJobResource, into dataset: DatasetResource, schema: SchemaResource, folder: String,
        streamPosition: Int64
    ) async throws -> (rows: Int, existing: Int) {
        let location = try S3Location(parsing: job.dataLocation)
        let objects = try await controlPlane.readableObjects(at: location, role: job.roleArn, for: job.arn)
        let total = max(objects.reduce(into: 0.0) { $0 += Double($1.size) }, 1)
        var done = 0.0
        do {
            let parsed = try Datasets.DatasetSchema(
                json: schema.schema, domain: try ControlPlane.domain(schema.domain),
                limits: controlPlane.settings.datasetLimits)
            let columns = try DatasetImport(
                schema: parsed, into: controlPlane.directories.datasets.appending(path: folder),
                limits: controlPlane.settings.datasetLimits)
            if job.importMode == "INCREMENTAL" {
                try await takeExistingRows(of: dataset, upTo: streamPosition, into: columns)
            }
            let existing = columns.rows
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
            let minimum = controlPlane.settings.datasetLimits.minimumInteractionsPerImport
            guard parsed.type != .interactions || existing == 0 || columns.rows - existing >= minimum else {
                throw JobFailure(
                    reason: "The import has \(columns.rows - existing) new interactions, but at least \(minimum) are "
                        + "needed.")
            }
            let summary = try columns.finish()
            if !summary.extraColumns.isEmpty {
                controlPlane.logger.notice(
                    "An import ignored columns that are not in the schema",
                    metadata: ["job": "\(job.arn)", "columns": "\(summary.extraColumns.joined(separator: ", "))"])
            }
            return (summary.rows, existing)
        } catch let error as ImportError {
            throw JobFailure(reason: "\(error)")
        }
    }

    /// The rows that an INCREMENTAL import adds to: those of the import before, save the items, users and actions that
    /// streamed records have replaced since.
    private func takeExistingRows(
        of dataset: DatasetResource, upTo streamPosition: Int64, into columns: DatasetImport
    ) async throws {
        let contents = DatasetContents(controlPlane: controlPlane)
        guard let bulkData = dataset.bulkData, let directory = contents.directory(of: dataset) else {
            throw JobFailure(reason: "The dataset has no bulk data yet; its first import must have importMode FULL.")
        }
        let rows = try DatasetRows(contentsOf: directory)
        var chosen = rows.newestRows
        if !rows.type.isInteractions, let column = rows.column(named: rows.type.subjectField) {
            let imported = bulkData.streamPosition ?? 0
            let replaced = Set(
                try await contents.streamedRows(of: dataset)
                    .filter { $0.position > imported && $0.position <= streamPosition }
                    .compactMap { $0.cells[rows.type.subjectField] })
            if !replaced.isEmpty { chosen.removeAll { replaced.contains(rows.text(row: $0, column: column)) } }
        }
        try columns.importRows(rows, chosen, named: "the existing data")
    }
}
