import Foundation

/// Reads CSV files of one schema into column builders: the part of an import that does not care where columns go.
final class RecordImporter {
    private let type: DatasetType
    private let fields: [SchemaField]
    /// Columns that count, with the event types, towards a limit.
    private let optionalColumns: Int
    private let limits: DatasetLimits
    private let builders: [ColumnBuilder]
    private var reader: CSVReader
    private var file: String?
    /// For each field the number of its column in the file, or -1; nil until the header is read.
    private var sources: [Int]?
    private var columnCount = 0
    private var seenColumns: Set<String> = []
    private(set) var summary = ImportSummary()
    private(set) var hasFailed = false

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
        let capacity = min(max(Self.totalBufferBytes / (2 * fields.count), 4 << 10), 256 << 10)
        builders = fields.map {
            ColumnBuilder($0, in: type, limits: limits, directory: directory, capacity: capacity)
        }
    }

    func beginFile(_ name: String) throws(ImportError) {
        guard file == nil, !hasFailed else {
            throw ImportError(.wrongCall, file: name, "the file before it is not finished")
        }
        file = name
        sources = nil
    }

    func consume(_ bytes: UnsafeRawBufferPointer) throws {
        guard file != nil, !hasFailed else { throw ImportError(.wrongCall, "data came outside a file") }
        summary.bytes += bytes.count
        try tracking { try reader.consume(bytes) { try take($0) } }
    }

    func finishFile() throws {
        guard file != nil, !hasFailed else { throw ImportError(.wrongCall, "no file was begun") }
        try tracking { try reader.finish { try take($0) } }
        guard sources != nil else {
            hasFailed = true
            throw ImportError(.missingHeader, file: file, "the file is empty; its first line must name the columns")
        }
        file = nil
    }

    private func tracking(_ body: () throws -> Void) throws {
        do {
            try body()
        } catch let failure as CSVReader.Failure {
            hasFailed = true
            throw ImportError(failure, file: file)
        } catch {
            hasFailed = true
            throw error
        }
    }

    @inline(__always)
    private func take(_ record: CSVRecord) throws {
        guard let sources else { return try readHeader(record) }
        guard record.count == columnCount else {
            throw ImportError(
                .fieldCount, file: file, line: record.line,
                "the record has \(record.count) fields, but the header has \(columnCount)")
        }
        for (index, source) in sources.enumerated() {
            do throws(ColumnBuilder.Failure) {
                if source >= 0 {
                    try builders[index].append(record[source])
                } else {
                    try builders[index].appendNull()
                }
            } catch {
                throw located(error, record, source, builders[index].field)
            }
        }
        summary.rows += 1
    }

    private func located(
        _ failure: ColumnBuilder.Failure, _ record: CSVRecord, _ source: Int, _ field: SchemaField
    ) -> any Error {
        switch failure {
        case .storage(let error): return error
        case .cell(let error):
            return ImportError(
                .invalidCell, file: file, line: record.line, column: source + 1, columnName: field.name,
                text: error.showsText && source >= 0 ? record.text(source).abbreviated : nil, error.message)
        }
    }

    private func readHeader(_ record: CSVRecord) throws(ImportError) {
        let names = (0..<record.count).map { record.text($0) }
        var columns: [String: Int] = [:]
        for (index, name) in names.enumerated() {
            guard columns.updateValue(index, forKey: name) == nil else {
                throw ImportError(
                    .duplicateColumn, file: file, line: record.line, column: index + 1, columnName: name.abbreviated,
                    "the header names this column twice")
            }
        }
        var sources: [Int] = []
        for field in fields {
            if let index = columns[field.name] {
                sources.append(index)
                seenColumns.insert(field.name)
            } else if field.isNullable {
                sources.append(-1)
            } else {
                let alike = names.first { $0.lowercased() == field.name.lowercased() }
                let hint = alike.map { "; it has \($0.abbreviated), but case matters" } ?? ""
                throw ImportError(
                    .missingColumn, file: file, line: record.line, columnName: field.name,
                    "the header has no column \(field.name), which the schema requires\(hint)")
            }
        }
        let known = Set(fields.map(\.name))
        for name in names where !known.contains(name) && !summary.extraColumns.contains(name.abbreviated) {
            if summary.extraColumns.count < 1_000 { summary.extraColumns.append(name.abbreviated) }
        }
        columnCount = names.count
        self.sources = sources
    }

    /// Checks what can be known only at the end, and completes the columns.
    func finish() throws -> [ColumnOutput] {
        guard file == nil, !hasFailed else {
            throw ImportError(.wrongCall, "the import failed or a file is not finished")
        }
        if type == .interactions { try checkInteractions() }
        summary.absentColumns = fields.map(\.name).filter { !seenColumns.contains($0) }
        for builder in builders {
            switch builder.field.name {
            case "USER_ID": summary.users = builder.distinctCount
            case "ITEM_ID", "ACTION_ID": summary.items = builder.distinctCount
            case "EVENT_TYPE" where type.isInteractions: summary.eventTypes = builder.distinctCount
            case "TIMESTAMP" where type.isInteractions && summary.rows > 0:
                summary.minimumTimestamp = builder.minimum
                summary.maximumTimestamp = builder.maximum
            default: break
            }
        }
        var outputs: [ColumnOutput] = []
        for builder in builders { outputs += try builder.finish() }
        return outputs
    }

    private func checkInteractions() throws(ImportError) {
        guard summary.rows >= limits.minimumInteractionsPerImport else {
            throw ImportError(
                .tooFewRows,
                "the import has \(summary.rows) interactions, but at least \(limits.minimumInteractionsPerImport) are needed"
            )
        }
        guard let eventTypes = builders.first(where: { $0.field.name == "EVENT_TYPE" })?.distinctCount else { return }
        guard eventTypes + optionalColumns <= limits.maximumEventTypesAndMetadataFields else {
            throw ImportError(
                .tooManyEventTypes, columnName: "EVENT_TYPE",
                "there are \(eventTypes) event types and \(optionalColumns) optional columns, but together there may be at most "
                    + "\(limits.maximumEventTypesAndMetadataFields)")
        }
    }

    func columns(_ outputs: [ColumnOutput], path: String) -> MemoryColumns {
        MemoryColumns(
            type: type, fields: fields, rows: summary.rows, path: path,
            outputs: Dictionary(outputs.map { ($0.name, $0) }) { first, _ in first })
    }
}
