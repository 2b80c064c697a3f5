import Datasets
import Filters
import Testing

@Suite struct ParserTests {
    @Test(arguments: documentedExamples) func everyDocumentedExampleIsReadAndWrittenBack(text: String) throws {
        let expression = try FilterExpression(parsing: text)
        #expect(try FilterExpression(parsing: expression.description) == expression)
    }

    @Test func aWrittenExpressionIsInItsPlainestForm() throws {
        let text =
            "exclude itemid where (item.A not_in (\"x\\\"\\\\y\",$P) or NOT Items.B>=(-1.5)) and ITEMS.C != 7 "
            + "if currentuser.AGE=3\n| INCLUDE ItemID WHERE Interaction.event_type IN (*)"
        #expect(
            try FilterExpression(parsing: text).description
                == #"EXCLUDE ItemID WHERE (Items.A NOT IN ("x\"\\y", $P) OR NOT Items.B >= -1.5) AND Items.C != 7 "#
                + #"IF CurrentUser.AGE = 3 | INCLUDE ItemID WHERE Interactions.event_type IN ("*")"#)
    }

    @Test func notBindsTighterThanAndAndAndTighterThanOr() throws {
        func condition(_ text: String) throws -> FilterExpression.Condition? {
            try FilterExpression(parsing: "INCLUDE ItemID WHERE \(text)").clauses.first?.condition
        }
        let (a, b, c) = ("Items.A = 1", "Items.B = 2", "Items.C = 3")
        #expect(try condition("\(a) OR NOT \(b) AND \(c)") == condition("(\(a)) OR ((NOT \(b)) AND \(c))"))
        #expect(try condition("\(a) AND \(b) OR \(c)") == condition("(\(a) AND \(b)) OR \(c)"))
        #expect(try condition("\(a) AND \(b) OR \(c)") != condition("\(a) AND (\(b) OR \(c))"))
    }

    @Test(arguments: [
        ("", 1, 1, "Expected INCLUDE or EXCLUDE, but found the end"),
        ("SELECT ItemID", 1, 1, "Expected INCLUDE or EXCLUDE"),
        ("INCLUDE Item WHERE", 1, 9, "Expected ItemID, UserID or ActionID"),
        ("INCLUDE ItemID Items.A = 1", 1, 16, "Expected WHERE"),
        ("INCLUDE ItemID WHERE", 1, 21, "Expected a condition"),
        ("INCLUDE ItemID WHERE Movies.A = 1", 1, 22, "no dataset \"Movies\""),
        ("INCLUDE ItemID WHERE Items A = 1", 1, 28, "Expected \".\""),
        ("INCLUDE ItemID WHERE Items.1 = 1", 1, 28, "the name of a field"),
        ("INCLUDE ItemID WHERE Items.A LIKE 1", 1, 30, "Expected IN, NOT IN"),
        ("INCLUDE ItemID WHERE Items.A NOT (1)", 1, 34, "IN after NOT"),
        ("INCLUDE ItemID WHERE Items.A IN \"x\"", 1, 33, "a list of values"),
        ("INCLUDE ItemID WHERE Items.A IN ()", 1, 34, "Expected a value"),
        ("INCLUDE ItemID WHERE Items.A IN (\"x\"", 1, 37, "\",\" or \")\""),
        ("INCLUDE ItemID WHERE Items.A IN (x)", 1, 34, "Text is written in double quotes"),
        ("INCLUDE ItemID WHERE Items.A = x", 1, 32, "Text is written in double quotes"),
        ("INCLUDE ItemID WHERE Items.A = 'x'", 1, 32, "straight double quotes"),
        ("INCLUDE ItemID WHERE Items.A = \"x", 1, 32, "no closing quote"),
        ("INCLUDE ItemID WHERE Items.A = \"\\n\"", 1, 33, "After a backslash"),
        ("INCLUDE ItemID WHERE Items.A = 12ab", 1, 32, "\"12ab\" is not a number"),
        ("INCLUDE ItemID WHERE Items.A = 1e999", 1, 32, "not a number"),
        ("INCLUDE ItemID WHERE Items.A = $", 1, 32, "needs a name"),
        ("INCLUDE ItemID WHERE Items.A = Items.B", 1, 32, "fields of CurrentItem only"),
        ("INCLUDE ItemID WHERE Items.A = 1 2", 1, 34, "Expected AND, OR, IF, | or the end"),
        ("INCLUDE ItemID WHERE Items.A = 1 |", 1, 35, "Expected INCLUDE or EXCLUDE"),
        ("INCLUDE ItemID WHERE CurrentUser.A = 1", 1, 22, "after IF only"),
        ("INCLUDE ItemID WHERE CurrentItem.A = 1", 1, 22, "the value that"),
        ("INCLUDE ItemID WHERE Items.A = 1 IF Items.B = 1", 1, 37, "only fields of CurrentUser"),
        (
            "INCLUDE ItemID WHERE Items.A = 1\n IF CurrentUser.B = 1\n OR CurrentUser.C = 1", 3, 2,
            "joined with AND only"
        ),
        ("INCLUDE ItemID WHERE Items.A = \"ééé\" §", 1, 38, "has no meaning"),
    ]) func aMistakeHasAPlaceAndAReason(text: String, line: Int, column: Int, reason: String) throws {
        do {
            _ = try FilterExpression(parsing: text)
            Issue.record("no mistake was found in \(text)")
        } catch {
            #expect("\(error)".contains(reason), "\(error)")
            #expect([error.line, error.column] == [line, column], "\(error)")
        }
    }

