/// Hands the fields of records to the builders of their columns, a batch of records at a time and column by column, so
/// that the cache misses of one column's lookups overlap.
struct RowBuilder: CSVRecordSink {
    var builders: [ColumnBuilder]
    /// For each builder the number of its column in the file, or -1; nil until the file's header is read.
    var sources: [Int]?
    private var columnCount = 0
    private(set) var count = 0
    private(set) var seenColumns: Set<String> = []
    private(set) var extraColumns: [String] = []

    /// The batch, column after column, each with room for `batchRows` cells; valid until `endBatch()`.
    private var cells: [UnsafeBufferPointer<UInt8>]
    private var lines = Array(repeating: 0, count: batchRows)
    private var pending = 0

    private static let batchRows = 64
    private static let maximumExtraColumns = 1_000

    init(builders: [ColumnBuilder]) {
        self.builders = builders
        cells = Array(repeating: UnsafeBufferPointer(start: nil, count: 0), count: builders.count * Self.batchRows)
    }

    @inline(__always)
    mutating func take(_ record: CSVRecord) throws {
        guard let sources else { return try readHeader(record) }
        guard record.count == columnCount else {
            try endBatch()
            throw ImportError(
                .fieldCount, line: record.line,
                "the record has \(record.count) fields, but the header has \(columnCount)")
        }
        var at = pending
        for source in sources {
            cells[at] = source >= 0 ? record[source] : UnsafeBufferPointer(start: nil, count: 0)
            at += Self.batchRows
        }
        lines[pending] = record.line
        pending += 1
        if pending == Self.batchRows { try endBatch() }
    }

    /// Appends the batch to the columns. Of several mistakes the first row's first one is reported.
    mutating func endBatch() throws {
        guard pending > 0, let sources else { return }
        var rows = pending
        pending = 0
        var mistake: (any Error)?
        for index in builders.indices {
            let failed = cells.withUnsafeBufferPointer { cells in
                builders[index].append(
                    UnsafeBufferPointer(rebasing: cells[index * Self.batchRows..<index * Self.batchRows + rows]))
            }
            if let failed {
                rows = failed.row
                mistake = located(failed.failure, index, row: rows, source: sources[index])
            }
        }
        if let mistake { throw mistake }
        count += rows
    }

    @inline(never)
    private func located(
        _ failure: ColumnBuilder.Failure, _ index: Int, row: Int, source: Int
    ) -> any Error {
        switch failure {
        case .storage(let error): return error
        case .cell(let error):
            let text = String(decoding: cells[index * Self.batchRows + row], as: UTF8.self)
            return ImportError(
                .invalidCell, line: lines[row], column: source + 1, columnName: builders[index].field.name,
                text: error.showsText ? text.abbreviated : nil, error.message)
        }
    }

    @inline(never)
    private mutating func readHeader(_ record: CSVRecord) throws(ImportError) {
        let names = (0..<record.count).map { record.text($0) }
        var columns: [String: Int] = [:]
        for (index, name) in names.enumerated() {
            guard columns.updateValue(index, forKey: name) == nil else {
                throw ImportError(
                    .duplicateColumn, line: record.line, column: index + 1, columnName: name.abbreviated,
                    "the header names this column twice")
            }
        }
        var sources: [Int] = []
        for field in builders.map(\.field) {
            if let index = columns[field.name] {
                sources.append(index)
                seenColumns.insert(field.name)
            } else if field.isNullable {
                sources.append(-1)
            } else {
                let alike = names.first { $0.lowercased() == field.name.lowercased() }
                let hint = alike.map { "; it has \($0.abbreviated), but case matters" } ?? ""
                throw ImportError(
                    .missingColumn, line: record.line, columnName: field.name,
                    "the header has no column \(field.name), which the schema requires\(hint)")
            }
        }
        let known = Set(builders.map(\.field.name))
        for name in names.map(\.abbreviated) where !known.contains(name) && !extraColumns.contains(name) {
            if extraColumns.count < Self.maximumExtraColumns { extraColumns.append(name) }
        }
        columnCount = names.count
        self.sources = sources
    }
}

extension ImportError {
    /// The same error with its file named.
    func inFile(_ file: String?) -> ImportError {
        ImportError(
            reason, file: self.file ?? file, line: line, column: column, columnName: columnName, text: text, message)
    }
}
