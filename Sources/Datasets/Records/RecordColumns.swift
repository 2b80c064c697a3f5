/// Records that came one by one, as the columns of an import: the same parsing, so the same meaning.
private func memoryColumns(of records: [[String: String]], schema: DatasetSchema) throws -> MemoryColumns {
    var limits = DatasetLimits.withoutMinimums
    limits.maximumEventTypesAndMetadataFields = Int(UInt16.max)
    let importer = RecordImporter(schema: schema, limits: limits, directory: nil)
    let name = "streamed records"
    var text = CSVBuffer()
    text.record(schema.fields.map(\.name))
    try importer.beginFile(name)
    for record in records {
        text.record(schema.fields.map { record[$0.name] ?? "" })
        if text.bytes.count > 1 << 20 {
            try text.bytes.withUnsafeBytes { try importer.consume($0) }
            text.removeAll()
        }
    }
    try text.bytes.withUnsafeBytes { try importer.consume($0) }
    try importer.finishFile()
    return importer.columns(try importer.finish(), path: name)
}

extension Interactions {
    /// - Parameter records: Cells by field name, checked by ``DatasetSchema/cells(given:properties:reserved:optional:limits:)``.
    package init(records: [[String: String]], schema: DatasetSchema) throws {
        try self.init(memoryColumns(of: records, schema: schema))
    }
}

extension MetadataTable {
    /// Of several records with one identifier the last counts.
    package init(records: [[String: String]], schema: DatasetSchema) throws {
        try self.init(memoryColumns(of: records, schema: schema))
    }
}

extension DatasetRows {
    package init(records: [[String: String]], schema: DatasetSchema) throws {
        try self.init(memoryColumns(of: records, schema: schema))
    }
}