    @Test func lengthAndDepthAreLimited() throws {
        let deep = String(repeating: "(", count: 400) + "Items.A = 1" + String(repeating: ")", count: 400)
        #expect(throws: FilterMistake.self) { try FilterExpression(parsing: "INCLUDE ItemID WHERE \(deep)") }
        #expect(throws: FilterMistake.self) {
            try FilterExpression(parsing: "INCLUDE ItemID WHERE \(String(repeating: "NOT ", count: 500)) Items.A = 1")
        }
        let long = (0..<400).map { "Items.A = \($0)" }.joined(separator: " OR ")
        #expect(throws: FilterMistake.self) { try FilterExpression(parsing: "INCLUDE ItemID WHERE \(long)") }
    }

    @Test func arbitraryTextIsReadOrRefusedAndWhatIsReadIsWrittenBack() throws {
        var generator = SeededGenerator(seed: 2_024)
        let words = [
            "INCLUDE", "EXCLUDE", "ItemID", "UserID", "WHERE", "Items", "Users", "CurrentUser", "CurrentItem", ".", "A",
            "EVENT_TYPE", "IN", "NOT", "AND", "OR", "IF", "(", ")", ",", "|", "\"x\"", "\"", "\\", "*", "=", "!=", "<",
            "<=",
            "$P", "$", "1", "-2.5", "1e400", "é", "\u{0}", "\n", " ",
        ]
        var parsed = 0
        for round in 0..<50_000 {
            var bytes: [UInt8]
            switch round % 3 {
            case 0: bytes = (0..<generator.index(below: 80)).map { _ in UInt8(truncatingIfNeeded: generator.next()) }
            case 1:
                bytes = Array(
                    (0..<generator.index(below: 30)).map { _ in words[generator.index(below: words.count)] }
                        .joined(separator: generator.index(below: 4) == 0 ? "" : " ").utf8)
            default:
                bytes = Array(documentedExamples[generator.index(below: documentedExamples.count)].utf8)
                for _ in 0..<generator.index(below: 3) {
                    let place = generator.index(below: bytes.count)
                    switch generator.index(below: 3) {
                    case 0: bytes.remove(at: place)
                    case 1: bytes[place] = UInt8(truncatingIfNeeded: generator.next())
                    default: bytes.insert(bytes[generator.index(below: bytes.count)], at: place)
                    }
                }
            }
            let text = String(decoding: bytes, as: UTF8.self)
            guard let expression = try? FilterExpression(parsing: text) else { continue }
            parsed += 1
            #expect(try FilterExpression(parsing: expression.description) == expression, "\(text)")
            try? expression.check(against: [:])
        }
        #expect(parsed > 5_000)
    }

    @Test func arbitraryValuesAreReadOrRefused() throws {
        let expression = try FilterExpression(parsing: "EXCLUDE ItemID WHERE Items.A IN ($P)")
        var generator = SeededGenerator(seed: 7)
        let pieces = ["\"", "\\", ",", "a", "1", "-", ".", " ", "é", "$", "(", "\u{0}", "e9"]
        for _ in 0..<20_000 {
            let text = (0..<generator.index(below: 12)).map { _ in pieces[generator.index(below: pieces.count)] }
                .joined()
            _ = try? FilterValues(parsing: ["P": text], for: expression)
        }
    }
}
