import Datasets
import Testing

private func json(
    _ fields: String, name: String = "Interactions", namespace: String = "com.amazonaws.personalize.schema"
) -> String {
    """
    {"type": "record", "name": "\(name)", "namespace": "\(namespace)", "fields": [\(fields)], "version": "1.0"}
    """
}

private let user = #"{"name": "USER_ID", "type": "string"}"#
private let item = #"{"name": "ITEM_ID", "type": "string"}"#
private let action = #"{"name": "ACTION_ID", "type": "string"}"#
private let time = #"{"name": "TIMESTAMP", "type": "long"}"#
private let event = #"{"name": "EVENT_TYPE", "type": "string"}"#
private let genres = #"{"name": "GENRES", "type": ["null", "string"], "categorical": true}"#

private func categories(_ count: Int, _ prefix: String = "C") -> String {
    (0..<count).map { #"{"name": "\#(prefix)\#($0)", "type": "string", "categorical": true}"# }.joined(separator: ",")
}

@Suite struct DatasetSchemaTests {
    struct Case: Sendable, CustomTestStringConvertible {
        let testDescription: String
        let json: String
        var domain: DatasetDomain?
        let reason: SchemaError.Reason
        var field: String?

        init(
            _ what: String, _ json: String, domain: DatasetDomain? = nil, _ reason: SchemaError.Reason,
            field: String? = nil
        ) {
            testDescription = what
            self.json = json
            self.domain = domain
            self.reason = reason
            self.field = field
        }
    }

    static let refused: [Case] = [
        Case("no JSON", "schema", .malformedJSON),
        Case("an empty text", "", .malformedJSON),
        Case("text after the object", json("\(user),\(item),\(time)") + "x", .malformedJSON),
        Case("a repeated key", #"{"type": "record", "type": "record"}"#, .malformedJSON),
        Case("deep nesting", String(repeating: "[", count: 100_000), .malformedJSON),
        Case("an array", "[]", .notARecord),
        Case("another Avro type", #"{"type": "enum", "name": "Interactions"}"#, .notARecord),
        Case("no type", #"{"name": "Interactions"}"#, .missingAttribute),
        Case("no name", #"{"type": "record"}"#, .missingAttribute),
        Case("no namespace", #"{"type": "record", "name": "Interactions"}"#, .missingAttribute),
        Case(
            "no fields", #"{"type": "record", "name": "Users", "namespace": "com.amazonaws.personalize.schema"}"#,
            .missingAttribute),
        Case(
            "fields that are no array",
            #"{"type": "record", "name": "Users", "namespace": "com.amazonaws.personalize.schema", "fields": {}}"#,
            .missingAttribute),
        Case(
            "a version that is no string",
            #"{"type": "record", "name": "Users", "namespace": "com.amazonaws.personalize.schema", "version": 1}"#,
            .missingAttribute),
        Case("another namespace", json("\(user),\(item),\(time)", namespace: "org.example"), .wrongNamespace),
        Case("another name", json("\(user),\(item),\(time)", name: "Ratings"), .unknownRecordName),
        Case("an empty list of fields", json(""), .noFields),
        Case("a field that is no object", json("1"), .malformedField),
        Case("a field without a name", json(#"{"type": "string"}"#), .malformedField),
        Case("a field without a type", json(#"{"name": "USER_ID"}"#), .malformedField, field: "USER_ID"),
        Case(
            "a name with a space", json(#"{"name": "USER ID", "type": "string"}"#), .invalidFieldName, field: "USER ID"),
        Case("a name with a slash", json(#"{"name": "../x", "type": "string"}"#), .invalidFieldName, field: "../x"),
        Case(
            "a name that starts with a digit", json(#"{"name": "1A", "type": "string"}"#), .invalidFieldName,
            field: "1A"),
        Case("a repeated field", json("\(user),\(item),\(time),\(user)"), .duplicateField, field: "USER_ID"),
        Case(
            "names that differ by underscores",
            json(#"\#(item),{"name": "G_1", "type": "int"},{"name": "G1", "type": "int"}"#, name: "Items"),
            .duplicateField, field: "G1"),
        Case("an unknown type", json(#"{"name": "USER_ID", "type": "text"}"#), .unsupportedType, field: "USER_ID"),
        Case(
            "a nested type", json(#"{"name": "USER_ID", "type": {"type": "string"}}"#), .unsupportedType,
            field: "USER_ID"),
        Case(
            "a nested union", json(#"{"name": "A", "type": ["null", ["string"]]}"#), .unsupportedType, field: "A"),
        Case("null alone", json(#"{"name": "A", "type": "null"}"#), .unsupportedType, field: "A"),
        Case("null twice", json(#"{"name": "A", "type": ["null", "null", "int"]}"#), .unsupportedType, field: "A"),
        Case("a union of two types", json(#"{"name": "A", "type": ["int", "string"]}"#), .unsupportedType, field: "A"),
        Case("an empty union", json(#"{"name": "A", "type": []}"#), .unsupportedType, field: "A"),
        Case(
            "a categorical number", json(#"{"name": "A", "type": "int", "categorical": true}"#), .invalidAttribute,
            field: "A"),
        Case(
            "a flag that is text", json(#"{"name": "A", "type": "string", "categorical": "true"}"#), .invalidAttribute,
            field: "A"),
        Case(
            "both categorical and textual",
            json(#"{"name": "A", "type": "string", "categorical": true, "textual": true}"#), .invalidAttribute,
            field: "A"),
        Case("interactions without users", json("\(item),\(time)"), .missingRequiredField, field: "USER_ID"),
        Case("interactions without items", json("\(user),\(time)"), .missingRequiredField, field: "ITEM_ID"),
        Case("interactions without time", json("\(user),\(item)"), .missingRequiredField, field: "TIMESTAMP"),
        Case("items without an id", json(genres, name: "Items"), .missingRequiredField, field: "ITEM_ID"),
        Case("users without an id", json(genres, name: "Users"), .missingRequiredField, field: "USER_ID"),
        Case("actions without an id", json(genres, name: "Actions"), .missingRequiredField, field: "ACTION_ID"),
        Case(
            "action interactions without an event type", json("\(user),\(action),\(time)", name: "ActionInteractions"),
            .missingRequiredField, field: "EVENT_TYPE"),
        Case(
            "a user id that is a number", json(#"{"name": "USER_ID", "type": "int"},\#(item),\#(time)"#),
            .wrongFieldType, field: "USER_ID"),
        Case(
            "a user id that may be null", json(#"{"name": "USER_ID", "type": ["null","string"]},\#(item),\#(time)"#),
            .nullNotAllowed, field: "USER_ID"),
        Case(
            "a categorical user id",
            json(#"{"name": "USER_ID", "type": "string", "categorical": true},\#(item),\#(time)"#), .invalidAttribute,
            field: "USER_ID"),
        Case(
            "a time that is an int", json(#"\#(user),\#(item),{"name": "TIMESTAMP", "type": "int"}"#), .wrongFieldType,
            field: "TIMESTAMP"),
        Case(
            "a time that may be null", json(#"\#(user),\#(item),{"name": "TIMESTAMP", "type": ["long","null"]}"#),
            .nullNotAllowed, field: "TIMESTAMP"),
        Case(
            "an event type that is categorical",
            json(#"\#(user),\#(item),\#(time),{"name": "EVENT_TYPE", "type": "string", "categorical": true}"#),
            .invalidAttribute, field: "EVENT_TYPE"),
        Case(
            "an event value that is text",
            json(#"\#(user),\#(item),\#(time),{"name": "EVENT_VALUE", "type": "string"}"#),
            .wrongFieldType, field: "EVENT_VALUE"),
        Case(
            "impressions that are numbers", json(#"\#(user),\#(item),\#(time),{"name": "IMPRESSION", "type": "long"}"#),
            .wrongFieldType, field: "IMPRESSION"),
        Case(
            "a recommendation id that is a number",
            json(#"\#(user),\#(item),\#(time),{"name": "RECOMMENDATION_ID", "type": "long"}"#), .wrongFieldType,
            field: "RECOMMENDATION_ID"),
        Case(
            "a creation time that is text",
            json(#"\#(item),\#(genres),{"name": "CREATION_TIMESTAMP", "type": "string"}"#, name: "Items"),
            .wrongFieldType, field: "CREATION_TIMESTAMP"),
        Case(
            "textual interactions",
            json(#"\#(user),\#(item),\#(time),{"name": "A", "type": "string", "textual": true}"#),
            .invalidAttribute, field: "A"),
        Case("items without metadata", json(item, name: "Items"), .missingMetadataField),
        Case(
            "items with only a creation time",
            json(#"\#(item),{"name": "CREATION_TIMESTAMP", "type": "long"}"#, name: "Items"),
            .missingMetadataField),
        Case(
            "users with only plain text", json(#"\#(user),{"name": "NAME", "type": "string"}"#, name: "Users"),
            .missingMetadataField),
        Case("actions without metadata", json(action, name: "Actions"), .missingMetadataField),
        Case(
            "six metadata fields in interactions", json("\(user),\(item),\(time),\(categories(6))"),
            .tooManyMetadataFields, field: "C5"),
        Case(
            "26 metadata fields of users", json("\(user),\(categories(26))", name: "Users"), .tooManyMetadataFields,
            field: "C25"),
        Case(
            "101 metadata fields of items", json("\(item),\(categories(101))", name: "Items"), .tooManyMetadataFields,
            field: "C100"),
        Case(
            "11 fields of actions", json("\(action),\(categories(10))", name: "Actions"), .tooManyMetadataFields,
            field: "C9"),
        Case(
            "two textual fields",
            json(
                #"\#(item),{"name": "A", "type": "string", "textual": true},{"name": "B", "type": "string", "textual": true}"#,
                name: "Items"), .tooManyTextualFields, field: "B"),
        Case(
            "actions in a domain", json("\(action),\(genres)", name: "Actions"), domain: .ecommerce, .domainMismatch),
        Case(
            "domain interactions without an event type", json("\(user),\(item),\(time)"), domain: .videoOnDemand,
            .missingRequiredField, field: "EVENT_TYPE"),
        Case(
            "shop items without a price",
            json(#"\#(item),{"name": "CATEGORY_L1", "type": "string", "categorical": true}"#, name: "Items"),
            domain: .ecommerce, .missingRequiredField, field: "PRICE"),
        Case(
            "shop items whose category is not categorical",
            json(
                #"\#(item),{"name": "PRICE", "type": "float"},{"name": "CATEGORY_L1", "type": "string"}"#, name: "Items"
            ),
            domain: .ecommerce, .invalidAttribute, field: "CATEGORY_L1"),
        Case(
            "shop items whose description is not textual",
            json(
                #"\#(item),{"name": "PRICE", "type": "float"},{"name": "CATEGORY_L1", "type": "string", "categorical": true},{"name": "PRODUCT_DESCRIPTION", "type": "string"}"#,
                name: "Items"), domain: .ecommerce, .invalidAttribute, field: "PRODUCT_DESCRIPTION"),
        Case(
            "films without genres", json(#"\#(item),{"name": "CREATION_TIMESTAMP", "type": "long"}"#, name: "Items"),
            domain: .videoOnDemand, .missingRequiredField, field: "GENRES"),
    ]

    @Test(arguments: refused) func refuses(_ example: Case) {
        let error = #expect(throws: SchemaError.self) {
            _ = try DatasetSchema(json: example.json, domain: example.domain)
        }
        #expect(error?.reason == example.reason)
        if let field = example.field { #expect(error?.field == field) }
        #expect(error?.message.isEmpty == false)
    }

    static let accepted: [(String, DatasetDomain?, DatasetType)] = [
        (json("\(user),\(item),\(time)"), nil, .interactions),
        (json("\(user),\(item),\(time),\(event),\(categories(5))", name: "interactions"), nil, .interactions),
        (
            json(
                #"\#(user),\#(item),\#(time),{"name": "EVENT_VALUE", "type": ["float", "null"]},{"name": "IMPRESSION", "type": "string"}"#
            ), nil, .interactions
        ),
        (json("\(item),\(categories(100))", name: "Items"), nil, .items),
        (json("\(user),\(categories(25))", name: "Users"), nil, .users),
        (json(#"\#(user),{"name": "AGE", "type": ["int", "null"]}"#, name: "Users"), nil, .users),
        (json("\(action),\(categories(9))", name: "Actions"), nil, .actions),
        (json("\(user),\(action),\(time),\(event)", name: "Action_Interactions"), nil, .actionInteractions),
        (json("\(user),\(action),\(time),\(event)", name: "ActionInteractions"), nil, .actionInteractions),
        (json("\(user),\(item),\(time),\(event)"), .ecommerce, .interactions),
        (
            json(
                #"\#(item),{"name": "PRICE", "type": "float"},{"name": "CATEGORY_L1", "type": ["string"], "categorical": true}"#,
                name: "Items"), .ecommerce, .items
        ),
        (
            json(#"\#(item),{"name": "CREATION_TIMESTAMP", "type": "long"},\#(genres)"#, name: "Items"), .videoOnDemand,
            .items
        ),
        (
            json(#"\#(user),{"name": "SUBSCRIPTION_MODEL", "type": "string", "categorical": true}"#, name: "Users"),
            .videoOnDemand, .users
        ),
    ]

    @Test(arguments: accepted) func accepts(_ json: String, _ domain: DatasetDomain?, _ type: DatasetType) throws {
        let schema = try DatasetSchema(json: json, domain: domain)
        #expect(schema.type == type)
        try schema.check(is: type, domain: domain)
    }

    @Test func escapesInNamesAreRead() throws {
        let schema = try DatasetSchema(json: json(#"{"name": "\u0055SER_ID", "type": "string"},\#(item),\#(time)"#))
        #expect(schema.fields.map(\.name) == ["USER_ID", "ITEM_ID", "TIMESTAMP"])
    }

    @Test func aSchemaIsCheckedAgainWhenADatasetTakesIt() throws {
        let schema = try DatasetSchema(json: json("\(user),\(item),\(time),\(event)"))
        let type = #expect(throws: SchemaError.self) { try schema.check(is: .items, domain: nil) }
        #expect(type?.reason == .datasetTypeMismatch)
        let domain = #expect(throws: SchemaError.self) { try schema.check(is: .interactions, domain: .ecommerce) }
        #expect(domain?.reason == .domainMismatch)
    }

    @Test func arbitraryTextIsRefusedAndNeverTraps() {
        var random = SeededGenerator(seed: 5)
        let valid = Array(json("\(user),\(item),\(time),\(genres)").utf8)
        let pieces = Array("{}[]\",:\\u0dD null true 1e9 string name type fields categorical".utf8)
        var accepted = 0
        for round in 0..<30_000 {
            var bytes: [UInt8]
            if round.isMultiple(of: 2) {
                bytes = valid
                for _ in 0...random.index(below: 4) {
                    let at = random.index(below: bytes.count)
                    switch random.index(below: 3) {
                    case 0: bytes[at] = UInt8(truncatingIfNeeded: random.next())
                    case 1: bytes.remove(at: at)
                    default: bytes.insert(pieces[random.index(below: pieces.count)], at: at)
                    }
                }
            } else {
                bytes = (0..<random.index(below: 60)).map { _ in pieces[random.index(below: pieces.count)] }
            }
            if (try? DatasetSchema(json: String(decoding: bytes, as: UTF8.self))) != nil { accepted += 1 }
        }
        #expect(accepted < 15_000)
    }
}
