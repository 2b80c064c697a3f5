import Datasets
import Foundation
import Testing

private let nullableEvent = SchemaField(name: "EVENT_TYPE", type: .string, isNullable: true)
private let nullableValue = SchemaField(name: "EVENT_VALUE", type: .float, isNullable: true)

@Suite struct ImportTests {
    @Test func everyColumnComesBackAsImported() throws {
        let schema = try DatasetSchema.interactions([
            nullableEvent, nullableValue,
            SchemaField(name: "DEVICE", type: .string, isNullable: true, isCategorical: true),
            SchemaField(name: "IMPRESSION", type: .string, isNullable: true),
            SchemaField(name: "DEPTH", type: .int), SchemaField(name: "SCORE", type: .double, isNullable: true),
            SchemaField(name: "MOBILE", type: .boolean, isNullable: true),
        ])
        let csv = """
            TIMESTAMP,ITEM_ID,USER_ID,EVENT_TYPE,EXTRA,EVENT_VALUE,DEVICE,IMPRESSION,DEPTH,SCORE,MOBILE
            100,i1,"u,1",click,x,1.5,tv|phone,i1|i2,-3,0.1,true
            90,i2,u2,,,,,,2147483647,,
            110,i1,u2,watch,"y
            z",-2e3,phone,i2,0,1e-300,false

            """
        try withTemporaryDirectory { place in
            let directory = place.appendingPathComponent("dataset")
            let summary = try importText(csv, schema: schema, into: directory)
            #expect(summary.rows == 3)
            #expect(summary.users == 2)
            #expect(summary.items == 2)
            #expect(summary.eventTypes == 2)
            #expect(summary.extraColumns == ["EXTRA"])
            #expect(summary.absentColumns == [])
            #expect(summary.minimumTimestamp == 90)
            #expect(summary.maximumTimestamp == 110)
            #expect(summary.bytes == csv.utf8.count)
            #expect(try DatasetDirectory.summary(of: directory) == summary)

            let loaded = try Interactions(contentsOf: directory)
            #expect(loaded.users.identifiers == ["u,1", "u2"])
            #expect(loaded.items.identifiers == ["i1", "i2"])
            #expect(loaded.userIndices == [0, 1, 1])
            #expect(loaded.itemIndices == [0, 1, 0])
            #expect(loaded.timestamps == [100, 90, 110])
            #expect(loaded.eventTypes.identifiers == ["click", "watch"])
            #expect(loaded.eventTypeIndices == [0, .max, 1])
            let values = try #require(loaded.eventValues)
            #expect(values[0] == 1.5 && values[1].isNaN && values[2] == -2000)
            #expect(loaded.contextColumns.map(\.name) == ["DEVICE", "IMPRESSION", "DEPTH", "SCORE", "MOBILE"])
            guard case .categorical(let device) = loaded.contextColumns[0].values,
                case .text(let impressions) = loaded.contextColumns[1].values,
                case .integers(let depths) = loaded.contextColumns[2].values,
                case .numbers(let scores) = loaded.contextColumns[3].values,
                case .booleans(let mobile) = loaded.contextColumns[4].values
            else {
                Issue.record("a column has another kind")
                return
            }
            #expect(device.categories.identifiers == ["tv", "phone"])
            #expect((0..<3).map { Array(device[$0]) } == [[0, 1], [], [1]])
            #expect((0..<3).map { device.text(ofRow: $0) } == ["tv|phone", nil, "phone"])
            #expect(impressions == ["i1|i2", "", "i2"])
            #expect(depths == [-3, 2_147_483_647, 0])
            #expect(scores[0] == 0.1 && scores[1].isNaN && scores[2] == 1e-300)
            #expect(mobile == [true, nil, false])
        }
    }

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

