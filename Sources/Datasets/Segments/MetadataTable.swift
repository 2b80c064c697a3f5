/// What is known of each item, user or action: one row per identifier, one column per other field of the schema.
public struct MetadataTable: Sendable {
    public let type: DatasetType
    /// Row `i` describes `identifiers[i]`.
    public let identifiers: Vocabulary
    public let columns: [MetadataColumn]

    /// - Precondition: every column has as many rows as there are identifiers.
    public init(type: DatasetType, identifiers: Vocabulary, columns: [MetadataColumn]) {
        precondition(columns.allSatisfy { $0.count == identifiers.count }, "columns differ in length")
        self.type = type
        self.identifiers = identifiers
        self.columns = columns
    }

    public var count: Int { identifiers.count }

    public subscript(column name: String) -> MetadataColumn? { columns.first { $0.name == name } }

    /// The row of an identifier; nil when nothing is known of it.
    public func row(of identifier: String) -> Int? { identifiers.index(of: identifier) }
}
