public import Foundation

/// A metadata table straight from a CSV file, with a schema inferred from what the file has.
public enum MetadataFile {
    /// Reads a table of `type`, which must not be an interactions type.
    ///
    /// The identifier column is required. Every other column is nullable and becomes, by its cells, whole numbers,
    /// numbers, or categories; a column whose cells are prose (on average 80 bytes or more) becomes text. The file is
    /// read twice.
    ///
    /// - Throws: `ImportError` with the file, line and column of what is wrong.
    public static func read(csv url: URL, type: DatasetType) throws -> MetadataTable {
        guard !type.isInteractions else {
            throw ImportError(.wrongCall, file: url.lastPathComponent, "\(type.rawValue) is not a metadata table")
        }
        let fields = try inferFields(of: url, beside: [SchemaField(name: type.subjectField, type: .string)])
        let importer = RecordImporter(type: type, fields: fields, limits: .withoutMinimums, directory: nil)
        let outputs = try importer.read(url)
        return try MetadataTable(importer.columns(outputs, path: url.path))
    }

    private static let proseBytes = 80

    private struct Evidence {
        var isInteger = true
        var isNumber = true
        var cells = 0
        var bytes = 0

        mutating func add(_ cell: UnsafeBufferPointer<UInt8>) {
            guard !cell.isEmpty else { return }
            cells += 1
            bytes += cell.count
            if isInteger { isInteger = (try? CellParsing.integer(cell)) != nil }
            if isNumber { isNumber = (try? CellParsing.number(cell)) != nil }
        }

        func field(_ name: String) -> SchemaField {
            if cells > 0, isInteger { return SchemaField(name: name, type: .long, isNullable: true) }
            if cells > 0, isNumber { return SchemaField(name: name, type: .double, isNullable: true) }
            let isProse = cells > 0 && bytes / cells >= proseBytes
            return SchemaField(
                name: name, type: .string, isNullable: true, isCategorical: !isProse, isTextual: isProse)
        }
    }

    /// Some fields, and after them one for each other column of the file, by its cells.
    static func inferFields(of url: URL, beside known: [SchemaField]) throws -> [SchemaField] {
        let header = try CSVHeader.read(url)
        var evidence = Array(repeating: Evidence(), count: header.count)
        var reader = CSVReader()
        var isHeader = true
        func take(_ record: CSVRecord) throws {
            guard !isHeader else {
                isHeader = false
                return
            }
            for index in 0..<min(record.count, evidence.count) { evidence[index].add(record[index]) }
        }
        do {
            try FileChunks.forEach(of: url) { try reader.consume($0, take) }
            try reader.finish(take)
        } catch is CSVReader.Failure {
            // The import below meets the same failure and reports its place.
        }
        var fields = known
        for (name, evidence) in zip(header, evidence)
        where AvroRecord.isFieldName(name) && !fields.contains(where: { $0.name == name }) {
            fields.append(evidence.field(name))
        }
        return fields
    }
}
