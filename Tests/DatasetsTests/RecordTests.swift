import Datasets
import Foundation
import Testing

/// Records that come one by one.
@Suite struct RecordTests {
    private let schema: DatasetSchema
    private let items: DatasetSchema

    init() throws {
        schema = try DatasetSchema(
            type: .interactions,
            fields: [
                SchemaField(name: "USER_ID", type: .string), SchemaField(name: "ITEM_ID", type: .string),
                SchemaField(name: "TIMESTAMP", type: .long),
                SchemaField(name: "EVENT_TYPE", type: .string, isNullable: true),
                SchemaField(name: "EVENT_VALUE", type: .float, isNullable: true),
                SchemaField(name: "DEVICE_KIND", type: .string, isNullable: true, isCategorical: true),
            ])
        items = try DatasetSchema(
            type: .items,
            fields: [
                SchemaField(name: "ITEM_ID", type: .string),
                SchemaField(name: "GENRES", type: .string, isNullable: true, isCategorical: true),
                SchemaField(name: "PRICE", type: .double, isNullable: true),
                SchemaField(name: "IS_ADULT", type: .boolean, isNullable: true),
                SchemaField(name: "LENGTH", type: .int, isNullable: true),
                SchemaField(name: "CREATION_TIMESTAMP", type: .long, isNullable: true),
            ])
    }

    private let given = ["USER_ID": "u1", "ITEM_ID": "i1", "TIMESTAMP": "1700000000"]

