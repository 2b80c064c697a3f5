import Foundation

/// Reads CSV files of one schema into column builders: the part of an import that does not care where columns go.
final class RecordImporter {
    private let type: DatasetType
    private let fields: [SchemaField]
    /// Columns that count, with the event types, towards a limit.
    private let optionalColumns: Int
    private let limits: DatasetLimits
    private var reader: CSVReader
    private var sink: BlockSink
    private let pipeline: RowPipeline
    private var file: String?
    private var bytes = 0
    private(set) var hasFailed = false
    /// Complete after `finish()`.
    private(set) var summary = ImportSummary()

    private static let totalBufferBytes = 32 << 20

    convenience init(schema: DatasetSchema, limits: DatasetLimits, directory: URL?) {
        self.init(
            type: schema.type, fields: schema.fields,
            optionalColumns: schema.metadataFields.count
                + schema.fields.count { $0.name == "EVENT_TYPE" || $0.name == "EVENT_VALUE" },
            limits: limits, directory: directory)
    }

    init(
        type: DatasetType, fields: [SchemaField], optionalColumns: Int = 0, limits: DatasetLimits, directory: URL?
    ) {
        self.type = type
        self.fields = fields
        self.optionalColumns = optionalColumns
        self.limits = limits
        reader = CSVReader(maximumRecordBytes: limits.maximumRecordBytes)
        let capacity = min(max(Self.totalBufferBytes / (2 * max(fields.count, 1)), 4 << 10), 256 << 10)
        pipeline = RowPipeline(
            fields.map { ColumnBuilder($0, in: type, limits: limits, directory: directory, capacity: capacity) })
        sink = BlockSink(pipeline)
    }

    /// Rows taken in so far; while a file is read, a little behind what was consumed.
    var rowCount: Int { pipeline.count }

    func beginFile(_ name: String) throws {
        guard file == nil, !hasFailed else {
            throw ImportError(.wrongCall, file: name, "the file before it is not finished")
        }
        file = name
        try pipeline.beginFile()
    }

    func consume(_ bytes: UnsafeRawBufferPointer) throws {
        guard file != nil, !hasFailed else { throw ImportError(.wrongCall, "data came outside a file") }
        self.bytes += bytes.count
        try reading { reader, sink in try reader.consume(bytes, into: &sink) }
    }

    func finishFile() throws {
        guard file != nil, !hasFailed else { throw ImportError(.wrongCall, "no file was begun") }
        let hasHeader = try reading { reader, sink in
            try reader.finish(into: &sink)
            try pipeline.drain()
            return pipeline.shape.sources != nil
        }
        guard hasHeader else {
            hasFailed = true
            throw ImportError(.missingHeader, file: file, "the file is empty; its first line must name the columns")
        }
        file = nil
    }

    /// Gives up. Nothing is written after the call.
    func cancel() {
        hasFailed = true
        pipeline.cancel()
    }

    /// Runs `body` on the reader and the sink as local variables, whose accesses need no checks at run time.
    private func reading<Result>(_ body: (inout CSVReader, inout BlockSink) throws -> Result) throws -> Result {
        var reader = CSVReader(maximumRecordBytes: 0)
        var sink = BlockSink(pipeline)
        swap(&reader, &self.reader)
        swap(&sink, &self.sink)
        defer {
            swap(&reader, &self.reader)
            swap(&sink, &self.sink)
        }
        do {
            do {
                return try body(&reader, &sink)
            } catch let failure as CSVReader.Failure {
                // A mistake in a record before the one that cannot be read comes first.
                try pipeline.drain()
                throw failure
            }
        } catch {
            hasFailed = true
            switch error {
            case let failure as CSVReader.Failure: throw ImportError(failure, file: file)
            case let failure as ImportError: throw failure.inFile(file)
            default: throw error
            }
        }
    }

    /// Checks what can be known only at the end, and completes the columns.
    func finish() throws -> [ColumnOutput] {
        guard file == nil, !hasFailed else {
            throw ImportError(.wrongCall, "the import failed or a file is not finished")
        }
        let rows = pipeline.count
        var builders = try pipeline.finish()
        if type == .interactions { try checkInteractions(builders, rows: rows) }
        summary.rows = rows
        summary.bytes = bytes
        summary.extraColumns = pipeline.shape.extraColumns
        summary.absentColumns = fields.map(\.name).filter { !pipeline.shape.seenColumns.contains($0) }
        for builder in builders {
            switch builder.field.name {
            case "USER_ID": summary.users = builder.distinctCount
            case "ITEM_ID", "ACTION_ID": summary.items = builder.distinctCount
            case "EVENT_TYPE" where type.isInteractions: summary.eventTypes = builder.distinctCount
            case "TIMESTAMP" where type.isInteractions && rows > 0:
                summary.minimumTimestamp = builder.minimum
                summary.maximumTimestamp = builder.maximum
            default: break
            }
        }
        var outputs: [ColumnOutput] = []
        for index in builders.indices { outputs += try builders[index].finish() }
        return outputs
    }

    private func checkInteractions(_ builders: [ColumnBuilder], rows: Int) throws(ImportError) {
        // Of action interactions there may be any number (developer guide, "Preparing action interaction data for
        // training").
        guard type == .actionInteractions || rows >= limits.minimumInteractionsPerImport else {
            throw ImportError(
                .tooFewRows,
                "the import has \(rows) interactions, but at least \(limits.minimumInteractionsPerImport) are needed"
            )
        }
        let builder = builders.first { $0.field.name == "EVENT_TYPE" }
        guard let eventTypes = builder?.distinctCount else { return }
        guard eventTypes + optionalColumns <= limits.maximumEventTypesAndMetadataFields else {
            throw ImportError(
                .tooManyEventTypes, columnName: "EVENT_TYPE",
                "there are \(eventTypes) event types and \(optionalColumns) optional columns, but together there may be at "
                    + "most \(limits.maximumEventTypesAndMetadataFields)")
        }
    }

    /// The columns of an import in memory.
    func columns(_ outputs: [ColumnOutput], path: String) -> MemoryColumns {
        MemoryColumns(
            type: type, fields: fields, rows: summary.rows, path: path,
            outputs: Dictionary(outputs.map { ($0.name, $0) }) { first, _ in first })
    }
}
