/// Hands the fields of each record to the builders of their columns.
struct RowBuilder {
    var builders: [ColumnBuilder]
    /// For each builder the number of its column in the file, or -1; nil until the file's header is read.
    var sources: [Int]?
    private var columnCount = 0
    private(set) var count = 0
    private(set) var seenColumns: Set<String> = []
    private(set) var extraColumns: [String] = []

    private static let maximumExtraColumns = 1_000

    init(builders: [ColumnBuilder]) { self.builders = builders }

    @inline(__always)
    mutating func take(_ record: CSVRecord) throws {
        guard let sources else { return try readHeader(record) }
        guard record.count == columnCount else {
            throw ImportError(
                .fieldCount, line: record.line,
                "the record has \(record.count) fields, but the header has \(columnCount)")
        }
        for index in 0..<builders.count {
            let source = sources[index]
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
        count += 1
    }

    @inline(never)
    private func located(
        _ failure: ColumnBuilder.Failure, _ record: CSVRecord, _ source: Int, _ field: SchemaField
    ) -> any Error {
        switch failure {
        case .storage(let error): return error
        case .cell(let error):
            return ImportError(
                .invalidCell, line: record.line, column: source + 1, columnName: field.name,
                text: error.showsText && source >= 0 ? record.text(source).abbreviated : nil, error.message)
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
