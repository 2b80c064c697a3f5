/// The Avro primitive types that a field may have, `null` aside.
public enum FieldType: String, Sendable, Hashable, CaseIterable, Codable {
    case string, int, long, float, double, boolean

    public var isNumeric: Bool { self != .string && self != .boolean }
}

/// One field of a schema, which is one column of the dataset.
public struct SchemaField: Sendable, Hashable, Codable {
    public let name: String
    public let type: FieldType
    /// Whether the type is a union with `null`: cells may be empty and the column may be absent.
    public let isNullable: Bool
    /// A string of one or more categories separated by `|`.
    public let isCategorical: Bool
    /// Free text in natural language (items only).
    public let isTextual: Bool

    public init(
        name: String, type: FieldType, isNullable: Bool = false, isCategorical: Bool = false, isTextual: Bool = false
    ) {
        self.name = name
        self.type = type
        self.isNullable = isNullable
        self.isCategorical = isCategorical
        self.isTextual = isTextual
    }

    /// Whether the field holds seconds since 1970, by its reserved name.
    public var isTimestamp: Bool {
        switch name {
        case "TIMESTAMP", "CREATION_TIMESTAMP", "EXPIRATION_TIMESTAMP", "ACTION_EXPIRATION_TIMESTAMP":
            type == .long
        default: false
        }
    }
}
