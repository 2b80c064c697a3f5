import ControlPlane
import Datasets
import Testing

/// Expressions of metrics: what they mean, and where mistakes are.
@Suite struct MetricExpressionTests {
    private static let schemas: [DatasetType: DatasetSchema] = {
        let items = try? DatasetSchema(
            type: .items,
            fields: [
                SchemaField(name: "ITEM_ID", type: .string), SchemaField(name: "PRICE", type: .float, isNullable: true),
                SchemaField(name: "GENRES", type: .string, isNullable: true, isCategorical: true),
            ])
        return items.map { [.items: $0] } ?? [:]
    }()

    @Test(arguments: [
        ("SAMPLECOUNT()", MetricExpression.Function.sampleCount),
        ("  samplecount ( ) ", .sampleCount),
        ("SUM(Items.PRICE)", .sum(.items, column: "PRICE")),
        ("sum( ITEMS . price_2\t)", .sum(.items, column: "price_2")),
        ("SUM(Interactions.EVENT_VALUE)", .sum(.interactions, column: "EVENT_VALUE")),
    ])
    func anExpressionIsReadAsDocumented(_ text: String, _ function: MetricExpression.Function) throws {
        #expect(try MetricExpression(parsing: text).function == function)
    }

    @Test(arguments: [
        ("", 1), ("  ", 3), ("SUM", 4), ("SUM(", 5), ("SUM()", 5), ("SUM(Items)", 10), ("SUM(Items.)", 11),
        ("SUM(Items.PRICE", 16), ("SUM(Items.PRICE))", 17), ("SUM(Items.9)", 11), ("SUM(Users.AGE)", 5),
        ("MAX(Items.PRICE)", 1), ("SAMPLECOUNT(Items.PRICE)", 13), ("SUM(\u{00E9}.PRICE)", 5), ("(", 1),
    ])
    func aMistakeIsNamedWithItsColumn(_ text: String, _ column: Int) throws {
        let mistake = #expect(throws: MetricExpressionMistake.self) { try MetricExpression(parsing: text) }
        #expect(mistake?.column == column)
    }

    @Test(arguments: [
        ("SUM(Items.PRICE)", nil), ("SAMPLECOUNT()", nil), ("SUM(Items.GENRES)", 11), ("SUM(Items.COLOUR)", 11),
        ("SUM(Items.price)", 11), ("SUM( Interactions.EVENT_VALUE)", 6),
    ])
    func aColumnMustBeThereAndBeANumber(_ text: String, _ column: Int?) throws {
        let expression = try MetricExpression(parsing: text)
        var mistake: MetricExpressionMistake?
        do { try expression.check(against: Self.schemas) } catch { mistake = error }
        #expect(mistake?.column == column)
    }

    @Test func anyTextIsAnExpressionOrAMistakeWithinIt() throws {
        let pieces = [
            "SUM", "SAMPLECOUNT", "(", ")", ".", " ", "Items", "Interactions", "PRICE", "9", "_", "\u{1F600}", "\0",
            "\"",
            "\u{00E9}", "\n", "sum(Items.PRICE)",
        ]
        var generator = SeededGenerator(seed: 7)
        var accepted = 0
        for _ in 0..<50_000 {
            let count = Int.random(in: 0...8, using: &generator)
            let text = (0..<count).map { _ in pieces.randomElement(using: &generator) ?? "" }.joined()
            do {
                _ = try MetricExpression(parsing: text)
                accepted += 1
            } catch {
                #expect((1...(text.utf8.count + 1)).contains(error.column))
            }
        }
        #expect(accepted > 100)
        for _ in 0..<50_000 {
            let bytes = (0..<Int.random(in: 0...24, using: &generator)).map { _ in
                UInt8.random(in: 0...255, using: &generator)
            }
            _ = try? MetricExpression(parsing: String(decoding: bytes, as: UTF8.self))
        }
    }
}
