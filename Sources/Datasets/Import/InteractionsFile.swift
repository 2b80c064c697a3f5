public import Foundation

/// Interactions straight from a CSV file, with the schema that the header shows.
public enum InteractionsFile {
    /// Reads `USER_ID`, `ITEM_ID` and `TIMESTAMP`, and `EVENT_TYPE` and `EVENT_VALUE` where the file has them; other
    /// columns are ignored. No minimum applies.
    ///
    /// - Throws: `ImportError` with the file, line and column of what is wrong.
    public static func read(csv url: URL) throws -> Interactions {
        try readWithSummary(csv: url).interactions
    }

    /// The same, with what was taken in.
    public static func readWithSummary(csv url: URL) throws -> (interactions: Interactions, summary: ImportSummary) {
        let header = try CSVHeader.read(url)
        var fields = [
            SchemaField(name: "USER_ID", type: .string), SchemaField(name: "ITEM_ID", type: .string),
            SchemaField(name: "TIMESTAMP", type: .long),
        ]
        if header.contains("EVENT_TYPE") {
            fields.append(SchemaField(name: "EVENT_TYPE", type: .string, isNullable: true))
        }
        if header.contains("EVENT_VALUE") {
            fields.append(SchemaField(name: "EVENT_VALUE", type: .float, isNullable: true))
        }
        var limits = DatasetLimits.withoutMinimums
        limits.maximumEventTypesAndMetadataFields = Int(UInt16.max)
        let importer = RecordImporter(
            schema: try DatasetSchema(type: .interactions, fields: fields), limits: limits, directory: nil)
        let outputs = try importer.read(url)
        return (try Interactions(importer.columns(outputs, path: url.path)), importer.summary)
    }
}

extension RecordImporter {
    /// Imports one whole file.
    func read(_ url: URL) throws -> [ColumnOutput] {
        try beginFile(url.lastPathComponent)
        try FileChunks.forEach(of: url) { try consume($0) }
        try finishFile()
        return try finish()
    }
}

/// The first record of a CSV file.
enum CSVHeader {
    private struct Found: Error {}

    static func read(_ url: URL) throws -> [String] {
        var reader = CSVReader()
        var names: [String]?
        func take(_ record: CSVRecord) throws {
            names = (0..<record.count).map { record.text($0) }
            throw Found()
        }
        do {
            try FileChunks.forEach(of: url) { try reader.consume($0, take) }
            try reader.finish(take)
        } catch is Found {
        } catch let failure as CSVReader.Failure {
            throw ImportError(failure, file: url.lastPathComponent)
        }
        guard let names else {
            throw ImportError(
                .missingHeader, file: url.lastPathComponent, "the file is empty; its first line must name the columns")
        }
        return names
    }
}