    @Test func nullableColumnsMayBeAbsentAndFilesMayDiffer() throws {
        let schema = try DatasetSchema.interactions([nullableEvent, nullableValue])
        try withTemporaryDirectory { place in
            let directory = place.appendingPathComponent("d")
            let job = try DatasetImport(schema: schema, into: directory, limits: .withoutMinimums)
            try job.beginFile("a.csv")
            try job.consume(Array("USER_ID,ITEM_ID,TIMESTAMP\nu,i,1".utf8))
            try job.finishFile()
            try job.beginFile("b.csv")
            try job.consume(Data("NOTE,TIMESTAMP,USER_ID,EVENT_TYPE,ITEM_ID\r\nx,2,u,click,j\r\n".utf8))
            try job.finishFile()
            let summary = try job.finish()
            #expect(summary.rows == 2)
            #expect(summary.extraColumns == ["NOTE"])
            #expect(summary.absentColumns == ["EVENT_VALUE"])
            let loaded = try Interactions(contentsOf: directory)
            #expect(loaded.eventTypeIndices == [.max, 0])
            #expect(loaded.eventValues?.allSatisfy(\.isNaN) == true)
        }
    }

    @Test func theFileOfAMistakeIsNamed() throws {
        try withTemporaryDirectory { place in
            let job = try DatasetImport(
                schema: .interactions(), into: place.appendingPathComponent("d"), limits: .withoutMinimums)
            try job.beginFile("good.csv")
            try job.consume(Array("USER_ID,ITEM_ID,TIMESTAMP\nu,i,1\n".utf8))
            try job.finishFile()
            try job.beginFile("bad.csv")
            try job.consume(Array("USER_ID,ITEM_ID,TIMESTAMP\nu,i,".utf8))
            let error = #expect(throws: ImportError.self) { try job.finishFile() }
            #expect(error?.file == "bad.csv")
            let after = #expect(throws: ImportError.self) { try job.finish() }
            #expect(after?.reason == .wrongCall)
        }
    }

    @Test func theDocumentedMinimumIsInForceUnlessLifted() throws {
        func csv(_ rows: Int) -> String {
            "USER_ID,ITEM_ID,TIMESTAMP\n" + (0..<rows).map { "u\($0),i,\($0)\n" }.joined()
        }
        #expect(try importError(csv(999), schema: .interactions(), limits: .documented)?.reason == .tooFewRows)
        #expect(try importError(csv(1_000), schema: .interactions(), limits: .documented) == nil)
        #expect(try importError(csv(1), schema: .interactions(), limits: .withoutMinimums) == nil)
        #expect(try importError(csv(0), schema: .interactions(), limits: .withoutMinimums) == nil)
    }

    @Test func eventTypesAndOptionalColumnsHaveACommonLimit() throws {
        let schema = try DatasetSchema.interactions([nullableEvent, nullableValue])
        func csv(_ types: Int) -> String {
            "USER_ID,ITEM_ID,TIMESTAMP,EVENT_TYPE\n" + (0..<types).map { "u,i,1,t\($0)\n" }.joined()
        }
        #expect(try importError(csv(8), schema: schema) == nil)
        #expect(try importError(csv(9), schema: schema)?.reason == .tooManyEventTypes)
    }

    @Test func metadataKeepsTheLastRowOfAnIdentifier() throws {
        let schema = try DatasetSchema.items([
            SchemaField(name: "GENRES", type: .string, isNullable: true, isCategorical: true),
            SchemaField(name: "PRICE", type: .float), SchemaField(name: "TEXT", type: .string, isTextual: true),
        ])
        let csv = "ITEM_ID,GENRES,PRICE,TEXT\na,X|Y,1,one\nb,,2,two\na,Y,3,three\n"
        try withTemporaryDirectory { place in
            let directory = place.appendingPathComponent("items")
            let summary = try importText(csv, schema: schema, into: directory)
            #expect(summary.rows == 3)
            #expect(summary.items == 2)
            let table = try MetadataTable(contentsOf: directory)
            #expect(table.identifiers.identifiers == ["a", "b"])
            #expect(table.row(of: "b") == 1)
            #expect(table.row(of: "c") == nil)
            guard case .categorical(let genres)? = table[column: "GENRES"]?.values,
                case .numbers(let prices)? = table[column: "PRICE"]?.values,
                case .text(let texts)? = table[column: "TEXT"]?.values
            else {
                Issue.record("a column has another kind")
                return
            }
            #expect(genres[0].map { genres.categories[Int($0)] } == ["Y"])
            #expect(genres[1].isEmpty)
            #expect(prices == [3, 2])
            #expect(texts == ["three", "two"])
            #expect(throws: SegmentError.self) { try Interactions(contentsOf: directory) }
        }
    }

