import Datasets
import Foundation
import Testing

@Suite struct ImportMistakeTests {
    struct Bad: Sendable, CustomTestStringConvertible {
        let testDescription: String
        let csv: [UInt8]
        let reason: ImportError.Reason
        let line, column: Int?
        let name: String?

        init(
            _ what: String, _ csv: String, _ reason: ImportError.Reason, line: Int? = nil, column: Int? = nil,
            name: String? = nil
        ) {
            self.init(what, bytes: Array(csv.utf8), reason, line: line, column: column, name: name)
        }

        init(
            _ what: String, bytes: [UInt8], _ reason: ImportError.Reason, line: Int? = nil, column: Int? = nil,
            name: String? = nil
        ) {
            testDescription = what
            csv = bytes
            self.reason = reason
            self.line = line
            self.column = column
            self.name = name
        }
    }

    private static let header = "USER_ID,ITEM_ID,TIMESTAMP\n"
    static let bad: [Bad] = [
        Bad("an empty file", "", .missingHeader),
        Bad("a file of line ends", "\n\r\n", .missingHeader),
        Bad("a missing column", "USER_ID,TIMESTAMP\nu,1\n", .missingColumn, line: 1, name: "ITEM_ID"),
        Bad("a column in lower case", "user_id,ITEM_ID,TIMESTAMP\n", .missingColumn, line: 1, name: "USER_ID"),
        Bad("a column twice", "USER_ID,ITEM_ID,TIMESTAMP,X,X\n", .duplicateColumn, line: 1, column: 5, name: "X"),
        Bad("too few fields", header + "u,i,1\nu,i\n", .fieldCount, line: 3),
        Bad("too many fields", header + "u,i,1,2\n", .fieldCount, line: 2),
        Bad("an unclosed quote", header + "u,i,1\n\"u,i,1\n", .unterminatedQuote, line: 3),
        Bad("an empty id", header + "u,,1\n", .invalidCell, line: 2, column: 2, name: "ITEM_ID"),
        Bad("no time", header + "u,i,\n", .invalidCell, line: 2, column: 3, name: "TIMESTAMP"),
        Bad("a time in words", header + "u,i,now\n", .invalidCell, line: 2, column: 3, name: "TIMESTAMP"),
        Bad("a time with a point", header + "u,i,1.0\n", .invalidCell, line: 2, column: 3, name: "TIMESTAMP"),
        Bad("a time with a space", header + "u,i, 1\n", .invalidCell, line: 2, column: 3, name: "TIMESTAMP"),
        Bad("a letter after eight digits", header + "u,i,12345678x0\n", .invalidCell, line: 2, column: 3),
        Bad("a colon among eight digits", header + "u,i,1234:678\n", .invalidCell, line: 2, column: 3),
        Bad("a negative time", header + "u,i,-1\n", .invalidCell, line: 2, column: 3, name: "TIMESTAMP"),
        Bad("milliseconds", header + "u,i,1596238243000\n", .invalidCell, line: 2, column: 3, name: "TIMESTAMP"),
        Bad("a time beyond 64 bits", header + "u,i,99999999999999999999999\n", .invalidCell, line: 2, column: 3),
        Bad("a time of 2^63", header + "u,i,9223372036854775808\n", .invalidCell, line: 2, column: 3),
        Bad(
            "an id of 257 characters", header + String(repeating: "é", count: 257) + ",i,1\n", .invalidCell, line: 2,
            column: 1, name: "USER_ID"),
        Bad(
            "invalid UTF-8", bytes: Array((header + "u,i,1\nu,").utf8) + [0xC3, 0x28] + Array(",1\n".utf8),
            .invalidCell,
            line: 3, column: 2, name: "ITEM_ID"),
        Bad("a NUL byte", header + "u,i\u{0},1\n", .invalidCell, line: 2, column: 2, name: "ITEM_ID"),
        Bad(
            "a mistake after a cell of several lines", header + "\"a\nb\",i,1\nu,i,x\n", .invalidCell, line: 4,
            column: 3,
            name: "TIMESTAMP"),
    ]

