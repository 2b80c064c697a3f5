/// What is wrong with a record that came by itself rather than in a file.
package struct RecordError: Error, Sendable, Hashable, CustomStringConvertible {
    package let description: String

    init(_ description: String) { self.description = description }
}

/// Reads the records of one dataset that come one by one.
package struct RecordReader: Sendable {
    private let fields: [(field: SchemaField, kind: ColumnKind)]
    private let limits: DatasetLimits
    /// Fields by the names that properties can have, see ``comparable(_:)``.
    private let known: [String: SchemaField]
    private let refused: Set<String>

    /// - Parameter reserved: Property names that are refused, in camel case; their case does not matter.
    package init(_ schema: DatasetSchema, reserved: [String] = [], limits: DatasetLimits = .documented) {
        fields = schema.fields.map { ($0, ColumnKind($0, in: schema.type)) }
        self.limits = limits
        known = Dictionary(
            schema.fields.map { (Self.comparable($0.name), $0) }, uniquingKeysWith: { first, _ in first })
        refused = Set(reserved.map(Self.comparable))
    }

    /// The cells of one record by field name, as they would stand in a CSV file; nulls are left out.
    ///
    /// Property names are those of the fields in camel case: `numberOfRatings` is `NUMBER_OF_RATINGS`. A numeric field
    /// takes a JSON number or a string with one, as the documentation's example `{"numberOfRatings": "12"}`.
    ///
    /// - Parameters:
    ///   - given: Cells known from elsewhere than the properties. A name that the schema lacks is kept as it is.
    ///   - properties: The text of a JSON object.
    ///   - optional: Fields that may be absent although the schema does not allow null.
    /// Source: API reference of the events service, "Event", "Item", "User", "Action" and "ActionInteraction".
    package func cells(
        given: [String: String], properties: String?, optional: Set<String> = []
    ) throws(RecordError) -> [String: String] {
        var cells = given
        var seen: Set<String> = []
        for (name, value) in try Self.members(of: properties) {
            let key = Self.comparable(name)
            guard !refused.contains(key) else {
                throw RecordError("properties cannot have the keyword \(name.abbreviated).")
            }
            guard let field = known[key] else {
                throw RecordError("properties has \(name.abbreviated), which is no field of the dataset's schema.")
            }
            guard seen.insert(key).inserted, given[field.name] == nil else {
                throw RecordError("The field \(field.name) is given more than once.")
            }
            cells[field.name] = try Self.cell(value, of: field)
        }
        for (field, kind) in fields {
            guard let cell = cells[field.name], !cell.isEmpty else {
                cells[field.name] = nil
                guard field.isNullable || optional.contains(field.name) else {
                    throw RecordError("The field \(field.name) is missing, and the schema does not allow null.")
                }
                continue
            }
            do {
                try Self.check(cell, kind, of: field, limits)
            } catch {
                let text = error.showsText ? " \"\(cell.abbreviated)\"" : ""
                throw RecordError("The field \(field.name)\(text) \(error.message).")
            }
        }
        return cells
    }

    private static func comparable(_ name: String) -> String { name.filter { $0 != "_" }.lowercased() }

    private static func members(of properties: String?) throws(RecordError) -> [(key: String, value: JSONValue)] {
        guard let properties else { return [] }
        let document: JSONValue
        do {
            document = try JSONParser.parse(properties, maximumDepth: 8)
        } catch {
            throw RecordError(
                "properties is not valid JSON: \(error.reason) (line \(error.line), column \(error.column)).")
        }
        guard case .object(let members) = document else {
            throw RecordError("properties must be a JSON object, but it is \(document.kind).")
        }
        return members
    }

    /// - Returns: Nil for a null.
    private static func cell(_ value: JSONValue, of field: SchemaField) throws(RecordError) -> String? {
        switch (value, field.type) {
        case (.null, _): return nil
        case (.string(let text), _): return text
        case (.boolean(let flag), .boolean): return flag ? "true" : "false"
        case (.number(let text), .int), (.number(let text), .long), (.number(let text), .float),
            (.number(let text), .double):
            return text
        default:
            throw RecordError("The field \(field.name) must be of the type \(field.type.rawValue), not \(value.kind).")
        }
    }

    /// The checks that a cell of an imported file gets.
    private static func check(
        _ cell: String, _ kind: ColumnKind, of field: SchemaField, _ limits: DatasetLimits
    ) throws(CellError) {
        let bytes = Array(cell.utf8)
        let result: Result<Void, CellError> = bytes.withUnsafeBufferPointer { cell in
            do throws(CellError) {
                switch kind {
                case .identifier, .eventType:
                    try CellParsing.checkText(cell, maximumLength: limits.maximumIdentifierLength)
                case .category, .text:
                    try CellParsing.checkText(cell, maximumLength: limits.maximumLength(of: field))
                case .timestamp: _ = try CellParsing.timestamp(cell)
                case .integer:
                    let value = try CellParsing.integer(cell)
                    if field.type == .int, Int32(exactly: value) == nil {
                        throw CellError(message: "is out of the range of an int")
                    }
                case .number, .eventValue:
                    let value = try CellParsing.number(cell)
                    if field.type == .float || kind == .eventValue, !Float(value).isFinite {
                        throw CellError(message: "is out of the range of a float")
                    }
                case .boolean: _ = try CellParsing.boolean(cell)
                }
                return .success(())
            } catch {
                return .failure(error)
            }
        }
        try result.get()
    }
}