    @Test func identifiersThatAreEqualOnlyToUnicodeStayApart() throws {
        let csv = "USER_ID,ITEM_ID,TIMESTAMP\n\u{E9},i,1\ne\u{301},i,2\n"
        try withTemporaryDirectory { place in
            let directory = place.appendingPathComponent("d")
            _ = try importText(csv, schema: .interactions(), into: directory)
            let loaded = try Interactions(contentsOf: directory)
            #expect(loaded.userIndices == [0, 1])
            #expect(loaded.users.index(of: "e\u{301}") == 1)
            #expect(loaded.users.index(of: "\u{E9}") == 0)
        }
    }

    @Test func aThousandExtraColumnsAndAHugeFieldAreTaken() throws {
        let extra = (0..<1_000).map { "x\($0)" }
        let header = (["USER_ID", "ITEM_ID", "TIMESTAMP"] + extra).joined(separator: ",")
        let huge = String(repeating: "h", count: 5_000_000)
        let row = (["u", "i", "1", huge] + extra.dropFirst()).joined(separator: ",")
        try withTemporaryDirectory { place in
            let summary = try importText(
                header + "\n" + row + "\n", schema: .interactions(), into: place.appendingPathComponent("d"))
            #expect(summary.rows == 1)
            #expect(summary.extraColumns == extra)
        }
    }

    @Test func arbitraryBytesInAnyChunksEndInRowsOrAnImportError() throws {
        var random = SeededGenerator(seed: 23)
        let schema = try DatasetSchema.interactions([nullableEvent, nullableValue])
        let seedText = Array("USER_ID,ITEM_ID,TIMESTAMP,EVENT_TYPE\nu1,i1,100,click\n\"u\"\"2\",i2,200,\n".utf8)
        try withTemporaryDirectory { place in
            for round in 0..<3_000 {
                var bytes = seedText
                for _ in 0...random.index(below: 5) {
                    let at = random.index(below: bytes.count)
                    switch random.index(below: 3) {
                    case 0: bytes[at] = UInt8(truncatingIfNeeded: random.next())
                    case 1: bytes.remove(at: at)
                    default: bytes.insert(contentsOf: Array("\",\n\r9".utf8).shuffled(using: &random).prefix(1), at: at)
                    }
                }
                var outcomes: [String] = []
                for chunk in [bytes.count, 1 + random.index(below: 9)] {
                    let directory = place.appendingPathComponent("\(round)-\(outcomes.count)")
                    do {
                        let summary = try importText(bytes, schema: schema, into: directory, chunk: max(1, chunk))
                        let loaded = try Interactions(contentsOf: directory)
                        outcomes.append("\(summary.rows) \(loaded.users.identifiers) \(loaded.timestamps)")
                    } catch let error as ImportError {
                        outcomes.append(error.description)
                    }
                    try? FileManager.default.removeItem(at: directory)
                }
                #expect(outcomes[0] == outcomes[1])
            }
        }
    }
}

@Suite struct CommandLineFileTests {
    @Test func interactionsAreReadByTheirHeader() throws {
        try withTemporaryDirectory { place in
            let file = place.appendingPathComponent("i.csv")
            try Data("ITEM_ID,USER_ID,X,TIMESTAMP,EVENT_VALUE\ni,u,z,5,\nj,u,z,6,2.5\n".utf8).write(to: file)
            let (interactions, summary) = try InteractionsFile.readWithSummary(csv: file)
            #expect(interactions.items.identifiers == ["i", "j"])
            #expect(interactions.timestamps == [5, 6])
            #expect(interactions.eventTypeIndices == nil)
            #expect(interactions.eventValues?.last == 2.5)
            #expect(summary.extraColumns == ["X"])
        }
    }

