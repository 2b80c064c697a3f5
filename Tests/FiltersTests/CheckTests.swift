import Datasets
import Filters
import Testing

/// A dataset group with every type of field.
func sampleSchemas() throws -> [DatasetType: DatasetSchema] {
    let items = try DatasetSchema(
        type: .items,
        fields: [
            SchemaField(name: "ITEM_ID", type: .string),
            SchemaField(name: "GENRES", type: .string, isNullable: true, isCategorical: true),
            SchemaField(name: "DESCRIPTION", type: .string, isNullable: true, isTextual: true),
            SchemaField(name: "PRICE", type: .double, isNullable: true),
            SchemaField(name: "YEAR", type: .int, isNullable: true),
            SchemaField(name: "IS_NEW", type: .boolean),
            SchemaField(name: "CREATION_TIMESTAMP", type: .long, isNullable: true),
        ])
    let users = try DatasetSchema(
        type: .users,
        fields: [
            SchemaField(name: "USER_ID", type: .string), SchemaField(name: "AGE", type: .int, isNullable: true),
            SchemaField(name: "GENDER", type: .string, isNullable: true, isCategorical: true),
        ])
    let interactions = try DatasetSchema(
        type: .interactions,
        fields: [
            SchemaField(name: "USER_ID", type: .string), SchemaField(name: "ITEM_ID", type: .string),
            SchemaField(name: "TIMESTAMP", type: .long), SchemaField(name: "EVENT_TYPE", type: .string),
        ])
    return [.items: items, .users: users, .interactions: interactions]
}

@Suite struct CheckTests {
    @Test(arguments: [
        #"INCLUDE ItemID WHERE Items.GENRES IN ("Drama", $GENRES) AND Items.YEAR >= $YEAR OR Items.PRICE != 3"#,
        #"INCLUDE ItemID WHERE Items.ITEM_ID IN ("1", "2")"#,
        #"EXCLUDE ItemID WHERE Interactions.event_type NOT IN ("*") IF CurrentUser.GENDER = "F" AND CurrentUser.AGE < 30"#,
        #"EXCLUDE ItemID WHERE Items.GENRES IN CurrentItem.GENRES AND Items.YEAR < CurrentItem.PRICE"#,
        #"EXCLUDE UserID WHERE Users.AGE = 3 | INCLUDE UserID WHERE Interactions.EVENT_TYPE IN ("click")"#,
        #"INCLUDE ItemID WHERE Items.GENRES = "Drama" | EXCLUDE ItemID WHERE Interactions.EVENT_TYPE IN ("watch")"#,
    ]) func whatFitsTheSchemasPasses(text: String) throws {
        try FilterExpression(parsing: text).check(against: sampleSchemas())
    }

    @Test(arguments: [
        (#"INCLUDE ItemID WHERE Items.GENRE IN ("Drama")"#, 22, "no field GENRE."),
        (#"INCLUDE ItemID WHERE Items.Genres IN ("Drama")"#, 22, "Did you mean GENRES?"),
        (#"INCLUDE ItemID WHERE Items.GENRES < 3"#, 22, "is a string"),
        (#"INCLUDE ItemID WHERE Items.GENRES IN ("a", 3)"#, 44, "in double quotes"),
        (#"INCLUDE ItemID WHERE Items.YEAR IN ("3")"#, 37, "without quotes"),
        (#"INCLUDE ItemID WHERE Items.GENRES IN ("*")"#, 39, "every event type"),
        (#"INCLUDE ItemID WHERE Items.IS_NEW = 1"#, 22, "is a boolean"),
        (#"INCLUDE ItemID WHERE Items.DESCRIPTION IN ("x")"#, 22, "natural language"),
        (#"INCLUDE ItemID WHERE Items.GENRES NOT IN ($X)"#, 43, "use IN with the opposite"),
        (#"INCLUDE ItemID WHERE Users.AGE = 3"#, 22, "not of Users"),
        (#"INCLUDE ItemID WHERE Interactions.TIMESTAMP < 3"#, 22, "only the field EVENT_TYPE"),
        (#"INCLUDE ItemID WHERE Interactions.EVENT_TYPE = "a""#, 22, "compared with IN"),
        (#"INCLUDE ItemID WHERE Interactions.EVENT_TYPE IN (3)"#, 50, "Event types are text"),
        (#"INCLUDE ItemID WHERE Items.YEAR = 3 AND Interactions.EVENT_TYPE IN ("a")"#, 41, "must use one dataset"),
        (#"INCLUDE ItemID WHERE Items.YEAR = 3 | INCLUDE UserID WHERE Users.AGE = 3"#, 39, "must all filter the same"),
        (#"INCLUDE ItemID WHERE Items.YEAR < CurrentItem.GENRES"#, 35, "types differ"),
        (#"INCLUDE UserID WHERE Users.AGE < CurrentItem.YEAR"#, 34, "Items only"),
        (#"INCLUDE UserID WHERE Users.AGE < 3 IF CurrentUser.AGE = 3"#, 39, "has no CurrentUser"),
        (#"INCLUDE ItemID WHERE Items.YEAR = 3 IF CurrentUser.NAME = "a""#, 40, "no field NAME"),
        (#"INCLUDE ActionID WHERE Actions.VALUE = 3"#, 24, "no Actions dataset"),
    ]) func whatDoesNotFitHasAPlaceAndAReason(text: String, column: Int, reason: String) throws {
        let expression = try FilterExpression(parsing: text)
        let schemas = try sampleSchemas()
        do {
            try expression.check(against: schemas)
            Issue.record("no mistake was found in \(text)")
        } catch {
            #expect("\(error)".contains(reason), "\(error)")
            #expect(error.column == column, "\(error)")
        }
    }

    @Test func distinctFieldsAreCountedOnceAndLimited() throws {
        let expression = try FilterExpression(
            parsing: "INCLUDE ItemID WHERE Items.YEAR = 1 OR Items.YEAR = CurrentItem.YEAR OR Items.PRICE < 2 "
                + "IF CurrentUser.AGE = 3 AND CurrentUser.AGE = 4")
        #expect(expression.datasetFields.count == 3)
        var limits = FilterLimits()
        limits.fieldsPerFilter = 3
        try expression.check(against: sampleSchemas(), limits: limits)
        limits.fieldsPerFilter = 2
        #expect(throws: FilterMistake.self) { try expression.check(against: sampleSchemas(), limits: limits) }
    }
}
