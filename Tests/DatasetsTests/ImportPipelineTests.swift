import Datasets
import Foundation
import Testing

/// Imports long enough for records to be found and columns to be built at the same time.
@Suite struct ImportPipelineTests {
    private static let header = "USER_ID,ITEM_ID,TIMESTAMP\n"

    private func rows(_ count: Int, _ random: inout SeededGenerator) -> [[String]] {
        (0..<count).map { row in
            let user = "user \(random.index(below: 3_000))"
            let item = random.index(below: 20) == 0 ? "an \"item\",\n\(row % 77)" : "i\(random.index(below: 900))"
            return [user, item, "\(row)"]
        }
    }

    private func quoted(_ cell: String) -> String { "\"" + cell.replacing("\"", with: "\"\"") + "\"" }

    private func line(_ cells: [String]) -> String {
        cells.map { $0.contains(",") ? quoted($0) : $0 }.joined(separator: ",") + "\n"
    }

    @Test(arguments: [700, 64 << 10, 1 << 20, 8 << 20])
    func columnsAreTheRowsHoweverBytesCome(_ chunk: Int) throws {
        var random = SeededGenerator(seed: 5)
        let rows = rows(60_000, &random)
        let csv = Array((Self.header + rows.map(line).joined()).utf8)
        try withTemporaryDirectory { place in
            let directory = place.appendingPathComponent("d")
            let summary = try importText(csv, schema: .interactions(), into: directory, chunk: chunk)
            #expect(summary.rows == rows.count)
            let loaded = try Interactions(contentsOf: directory)
            #expect(loaded.userIndices.map { loaded.users[Int($0)] } == rows.map { $0[0] })
            #expect(loaded.itemIndices.map { loaded.items[Int($0)] } == rows.map { $0[1] })
            #expect(loaded.timestamps == (0..<rows.count).map(Int64.init))
        }
    }

    @Test func aRecordLargerThanABlockKeepsItsPlace() throws {
        let huge = String(repeating: "h", count: 6 << 20)
        var csv = "USER_ID,ITEM_ID,TIMESTAMP,X\n"
        for row in 0..<30_000 { csv += "u\(row),i,\(row),\(row == 15_000 ? huge : "")\n" }
        try withTemporaryDirectory { place in
            let directory = place.appendingPathComponent("d")
            _ = try importText(csv, schema: .interactions(), into: directory)
            #expect(try Interactions(contentsOf: directory).timestamps == (0..<30_000).map(Int64.init))
        }
    }

    @Test func ofMistakesFarApartTheFirstIsReported() throws {
        var random = SeededGenerator(seed: 6)
        for round in 0..<12 {
            var lines = (0..<40_000).map { "u\($0),i\($0 % 7),\($0)\n" }
            var mistakes: [(line: Int, reason: ImportError.Reason)] = []
            for _ in 0..<3 {
                let row = random.index(below: lines.count)
                let (line, reason): (String, ImportError.Reason) =
                    switch random.index(below: 3) {
                    case 0: ("u,,1\n", .invalidCell)
                    case 1: ("u,i\n", .fieldCount)
                    default: ("u,i,later\n", .invalidCell)
                    }
                lines[row] = line
                mistakes.removeAll { $0.line == row + 2 }
                mistakes.append((row + 2, reason))
            }
            let unclosed = round % 2 == 0
            if unclosed { lines.append("\"u,i,1\n") }
            let first = try #require(mistakes.min { $0.line < $1.line })
            let error = try importError(Self.header + lines.joined(), schema: .interactions())
            #expect(error?.line == first.line)
            #expect(error?.reason == first.reason)
            #expect(error?.file == "data.csv")
        }
    }

    @Test func anUnclosedQuoteAfterManyGoodRowsIsReported() throws {
        let good = (0..<40_000).map { "u\($0),i,\($0)\n" }.joined()
        let error = try importError(Self.header + good + "u,\"i,1\n", schema: .interactions())
        #expect(error?.reason == .unterminatedQuote)
        #expect(error?.line == 40_002)
    }

    @Test func aMistakeOfOneFileIsNotThatOfTheNext() throws {
        let good = Array((Self.header + (0..<30_000).map { "u\($0),i,\($0)\n" }.joined()).utf8)
        try withTemporaryDirectory { place in
            let job = try DatasetImport(
                schema: .interactions(), into: place.appendingPathComponent("d"), limits: .withoutMinimums)
            try job.beginFile("first.csv")
            try job.consume(good)
            try job.finishFile()
            #expect(job.rows == 30_000)
            try job.beginFile("second.csv")
            let error = #expect(throws: ImportError.self) {
                try job.consume(good + Array("u,i,x\n".utf8))
                try job.finishFile()
            }
            #expect(error?.file == "second.csv")
            #expect(error?.line == 30_002)
            #expect(throws: ImportError.self) { try job.consume(good) }
            #expect(throws: ImportError.self) { try job.finish() }
        }
    }

    @Test func anImportThatIsDroppedHalfwayLeavesNothing() throws {
        let part = Array((Self.header + (0..<60_000).map { "user\($0),item\($0),\($0)\n" }.joined()).utf8)
        try withTemporaryDirectory { place in
            for round in 0..<20 {
                do {
                    let job = try DatasetImport(
                        schema: .interactions(), into: place.appendingPathComponent("\(round)"),
                        limits: .withoutMinimums)
                    try job.beginFile("data.csv")
                    try job.consume(part)
                    #expect(try FileManager.default.contentsOfDirectory(atPath: place.path).count == 1)
                }
                #expect(try FileManager.default.contentsOfDirectory(atPath: place.path).isEmpty)
            }
        }
    }
}
