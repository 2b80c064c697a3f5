import Datasets
import Foundation

/// A directory that is gone after `body`.
func withTemporaryDirectory<Result>(_ body: (URL) throws -> Result) throws -> Result {
    let url = FileManager.default.temporaryDirectory.appendingPathComponent("datasets-\(UUID().uuidString)")
    try FileManager.default.createDirectory(at: url, withIntermediateDirectories: true)
    defer { try? FileManager.default.removeItem(at: url) }
    return try body(url)
}

/// Imports one CSV text in chunks.
func importText(
    _ csv: [UInt8], schema: DatasetSchema, into directory: URL, limits: DatasetLimits = .withoutMinimums,
    chunk: Int = 1 << 16
) throws -> ImportSummary {
    let job = try DatasetImport(schema: schema, into: directory, limits: limits)
    try job.beginFile("data.csv")
    var offset = 0
    while offset < csv.count {
        try job.consume(Array(csv[offset..<min(csv.count, offset + chunk)]))
        offset += chunk
    }
    try job.finishFile()
    return try job.finish()
}

func importText(
    _ csv: String, schema: DatasetSchema, into directory: URL, limits: DatasetLimits = .withoutMinimums
) throws -> ImportSummary {
    try importText(Array(csv.utf8), schema: schema, into: directory, limits: limits)
}

/// The error that an import of `csv` meets; nil if it meets none.
func importError(
    _ csv: [UInt8], schema: DatasetSchema, limits: DatasetLimits = .withoutMinimums
) throws -> ImportError? {
    try withTemporaryDirectory { place in
        do {
            _ = try importText(csv, schema: schema, into: place.appendingPathComponent("d"), limits: limits)
            return nil
        } catch let error as ImportError {
            return error
        }
    }
}

func importError(
    _ csv: String, schema: DatasetSchema, limits: DatasetLimits = .withoutMinimums
) throws -> ImportError? {
    try importError(Array(csv.utf8), schema: schema, limits: limits)
}

extension DatasetSchema {
    static func interactions(_ extra: [SchemaField] = []) throws -> DatasetSchema {
        try DatasetSchema(
            type: .interactions,
            fields: [
                SchemaField(name: "USER_ID", type: .string), SchemaField(name: "ITEM_ID", type: .string),
                SchemaField(name: "TIMESTAMP", type: .long),
            ] + extra)
    }

    static func items(_ extra: [SchemaField]) throws -> DatasetSchema {
        try DatasetSchema(type: .items, fields: [SchemaField(name: "ITEM_ID", type: .string)] + extra)
    }
}
