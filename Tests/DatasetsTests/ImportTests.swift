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
