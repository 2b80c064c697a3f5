import Datasets
import Foundation
import Testing

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

    @Test func otherColumnsAreTheContextOfEventsWhereItIsAskedFor() throws {
        try withTemporaryDirectory { place in
            let file = place.appendingPathComponent("i.csv")
            let rows = "ITEM_ID,USER_ID,DEVICE,TIMESTAMP,PRICE,IMPRESSION\ni,u,tv,5,1.5,i|j\nj,u,,6,,\n"
            try Data(rows.utf8).write(to: file)
            let columns = try InteractionsFile.read(csv: file, contexts: true).contextColumns
            #expect(columns.map(\.name) == ["DEVICE", "PRICE", "IMPRESSION"])
            #expect(columns.map { $0.text(ofRow: 0) } == ["tv", "1.5", "i|j"])
            #expect(columns.map { $0.text(ofRow: 1) } == ["", "", ""])
            #expect(columns[0].field.isCategorical && !columns[2].field.isCategorical)
            #expect(try InteractionsFile.read(csv: file).contextColumns.isEmpty)
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
