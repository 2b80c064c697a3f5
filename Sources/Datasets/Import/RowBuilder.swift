/// Hands the fields of records to the builders of their columns, a batch of records at a time and column by column, so
/// that the cache misses of one column's lookups overlap.
struct RowBuilder {
    var builders: [ColumnBuilder]
    /// For each builder the number of its column in the file, or -1; nil until the file's header is read.
    var sources: [Int]?
    private var columnCount = 0
    private(set) var count = 0
    private(set) var seenColumns: Set<String> = []
    private(set) var extraColumns: [String] = []

    private static let batchRows = 64
    private static let maximumExtraColumns = 1_000

    init(builders: [ColumnBuilder]) { self.builders = builders }

    /// Appends the records of a block. Of several mistakes the first record's first one is reported.
    mutating func append(_ block: RecordBlock) throws {
        try block.withRecords { contents in
            var place = 0
            var fieldStart = 0
            if sources == nil {
                let header = contents.records[0]
                let fields = UnsafeBufferPointer(start: contents.fields, count: header.fieldEnd)
                try readHeader(CSVRecord(base: contents.base, ranges: fields, line: header.line))
                place = 1
                fieldStart = header.fieldEnd
            }
            while place < contents.records.count {
                var end = place
                var fieldEnd = fieldStart
                while end < contents.records.count, end - place < Self.batchRows,
                    contents.records[end].fieldEnd == fieldEnd + columnCount
                {
                    end += 1
                    fieldEnd += columnCount
                }
                try append(contents, rows: place..<end, fieldStart: fieldStart)
                if end < contents.records.count, end - place < Self.batchRows {
                    let record = contents.records[end]
                    throw ImportError(
                        .fieldCount, line: record.line,
                        "the record has \(record.fieldEnd - fieldEnd) fields, but the header has \(columnCount)")
                }
                (place, fieldStart) = (end, fieldEnd)
            }
        }
    }

    /// Appends a batch of records that have a field for each column.
    private mutating func append(_ contents: RecordBlock.Contents, rows: Range<Int>, fieldStart: Int) throws {
        guard let sources else { return }
        var count = rows.count
        var mistake: (any Error)?
        for index in builders.indices {
            let source = sources[index]
            let cells = ColumnCells(
                base: contents.base, first: source >= 0 ? contents.fields + fieldStart + source : nil,
                stride: columnCount, count: count)
            if let failed = builders[index].append(cells) {
                count = failed.row
                let line = contents.records[rows.lowerBound + count].line
                mistake = located(failed.failure, index, cell: cells[count], line: line, source: source)
            }
        }
        if let mistake { throw mistake }
        self.count += count
    }

    @inline(never)
    private func located(
        _ failure: ColumnBuilder.Failure, _ index: Int, cell: UnsafeBufferPointer<UInt8>, line: Int, source: Int
    ) -> any Error {
        switch failure {
        case .storage(let error): return error
        case .cell(let error):
            let text = String(decoding: cell, as: UTF8.self)
            return ImportError(
                .invalidCell, line: line, column: source + 1, columnName: builders[index].field.name,
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
