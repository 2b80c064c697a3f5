import Datasets
import Filters
import Testing

@Suite struct ItemAttributesTests {
    private let schema: DatasetSchema

    init() throws {
        schema = try DatasetSchema(
            json: #"{"type": "record", "name": "Items", "namespace": "com.amazonaws.personalize.schema", "fields": ["#
                + #"{"name": "ITEM_ID", "type": "string"}, {"name": "GENRES", "type": "string", "categorical": true},"#
                + #"{"name": "YEAR", "type": "int"}, {"name": "color", "type": "string"}, {"name": "COLOR", "type": "string"},"#
                + #"{"name": "DESCRIPTION", "type": "string", "textual": true}], "version": "1.0"}"#)
    }

    @Test(arguments: [
        (#"ITEMS.genres = "Comedy""#, #"INCLUDE ItemID WHERE Items.GENRES = "Comedy""#),
        (
            #"ITEMS.genres = "Comedy" AND ITEMS.genres = "Action""#,
            #"INCLUDE ItemID WHERE Items.GENRES = "Comedy" AND Items.GENRES = "Action""#
        ),
        (#"(Item.YEAR >= 1990) and items.year<2000"#, #"INCLUDE ItemID WHERE Items.YEAR >= 1990 AND Items.YEAR < 2000"#),
        (#"ITEMS.color = "red""#, #"INCLUDE ItemID WHERE Items.color = "red""#),
    ])
    func attributesAreReadAsTheExpressionThatIncludesTheItems(text: String, expected: String) throws {
        let expression = try FilterExpression(itemAttributes: text, of: schema)
        #expect(expression.description == expected)
        #expect(try FilterExpression(parsing: expected) == expression)
    }

    @Test(arguments: [
        ("", "a condition"), (#"ITEMS.genres IN ("Comedy")"#, "compared with ="), (#"ITEMS.genres != "A""#, "compared with ="),
        (#"ITEMS.genres = "A" OR ITEMS.genres = "B""#, "AND only"), (#"NOT ITEMS.genres = "A""#, "NOT"),
        (#"USERS.age = 5"#, "not of Users"), (#"ITEMS.genres = $GENRE"#, "texts and numbers only"),
        (#"ITEMS.genres = CurrentItem.GENRES"#, "texts and numbers only"), (#"ITEMS.genres = 5"#, "double quotes"),
        (#"ITEMS.genres > "A""#, "cannot be used"), (#"ITEMS.description = "A""#, "natural language"),
        (#"ITEMS.Color = "red""#, "no field Color"), (#"ITEMS.genres = "A" | INCLUDE ItemID"#, "AND or the end"),
        (#"ITEMS.genres = "A" IF CurrentUser.AGE = 5"#, "AND or the end"), (#"ITEMS.year = "x""#, "without quotes"),
    ])
    func whatIsNotAnAttributeIsRefusedWithItsPlace(text: String, message: String) {
        let mistake = #expect(throws: FilterMistake.self) { try FilterExpression(itemAttributes: text, of: schema) }
        #expect(mistake?.description.contains(message) == true, "\(mistake?.description ?? "")")
    }

    @Test func arbitraryTextIsReadOrRefused() {
        let pieces = [
            "ITEMS.genres", "ITEMS.year", "=", "<=", "\"A\"", "5", "AND", "OR", "NOT", "(", ")", "IN", "|", "$P", "*", ".", "\\",
            "\u{E4}", "\"", "1e999", "IF",
        ]
        var generator = SeededGenerator(seed: 11)
        for _ in 0..<20_000 {
            let text = (0..<generator.index(below: 14)).map { _ in pieces[generator.index(below: pieces.count)] }
                .joined(separator: " ")
            guard let expression = try? FilterExpression(itemAttributes: text, of: schema) else { continue }
            #expect((try? FilterExpression(parsing: expression.description)) == expression)
        }
    }
}
