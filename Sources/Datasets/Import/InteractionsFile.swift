public import Foundation

/// Interactions straight from a CSV file, with the schema that the header shows.
public enum InteractionsFile {
    /// Reads `USER_ID`, `ITEM_ID` and `TIMESTAMP`, and `EVENT_TYPE` and `EVENT_VALUE` where the file has them. No minimum
    /// applies.
    ///
    /// - Parameter contexts: Whether other columns become context columns, with types inferred as ``MetadataFile`` does and
    ///   `IMPRESSION` as text; a file with such columns is then read twice. Otherwise they are ignored.
    /// - Throws: `ImportError` with the file, line and column of what is wrong.
    public static func read(csv url: URL, contexts: Bool = false) throws -> Interactions {
        try readWithSummary(csv: url, contexts: contexts).interactions
    }

    private static let textColumns: Set<String> = ["IMPRESSION", "RECOMMENDATION_ID"]

    /// The same, with what was taken in.
    public static func readWithSummary(
        csv url: URL, contexts: Bool = false
    ) throws -> (interactions: Interactions, summary: ImportSummary) {
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
        if contexts, header.contains(where: { name in !fields.contains { $0.name == name } }) {
            let known = fields.count
            fields = try MetadataFile.inferFields(of: url, beside: fields)
            for index in fields.indices.dropFirst(known) {
                let field = fields[index]
                let isText = textColumns.contains(field.name) || field.isTextual
                fields[index] = SchemaField(
                    name: field.name, type: isText ? .string : field.type, isNullable: true,
                    isCategorical: field.isCategorical && !isText)
            }
        }
        var limits = DatasetLimits.withoutMinimums
        limits.maximumEventTypesAndMetadataFields = Int(UInt16.max)
        let importer = RecordImporter(
            type: .interactions, fields: fields, optionalColumns: fields.count - 3, limits: limits, directory: nil)
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
