/// Which fields of a file's records belong to which fields of a schema, as the file's header says.
struct RecordShape {
    private let fields: [SchemaField]
    /// For each field of the schema the number of its column in the file, or -1; nil until the file's header is read.
    private(set) var sources: [Int]?
    private var columnCount = 0
    private(set) var seenColumns: Set<String> = []
    private(set) var extraColumns: [String] = []

    private static let maximumExtraColumns = 1_000

    init(_ fields: [SchemaField]) { self.fields = fields }

    /// The next record is a header.
    mutating func beginFile() { sources = nil }

    /// The rows of a block.
    struct Rows {
        /// Of all records.
        let records: Range<Int>
        /// Of the first row, among the fields of all records.
        let fieldStart: Int
        let sources: [Int]
        /// Fields of a row.
        let columnCount: Int
        /// What is wrong with the record after them, if anything is.
        let mistake: ImportError?
    }

    /// Finds the rows of a block, and reads the header if there is none yet.
    ///
    /// - Returns: Nil for a block without records.
    /// - Throws: What is wrong with the header.
    mutating func rows(of block: borrowing RecordBlock) throws(ImportError) -> Rows? {
        var found: Rows?
        var mistake: ImportError?
        block.withRecords { contents in
            do throws(ImportError) { found = try rows(of: contents) } catch { mistake = error }
        }
        if let mistake { throw mistake }
        return found
    }

    private mutating func rows(of contents: RecordBlock.Contents) throws(ImportError) -> Rows {
        var start = 0
        var fieldStart = 0
        if sources == nil {
            let header = contents.records[0]
            let ranges = UnsafeBufferPointer(start: contents.fields, count: header.fieldEnd)
            try readHeader(CSVRecord(base: contents.base, ranges: ranges, line: header.line))
            (start, fieldStart) = (1, header.fieldEnd)
        }
        var end = start
        var fieldEnd = fieldStart
        while end < contents.records.count, contents.records[end].fieldEnd == fieldEnd + columnCount {
            end += 1
            fieldEnd += columnCount
        }
        var mistake: ImportError?
        if end < contents.records.count {
            let record = contents.records[end]
            mistake = ImportError(
                .fieldCount, line: record.line,
                "the record has \(record.fieldEnd - fieldEnd) fields, but the header has \(columnCount)")
        }
        return Rows(
            records: start..<end, fieldStart: fieldStart, sources: sources ?? [], columnCount: columnCount,
            mistake: mistake)
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
                    .missingColumn, line: record.line, columnName: field.name,
                    "the header has no column \(field.name), which the schema requires\(hint)")
            }
        }
        let known = Set(fields.map(\.name))
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