    @Test func propertiesInCamelCaseAreTheFieldsOfTheSchema() throws {
        let cells = try RecordReader(schema).cells(
            given: given, properties: #"{"deviceKind": "phone", "eventValue": 2.5}"#)
        #expect(cells == given.merging(["DEVICE_KIND": "phone", "EVENT_VALUE": "2.5"]) { first, _ in first })
    }

    @Test(arguments: [
        (#"{"nothing": 1}"#, "nothing"), (#"{"itemId": "i2"}"#, "more than once"),
        (#"{"deviceKind": 1}"#, "DEVICE_KIND"),
        (#"{"eventValue": true}"#, "EVENT_VALUE"), (#"{"eventValue": "1e99"}"#, "EVENT_VALUE"), ("[1]", "JSON object"),
        ("{", "JSON"), (#"{"sessionId": "s"}"#, "sessionId"),
    ])
    func aWrongPropertyIsNamed(properties: String, words: String) {
        let error = #expect(throws: RecordError.self) {
            try RecordReader(schema, reserved: ["sessionId"]).cells(given: given, properties: properties)
        }
        #expect(error?.description.contains(words) == true, "\(error?.description ?? "")")
    }

    @Test func theLongestImpressionAndSourceOfAnEventAreTaken() throws {
        let schema = try DatasetSchema(
            type: .interactions,
            fields: [SchemaField(name: "TIMESTAMP", type: .long)]
                + ["USER_ID", "ITEM_ID", "IMPRESSION", "EVENT_ATTRIBUTION_SOURCE"].map {
                    SchemaField(name: $0, type: .string)
                })
        let item = String(repeating: "i", count: 256)
        let event = [
            "USER_ID": "u", "ITEM_ID": "i", "TIMESTAMP": "1",
            "IMPRESSION": Array(repeating: item, count: 25).joined(separator: "|"),
            "EVENT_ATTRIBUTION_SOURCE": String(repeating: "s", count: 1_024),
        ]
        let cells = try RecordReader(schema).cells(given: event, properties: nil)
        #expect(try Interactions(records: [cells], schema: schema).count == 1)
    }

    @Test func aTimeInMillisecondsIsRefused() {
        var given = given
        given["TIMESTAMP"] = "1700000000000"
        let error = #expect(throws: RecordError.self) { try RecordReader(schema).cells(given: given, properties: nil) }
        #expect(error?.description.contains("milliseconds") == true)
    }

    @Test func arbitraryPropertiesAreTakenOrRefusedButNeverTrap() throws {
        var generator = SeededGenerator(seed: 7)
        let pieces = [
            "{", "}", "[", "]", "\"", ":", ",", "genres", "price", "length", "isAdult", "1", "-", "e9", ".", "true",
            "null", "\\", "\\u0000", "é", "creationTimestamp", "99999999999999999999",
        ]
        let reader = RecordReader(items)
        for _ in 0..<20_000 {
            let text = (0..<generator.index(below: 12)).map { _ in
                pieces[generator.index(below: pieces.count)]
            }.joined()
            guard let cells = try? reader.cells(given: ["ITEM_ID": "i"], properties: text) else { continue }
            // What is taken can be stored: the import of it makes no mistake.
            #expect(try MetadataTable(records: [cells], schema: items).count == 1)
        }
    }

    @Test func followingEventsKeepTheirMeaningUnderOneNumbering() throws {
        let first = try Interactions(
            records: [["USER_ID": "a", "ITEM_ID": "x", "TIMESTAMP": "1", "EVENT_TYPE": "watch"]], schema: schema)
        let second = try Interactions(
            records: [
                ["USER_ID": "b", "ITEM_ID": "y", "TIMESTAMP": "2", "EVENT_TYPE": "click", "DEVICE_KIND": "tv"],
                ["USER_ID": "a", "ITEM_ID": "y", "TIMESTAMP": "3", "EVENT_VALUE": "4"],
            ], schema: schema)
        let all = first.followed(by: second)
        #expect(all.userIndices.map { all.users[Int($0)] } == ["a", "b", "a"])
        #expect(all.itemIndices.map { all.items[Int($0)] } == ["x", "y", "y"])
        #expect(all.timestamps == [1, 2, 3])
        #expect(all.eventTypeIndices?.map { $0 == .max ? "" : all.eventTypes[Int($0)] } == ["watch", "click", ""])
        #expect(all.eventValues?.last == 4 && all.eventValues?.first?.isNaN == true)
        guard case .categorical(let devices)? = all.contextColumns.first?.values else {
            Issue.record("there is no device")
            return
        }
        #expect((0..<3).map { devices.text(ofRow: $0) } == [nil, "tv", nil])
    }

    @Test func eventsThatAreThereAlreadyAreLeftOut() throws {
        let event = ["USER_ID": "a", "ITEM_ID": "x", "TIMESTAMP": "1", "EVENT_VALUE": "1"]
        let other = event.merging(["EVENT_VALUE": "2"]) { $1 }
        let bulk = try Interactions(records: [event], schema: schema)
        let streamed = try Interactions(records: [event, other, other], schema: schema)
        #expect(streamed.withoutThose(of: bulk).eventValues == [2])
    }

    @Test func aNewerRowReplacesTheOneWithItsIdentifier() throws {
        let old = try MetadataTable(
            records: [["ITEM_ID": "a", "GENRES": "x"], ["ITEM_ID": "b", "PRICE": "1"]], schema: items)
        let new = try MetadataTable(
            records: [["ITEM_ID": "c", "GENRES": "z"], ["ITEM_ID": "a", "GENRES": "y"]], schema: items)
        let table = old.replaced(by: new)
        #expect(table.identifiers.identifiers == ["a", "b", "c"])
        guard case .categorical(let genres)? = table[column: "GENRES"]?.values,
            case .numbers(let prices)? = table[column: "PRICE"]?.values
        else {
            Issue.record("columns are missing")
            return
        }
        #expect((0..<3).map { genres.text(ofRow: $0) } == ["y", nil, "z"])
        #expect(prices[0].isNaN && prices[1] == 1 && prices[2].isNaN)
    }

    @Test func rowsThatAreWrittenAndReadAgainAreTheSame() throws {
        let records = [
            ["ITEM_ID": "a", "GENRES": "x|\"y\",\n", "PRICE": "0.1", "IS_ADULT": "true", "LENGTH": "-7"],
            ["ITEM_ID": "b", "CREATION_TIMESTAMP": "1700000000"],
        ]
        let rows = try DatasetRows(records: records, schema: items)
        let directory = FileManager.default.temporaryDirectory.appending(path: "palate-rows-\(UUID().uuidString)")
        defer { try? FileManager.default.removeItem(at: directory) }
        let again = try DatasetImport(schema: items, into: directory, limits: .withoutMinimums)
        try again.importRows(rows, rows.newestRows, named: "rows")
        _ = try again.finish()
        let read = try DatasetRows(contentsOf: directory)
        for row in 0..<2 {
            for (column, field) in items.fields.enumerated() {
                #expect(read.text(row: row, column: column) == records[row][field.name] ?? "", "\(field.name)")
            }
        }
    }
}
