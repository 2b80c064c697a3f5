import Datasets
import Foundation
import GRDB
import NIOCore
import ObjectStorage

/// Writes the rows of a dataset as one CSV object, with the columns of its schema.
///
/// The object is `JOB-NAME.csv` under the job's path, so a second run after a stop replaces what the first began.
struct DatasetExporting {
    let controlPlane: ControlPlane

    func run(_ job: JobRow) async throws {
        let (export, dataset) = try await controlPlane.database.pool.read { database in
            let export: DatasetExportJobResource = try ResourceStore.get(job.arn, in: database)
            return (export, try ResourceStore.get(export.datasetArn, as: DatasetResource.self, in: database))
        }
        let location = try S3Location(parsing: export.path)
        let folder = location.isPrefix ? location.key : location.key + "/"
        let key = "\(folder)\(export.name).csv"
        try await controlPlane.checkMayWrite(
            bucket: location.bucket, key: key, role: export.roleArn, for: export.arn)
        let contents = DatasetContents(controlPlane: controlPlane)
        let schema = try await contents.schema(of: dataset)
        let parts = try await parts(of: dataset, schema: schema, mode: export.ingestionMode, contents)
        do {
            try await controlPlane.objects.write(
                bucket: location.bucket, key: key, contentType: "text/csv",
                body: ExportBody(fields: schema.fields.map(\.name), parts: parts))
        } catch let error as ObjectStorageError {
            throw JobFailure(reason: "The output location s3://\(location.bucket)/\(key) cannot be written: \(error)")
        }
        try await Activation(controlPlane: controlPlane).run(job)
    }

    /// Which rows an export has (developer guide, "Exporting the training data in a dataset to Amazon S3").
    private func parts(
        of dataset: DatasetResource, schema: Datasets.DatasetSchema, mode: String, _ contents: DatasetContents
    ) async throws -> [ExportBody.Part] {
        var parts: [ExportBody.Part] = []
        let bulk = mode == "PUT" ? nil : try contents.directory(of: dataset).map { try DatasetRows(contentsOf: $0) }
        var streamed = mode == "BULK" ? [] : try await contents.streamedRows(of: dataset)
        if let bulk {
            var chosen = bulk.newestRows
            if mode == "ALL", !schema.type.isInteractions, let column = bulk.column(named: schema.type.subjectField) {
                let known = Set(chosen.map { bulk.text(row: $0, column: column) })
                streamed = try await contents.newestRows(of: dataset) { known.contains($0) }
                let replaced = Set(streamed.compactMap { $0.cells[schema.type.subjectField] })
                chosen.removeAll { replaced.contains(bulk.text(row: $0, column: column)) }
            }
            parts.append(.init(rows: bulk, chosen: chosen))
        } else if mode == "ALL", !schema.type.isInteractions {
            streamed = try await contents.newestRows(of: dataset) { _ in false }
        }
        if !streamed.isEmpty {
            let rows = try DatasetRows(records: streamed.map(\.cells), schema: schema)
            parts.append(.init(rows: rows, chosen: Array(0..<rows.count)))
        }
        return parts
    }
}

/// The CSV text of an export, made as it is read. Of rows that agree in all fields one is written; to know them takes
/// 16 bytes a row.
struct ExportBody: AsyncSequence, Sendable {
    struct Part: Sendable {
        let rows: DatasetRows
        let chosen: [Int]
    }

    let fields: [String]
    let parts: [Part]

    func makeAsyncIterator() -> Iterator { Iterator(fields: fields, parts: parts) }

    struct Iterator: AsyncIteratorProtocol {
        private struct Fingerprint: Hashable {
            let first, second: Int
        }

        private static let chunkBytes = 256 << 10

        private let fields: [String]
        private let parts: [Part]
        private var part = 0
        private var next = 0
        private var isBegun = false
        private var seen: Set<Fingerprint> = []

        init(fields: [String], parts: [Part]) {
            self.fields = fields
            self.parts = parts
        }

        mutating func next() async throws -> ByteBuffer? {
            var text = CSVBuffer(reserving: Self.chunkBytes + 4096)
            if !isBegun {
                isBegun = true
                text.record(fields)
            }
            while part < parts.count, text.bytes.count < Self.chunkBytes {
                let current = parts[part]
                guard next < current.chosen.count else {
                    part += 1
                    next = 0
                    continue
                }
                let row = current.chosen[next]
                next += 1
                let cells = fields.map { name in
                    current.rows.column(named: name).map { current.rows.text(row: row, column: $0) } ?? ""
                }
                if seen.insert(Self.fingerprint(of: cells)).inserted { text.record(cells) }
            }
            return text.bytes.isEmpty ? nil : ByteBuffer(bytes: text.bytes)
        }

        private static func fingerprint(of cells: [String]) -> Fingerprint {
            var first = Hasher()
            first.combine(1)
            first.combine(cells)
            var second = Hasher()
            second.combine(2)
            second.combine(cells)
            return Fingerprint(first: first.finalize(), second: second.finalize())
        }
    }
}