    @Test func metadataTypesAreInferredFromTheCells() throws {
        try withTemporaryDirectory { place in
            let file = place.appendingPathComponent("items.csv")
            let prose = String(repeating: "words and words ", count: 10)
            try Data("ITEM_ID,YEAR,PRICE,GENRES,ABOUT\n7,1995,1.5,A|B,\(prose)\n8,,2,B,\(prose)\n".utf8).write(to: file)
            let table = try MetadataFile.read(csv: file, type: .items)
            #expect(table.identifiers.identifiers == ["7", "8"])
            #expect(table.columns.map(\.field.type) == [.long, .double, .string, .string])
            #expect(table[column: "GENRES"]?.field.isCategorical == true)
            #expect(table[column: "ABOUT"]?.field.isTextual == true)
            guard case .integers(let years)? = table[column: "YEAR"]?.values else {
                Issue.record("YEAR is not a column of integers")
                return
            }
            #expect(years == [1995, MetadataColumn.nullInteger])
        }
    }

    @Test func mistakesNameTheFileLineAndColumn() throws {
        try withTemporaryDirectory { place in
            let file = place.appendingPathComponent("bad.csv")
            try Data("USER_ID,ITEM_ID,TIMESTAMP\nu,i,1\nu,i,soon\n".utf8).write(to: file)
            let error = #expect(throws: ImportError.self) { try InteractionsFile.read(csv: file) }
            #expect(error?.description == "bad.csv, line 3, column 3 (TIMESTAMP): \"soon\" is not a number")
            let absent = #expect(throws: ImportError.self) {
                try InteractionsFile.read(csv: place.appendingPathComponent("absent.csv"))
            }
            #expect(absent?.reason == .unreadableFile)
            let directory = #expect(throws: ImportError.self) { try MetadataFile.read(csv: place, type: .items) }
            #expect(directory?.reason == .unreadableFile)
        }
    }
}

@Suite struct TrainingRequirementsTests {
    private func interactions(users: Int, eventsPerUser: Int) -> Interactions {
        var interactions = Interactions(users: Vocabulary((0..<users).map { "u\($0)" }), items: Vocabulary(["i"]))
        for user in 0..<users {
            for event in 0..<eventsPerUser {
                interactions.userIndices.append(UInt32(user))
                interactions.itemIndices.append(0)
                interactions.timestamps.append(Int64(event))
            }
        }
        return interactions
    }

    @Test func aThousandDistinctInteractionsOf25ReturningUsersAreEnough() {
        #expect(interactions(users: 25, eventsPerUser: 40).trainingRequirements().isEmpty)
    }

    @Test func eachShortfallIsNamed() {
        #expect(interactions(users: 25, eventsPerUser: 39).trainingRequirements().map(\.requirement) == [.interactions])
        #expect(
            interactions(users: 24, eventsPerUser: 50).trainingRequirements().map(\.requirement)
                == [.usersWithSeveralInteractions])
        #expect(
            interactions(users: 1_500, eventsPerUser: 1).trainingRequirements().map(\.requirement)
                == [.usersWithSeveralInteractions, .shareOfUsersWithSeveralInteractions])
    }

    @Test func repeatedInteractionsCountOnce() {
        var interactions = interactions(users: 25, eventsPerUser: 40)
        interactions.timestamps = interactions.timestamps.map { $0 % 39 }
        #expect(interactions.trainingRequirements().map(\.requirement) == [.interactions])
    }

    @Test func limitsCanBeLifted() {
        #expect(interactions(users: 1, eventsPerUser: 1).trainingRequirements(.withoutMinimums).isEmpty)
    }
}
