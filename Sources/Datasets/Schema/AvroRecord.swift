/// An Avro record schema whose fields are primitives or unions of one primitive with `null`; nothing of the dataset
/// types is known here.
struct AvroRecord {
    let name: String
    let version: String
    let fields: [SchemaField]

    init(json: String) throws(SchemaError) {
        let root: JSONValue
        do {
            root = try JSONParser.parse(json)
        } catch {
            throw SchemaError(
                .malformedJSON,
                "The schema is not valid JSON: \(error.reason) (line \(error.line), column \(error.column)).")
        }
        guard case .object(let members) = root else {
            throw SchemaError(.notARecord, "The schema must be a JSON object, but it is \(root.kind).")
        }
        let attributes = try Self.attributes(members, of: "the schema", field: nil)

        let type = try Self.text("type", in: attributes)
        guard type == "record" else {
            throw SchemaError(.notARecord, "The schema's type must be \"record\", but it is \"\(type.abbreviated)\".")
        }
        name = try Self.text("name", in: attributes)
        let namespace = try Self.text("namespace", in: attributes)
        guard namespace == DatasetSchema.namespace else {
            throw SchemaError(
                .wrongNamespace,
                "The schema's namespace must be \"\(DatasetSchema.namespace)\", but it is \"\(namespace.abbreviated)\"."
            )
        }
        version = attributes["version"] == nil ? "1.0" : try Self.text("version", in: attributes)

        switch attributes["fields"] {
        case nil: throw SchemaError(.missingAttribute, "The schema has no \"fields\".")
        case .array(let elements):
            guard !elements.isEmpty else { throw SchemaError(.noFields, "The schema has no fields.") }
            var fields: [SchemaField] = []
            for (index, element) in elements.enumerated() { fields.append(try Self.field(element, number: index + 1)) }
            self.fields = fields
        case .some(let other):
            throw SchemaError(.missingAttribute, "The schema's \"fields\" must be an array, but it is \(other.kind).")
        }
    }

    private static func attributes(
        _ members: [(key: String, value: JSONValue)], of owner: String, field: String?
    ) throws(SchemaError) -> [String: JSONValue] {
        var attributes: [String: JSONValue] = [:]
        for (key, value) in members {
            guard attributes.updateValue(value, forKey: key) == nil else {
                throw SchemaError(
                    .malformedJSON, field: field, "The attribute \"\(key.abbreviated)\" of \(owner) appears twice.")
            }
        }
        return attributes
    }

    private static func text(_ key: String, in attributes: [String: JSONValue]) throws(SchemaError) -> String {
        switch attributes[key] {
        case .string(let text): return text
        case nil: throw SchemaError(.missingAttribute, "The schema has no \"\(key)\".")
        case .some(let other):
            throw SchemaError(.missingAttribute, "The schema's \"\(key)\" must be a string, but it is \(other.kind).")
        }
    }

    private static func field(_ value: JSONValue, number: Int) throws(SchemaError) -> SchemaField {
        guard case .object(let members) = value else {
            throw SchemaError(.malformedField, "Field \(number) must be a JSON object, but it is \(value.kind).")
        }
        let unnamed = try attributes(members, of: "field \(number)", field: nil)
        guard case .string(let name)? = unnamed["name"] else {
            throw SchemaError(.malformedField, "Field \(number) has no \"name\" that is a string.")
        }
        guard isFieldName(name) else {
            throw SchemaError(
                .invalidFieldName, field: name,
                "The name of field \(number), \"\(name.abbreviated)\", must start with a letter or an underscore and hold "
                    + "only letters, digits and underscores, 128 at most.")
        }
        guard let declared = unnamed["type"] else {
            throw SchemaError(.malformedField, field: name, "The field \(name) has no \"type\".")
        }
        let (type, isNullable) = try fieldType(declared, field: name)
        let isCategorical = try flag("categorical", in: unnamed, field: name)
        let isTextual = try flag("textual", in: unnamed, field: name)
        if isCategorical || isTextual, type != .string {
            throw SchemaError(
                .invalidAttribute, field: name,
                "The field \(name) is \(type.rawValue), but only strings can be categorical or textual.")
        }
        if isCategorical, isTextual {
            throw SchemaError(
                .invalidAttribute, field: name, "The field \(name) cannot be both categorical and textual.")
        }
        return SchemaField(
            name: name, type: type, isNullable: isNullable, isCategorical: isCategorical, isTextual: isTextual)
    }

    static func isFieldName(_ name: String) -> Bool {
        guard let first = name.utf8.first, name.utf8.count <= 128 else { return false }
        func isLetter(_ byte: UInt8) -> Bool {
            (UInt8(ascii: "a")...UInt8(ascii: "z")).contains(byte | 0x20) || byte == UInt8(ascii: "_")
        }
        return isLetter(first)
            && name.utf8.allSatisfy { isLetter($0) || (UInt8(ascii: "0")...UInt8(ascii: "9")).contains($0) }
    }

    private static func fieldType(
        _ value: JSONValue, field: String
    ) throws(SchemaError) -> (FieldType, isNullable: Bool) {
        let names: [String]
        switch value {
        case .string(let name): names = [name]
        case .array(let members):
            var memberNames: [String] = []
            for member in members {
                guard case .string(let name) = member else { throw nested(field) }
                memberNames.append(name)
            }
            names = memberNames
        case .object: throw nested(field)
        default:
            throw SchemaError(
                .unsupportedType, field: field, "The type of \(field) must be a name or a union, not \(value.kind).")
        }
        var types: [FieldType] = []
        var nulls = 0
        for name in names {
            if name == "null" {
                nulls += 1
            } else if let type = FieldType(rawValue: name) {
                types.append(type)
            } else {
                throw SchemaError(
                    .unsupportedType, field: field,
                    "The type \"\(name.abbreviated)\" of \(field) is not supported; use "
                        + FieldType.allCases.map(\.rawValue).joined(separator: ", ") + " or a union with null.")
            }
        }
        guard types.count == 1, nulls <= 1, let type = types.first else {
            throw SchemaError(
                .unsupportedType, field: field,
                "The type of \(field) must be one type, or a union of one type with null.")
        }
        return (type, nulls == 1)
    }

    private static func nested(_ field: String) -> SchemaError {
        SchemaError(
            .unsupportedType, field: field,
            "The type of \(field) is nested; schemas are flat and have no records, arrays or maps inside.")
    }

    private static func flag(
        _ key: String, in attributes: [String: JSONValue], field: String
    ) throws(SchemaError) -> Bool {
        switch attributes[key] {
        case nil: return false
        case .boolean(let flag): return flag
        case .some(let other):
            throw SchemaError(
                .invalidAttribute, field: field, "\"\(key)\" of \(field) must be true or false, not \(other.kind).")
        }
    }
}
