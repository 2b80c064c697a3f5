/// A dataset's columns, parsed from an Avro record schema in JSON and checked against the dataset type it names.
///
/// Source: "Creating schema JSON files for Amazon Personalize schemas".
public struct DatasetSchema: Sendable, Hashable {
    public static let namespace = "com.amazonaws.personalize.schema"

    /// The record's name, which tells the dataset type.
    public let name: String
    public let version: String
    public let fields: [SchemaField]
    public let type: DatasetType
    /// nil for a schema of a custom dataset group.
    public let domain: DatasetDomain?

    /// Parses and checks a schema.
    ///
    /// Nothing in `json` makes it trap: nesting and lengths are bounded, and every mistake is a `SchemaError`.
    public init(
        json: String, domain: DatasetDomain? = nil, limits: DatasetLimits = .documented
    ) throws(SchemaError) {
        let record = try AvroRecord(json: json)
        guard let type = DatasetType(name: record.name) else {
            throw SchemaError(
                .unknownRecordName,
                "The schema's name is \"\(record.name.abbreviated)\", but it must match a dataset type: "
                    + DatasetType.allCases.map(\.recordName).joined(separator: ", ") + ".")
        }
        try self.init(
            name: record.name, version: record.version, fields: record.fields, type: type, domain: domain,
            limits: limits)
    }

    /// Makes a schema from fields that are already typed, with the same checks.
    public init(
        type: DatasetType, fields: [SchemaField], domain: DatasetDomain? = nil, limits: DatasetLimits = .documented
    ) throws(SchemaError) {
        try self.init(
            name: type.recordName, version: "1.0", fields: fields, type: type, domain: domain, limits: limits)
    }

    private init(
        name: String, version: String, fields: [SchemaField], type: DatasetType, domain: DatasetDomain?,
        limits: DatasetLimits
    ) throws(SchemaError) {
        self.name = name
        self.version = version
        self.fields = fields
        self.type = type
        self.domain = domain
        try SchemaCheck(fields: fields, type: type, domain: domain, limits: limits).run()
    }

    /// Checks that a dataset of `type` in a group of `domain` can have this schema.
    public func check(
        is type: DatasetType, domain: DatasetDomain?
    ) throws(SchemaError) {
        guard type == self.type else {
            throw SchemaError(
                .datasetTypeMismatch,
                "The schema's name is \"\(name)\", which is for \(self.type.rawValue) datasets, not \(type.rawValue).")
        }
        guard domain == self.domain else {
            let has = self.domain.map { "the \($0.rawValue) domain" } ?? "custom dataset groups"
            let needs = domain.map { "the \($0.rawValue) domain" } ?? "no domain"
            throw SchemaError(.domainMismatch, "The schema is for \(has), but the dataset group has \(needs).")
        }
    }

    public subscript(field name: String) -> SchemaField? { fields.first { $0.name == name } }

    /// Fields that are neither required nor reserved.
    public var metadataFields: [SchemaField] {
        let requirements = SchemaRequirements(type, domain: domain)
        return fields.filter(requirements.isMetadata)
    }

    /// Fields that a schema of this type must have, in the documented order.
    public static func requiredFields(of type: DatasetType, domain: DatasetDomain?) -> [String] {
        SchemaRequirements(type, domain: domain).required.map(\.name)
    }
}

extension String {
    /// At most 64 characters of text from outside, fit for a message.
    var abbreviated: String {
        let scalars = unicodeScalars.prefix(64).map { $0.value < 0x20 || $0.value == 0x7F ? "\u{FFFD}" : $0 }
        var text = String(String.UnicodeScalarView(scalars))
        if unicodeScalars.dropFirst(64).first != nil { text += "…" }
        return text
    }
}
