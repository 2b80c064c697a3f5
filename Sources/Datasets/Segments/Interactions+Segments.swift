public import Foundation

extension Interactions {
    /// Loads a finished import of `INTERACTIONS` or `ACTION_INTERACTIONS` (whose actions become the items).
    ///
    /// Every file is checked: its length, its checksum, and that every index is within its vocabulary. Memory is that of
    /// the columns.
    /// - Throws: `SegmentError`.
    public init(contentsOf directory: URL) throws(SegmentError) {
        try self.init(SegmentDirectory(directory))
    }

    init(_ source: some ColumnSource) throws(SegmentError) {
        guard source.type.isInteractions else {
            throw SegmentError(
                .wrongDatasetType, path: source.path, "the dataset is \(source.type.rawValue), not interactions")
        }
        let userField = try source.field("USER_ID", .identifier)
        let itemField = try source.field(source.type.subjectField, .identifier)
        let timeField = try source.field("TIMESTAMP", .timestamp)
        let users = try source.vocabulary(userField)
        let items = try source.vocabulary(itemField)
        self.init(
            users: users, items: items,
            userIndices: try source.codes(userField, below: users.count, as: UInt32.self),
            itemIndices: try source.codes(itemField, below: items.count, as: UInt32.self),
            timestamps: try source.rowValues(timeField, "values", as: Int64.self))
        guard !userField.isNullable, !itemField.isNullable else {
            throw SegmentError(.damaged, path: source.path, "an identifier column allows null")
        }
        for field in source.fields {
            switch ColumnKind(field, in: source.type) {
            case .identifier: continue
            case .eventType:
                eventTypes = try source.vocabulary(field)
                eventTypeIndices = try source.codes(field, below: eventTypes.count, as: UInt16.self)
            case .eventValue: eventValues = try source.rowValues(field, "values", as: Float.self)
            default:
                if field.name != "TIMESTAMP" { contextColumns.append(try source.metadataColumn(field)) }
            }
        }
    }
}

extension MetadataTable {
    /// Loads a finished import of `ITEMS`, `USERS` or `ACTIONS`. Where an identifier was repeated, its last row counts.
    ///
    /// - Throws: `SegmentError`.
    public init(contentsOf directory: URL) throws(SegmentError) {
        try self.init(SegmentDirectory(directory))
    }

    init(_ source: some ColumnSource) throws(SegmentError) {
        guard !source.type.isInteractions else {
            throw SegmentError(
                .wrongDatasetType, path: source.path, "the dataset is \(source.type.rawValue), not a metadata table")
        }
        let identifierField = try source.field(source.type.subjectField, .identifier)
        let identifiers = try source.vocabulary(identifierField)
        let codes = try source.codes(identifierField, below: identifiers.count, as: UInt32.self)
        var lastRows = Array(repeating: -1, count: identifiers.count)
        for (row, code) in codes.enumerated() where code != .max { lastRows[Int(code)] = row }
        guard !lastRows.contains(-1) else {
            throw source.damaged(identifierField, "has a value without a row")
        }
        var columns: [MetadataColumn] = []
        for field in source.fields where field.name != identifierField.name {
            columns.append(try source.metadataColumn(field).gathering(lastRows))
        }
        self.init(type: source.type, identifiers: identifiers, columns: columns)
    }
}