    @Test(arguments: bad) func aMistakeIsReportedAtItsPlace(_ example: Bad) throws {
        let error = try #require(try importError(example.csv, schema: .interactions()))
        #expect(error.reason == example.reason)
        #expect(error.line == example.line)
        #expect(error.column == example.column)
        if let name = example.name { #expect(error.columnName == name) }
        #expect(error.file == "data.csv")
        #expect(!error.description.contains("\n"))
        #expect(error.description.utf8.count < 500)
    }

    @Test func ofManyMistakesTheFirstIsReportedWhereverBatchesEnd() throws {
        var random = SeededGenerator(seed: 17)
        for _ in 0..<300 {
            let rows = 1 + random.index(below: 400)
            var table = (0..<rows).map { ["u\($0)", "i\($0 % 5)", "\($0)"] }
            var first = (row: rows, column: 0)
            for _ in 0..<3 {
                let place = (row: random.index(below: rows), column: random.index(below: 3))
                table[place.row][place.column] = ""
                if place < first { first = place }
            }
            let csv = "USER_ID,ITEM_ID,TIMESTAMP\n" + table.map { $0.joined(separator: ",") + "\n" }.joined()
            let wrongCount = random.index(below: 2) == 0 ? "u,i\n" : "\"u"
            let error = try importError(csv + wrongCount, schema: .interactions())
            #expect(error?.reason == .invalidCell)
            #expect(error?.line == first.row + 2)
            #expect(error?.column == first.column + 1)
        }
    }

    @Test func messagesSayWhatToDo() throws {
        let milliseconds = try importError("USER_ID,ITEM_ID,TIMESTAMP\nu,i,1596238243000\n", schema: .interactions())
        #expect(
            milliseconds?.description
                == "data.csv, line 2, column 3 (TIMESTAMP): \"1596238243000\" looks like milliseconds; timestamps are "
                + "seconds since 1970")
        let cased = try importError("USER_ID,Item_Id,TIMESTAMP\n", schema: .interactions())
        #expect(cased?.message.contains("Item_Id") == true)
    }

    @Test func longTextIsShortenedInMessages() throws {
        let csv = "USER_ID,ITEM_ID,TIMESTAMP\nu,i,\(String(repeating: "z", count: 100_000))\n"
        let error = try #require(try importError(csv, schema: .interactions()))
        #expect((error.text?.count ?? 0) <= 65)
    }

    static let typed: [(FieldType, String, Bool)] = [
        (.int, "2147483648", false), (.int, "-2147483648", true), (.int, "1e3", false), (.int, "+1", false),
        (.long, "9223372036854775807", true), (.long, "-9223372036854775808", false), (.long, "-", false),
        (.float, "1e39", false), (.float, "-0.5", true), (.float, "nan", false), (.float, "inf", false),
        (.double, "1e309", false), (.double, "0x1p3", false), (.double, "1.", true), (.double, ".5", true),
        (.double, "1e", false), (.double, "1,5", false), (.double, "--1", false), (.double, ".", false),
        (.double, "3.14159265358979323846264338", true), (.boolean, "true", true), (.boolean, "True", false),
        (.boolean, "1", false), (.string, "anything", true), (.string, String(repeating: "é", count: 1_000), true),
        (.string, String(repeating: "x", count: 1_001), false),
    ]

    @Test(arguments: typed) func cellsMustFitTheirType(_ type: FieldType, _ cell: String, _ fits: Bool) throws {
        let schema = try DatasetSchema.items([
            SchemaField(name: "GENRE", type: .string, isNullable: true, isCategorical: true),
            SchemaField(name: "X", type: type),
        ])
        let error = try importError("ITEM_ID,X\ni,\"\(cell)\"\n", schema: schema)
        #expect((error == nil) == fits)
        if let error { #expect(error.column == 2 && error.columnName == "X") }
    }

    @Test func decimalNumbersAreCorrectlyRounded() throws {
        var random = SeededGenerator(seed: 11)
        var texts: [String] = []
        for _ in 0..<5_000 {
            let digits = (0...random.index(below: 18)).map { _ in "\(random.index(below: 10))" }.joined()
            let fraction = (0..<random.index(below: 12)).map { _ in "\(random.index(below: 10))" }.joined()
            let exponent = random.index(below: 4) == 0 ? "e\(random.index(below: 60) - 30)" : ""
            texts.append(
                (random.unit() < 0.3 ? "-" : "") + digits + (fraction.isEmpty ? "" : ".\(fraction)") + exponent)
        }
        let schema = try DatasetSchema.items([SchemaField(name: "X", type: .double)])
        let csv = "ITEM_ID,X\n" + texts.enumerated().map { "\($0.offset),\($0.element)\n" }.joined()
        try withTemporaryDirectory { place in
            let directory = place.appendingPathComponent("d")
            _ = try importText(csv, schema: schema, into: directory)
            guard case .numbers(let numbers)? = try MetadataTable(contentsOf: directory)[column: "X"]?.values else {
                Issue.record("X is not a column of numbers")
                return
            }
            #expect(numbers == texts.map { Double($0) ?? .nan })
        }
    }
}
