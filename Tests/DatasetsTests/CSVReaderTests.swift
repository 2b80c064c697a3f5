import Datasets
import Foundation
import Testing

/// Records as `CSVReader` finds them, with the line of each, for a given cutting of the bytes.
func records(_ bytes: [UInt8], chunks: () -> Int) throws -> [(line: Int, fields: [[UInt8]])] {
    var reader = CSVReader()
    var found: [(line: Int, fields: [[UInt8]])] = []
    func take(_ record: CSVRecord) {
        found.append((record.line, (0..<record.count).map { Array(record[$0]) }))
    }
    try bytes.withUnsafeBytes { bytes in
        var offset = 0
        while offset < bytes.count {
            let end = min(bytes.count, offset + max(1, chunks()))
            try reader.consume(UnsafeRawBufferPointer(rebasing: bytes[offset..<end]), take)
            offset = end
        }
    }
    try reader.finish(take)
    return found
}

private func text(_ csv: String) throws -> [[String]] {
    try records(Array(csv.utf8)) { csv.utf8.count }.map { $0.fields.map { String(decoding: $0, as: UTF8.self) } }
}

/// The state machine of Python's `csv` module (`Modules/_csv.c`, not strict), byte by byte, except that empty lines give
/// no record and an unclosed quote is an error: the second way of computing what the reader computes.
func referenceRecords(_ bytes: [UInt8]) -> [(line: Int, fields: [[UInt8]])]? {
    enum State { case startRecord, startField, inField, inQuotes, quoteInQuotes }
    var state = State.startRecord
    var found: [(line: Int, fields: [[UInt8]])] = []
    var fields: [[UInt8]] = []
    var field: [UInt8] = []
    var line = 1
    var startLine = 1
    func endField() {
        fields.append(field)
        field = []
    }
    func endRecord() {
        endField()
        found.append((startLine, fields))
        fields = []
        state = .startRecord
    }
    var at = bytes.starts(with: [0xEF, 0xBB, 0xBF]) ? 3 : 0
    while at < bytes.count {
        let byte = bytes[at]
        var isLineEnd = byte == 0x0A || byte == 0x0D
        if state == .inQuotes { isLineEnd = false }
        if isLineEnd, byte == 0x0D, at + 1 < bytes.count, bytes[at + 1] == 0x0A { at += 1 }
        at += 1
        if state == .startRecord { startLine = line }
        switch state {
        case .startRecord where isLineEnd: break
        case .startRecord, .startField:
            if isLineEnd {
                endRecord()
            } else if byte == 0x22 {
                state = .inQuotes
            } else if byte == 0x2C {
                endField()
                state = .startField
            } else {
                field.append(byte)
                state = .inField
            }
        case .inField:
            if isLineEnd {
                endRecord()
            } else if byte == 0x2C {
                endField()
                state = .startField
            } else {
                field.append(byte)
            }
        case .inQuotes:
            if byte == 0x22 { state = .quoteInQuotes } else { field.append(byte) }
        case .quoteInQuotes:
            if byte == 0x22 {
                field.append(byte)
                state = .inQuotes
            } else if byte == 0x2C {
                endField()
                state = .startField
            } else if isLineEnd {
                endRecord()
            } else {
                field.append(byte)
                state = .inField
            }
        }
        if isLineEnd || (byte == 0x0A && state == .inQuotes) { line += 1 }
    }
    switch state {
    case .startRecord: break
    case .inQuotes: return nil
    case .startField, .inField, .quoteInQuotes: endRecord()
    }
    return found
}

@Suite struct CSVReaderTests {
    /// What Python 3.12's `csv.reader` gives for the same text, empty rows left out.
    static let pythonCases: [(String, [[String]])] = [
        ("a,b\n1,2\n", [["a", "b"], ["1", "2"]]),
        ("a,b\r\n1,2\r\n", [["a", "b"], ["1", "2"]]),
        ("a,b\r1,2\r", [["a", "b"], ["1", "2"]]),
        ("a,b\n1,2", [["a", "b"], ["1", "2"]]),
        ("\n\na\n\n\nb\n\n", [["a"], ["b"]]),
        ("\"a\",\"b,c\"\n", [["a", "b,c"]]),
        ("\"a\"\"b\"\n", [["a\"b"]]),
        ("\"\"\"\"\n", [["\""]]),
        ("\"a\nb\",c\n", [["a\nb", "c"]]),
        ("\"a\r\nb\"\r\nc\r\n", [["a\r\nb"], ["c"]]),
        ("a\"b,c\"\n", [["a\"b", "c\""]]),
        ("\"a\"b,c\n", [["ab", "c"]]),
        ("\"a\"b\"c\n", [["ab\"c"]]),
        ("\"\"\n", [[""]]),
        (",\n", [["", ""]]),
        (",,\n,", [["", "", ""], ["", ""]]),
        (" a , \"b\"\n", [[" a ", " \"b\""]]),
        ("a,\"\"", [["a", ""]]),
        ("\"a\"", [["a"]]),
        ("\u{FEFF}a,b\n", [["a", "b"]]),
        ("é,日本\n", [["é", "日本"]]),
    ]

    @Test(arguments: pythonCases) func readsWhatPythonReads(_ csv: String, _ expected: [[String]]) throws {
        #expect(try text(csv) == expected)
        let reference = try #require(referenceRecords(Array(csv.utf8)))
        #expect(reference.map { $0.fields.map { String(decoding: $0, as: UTF8.self) } } == expected)
    }

    @Test func anyBytesInAnyChunksGiveTheRowsOfTheReference() throws {
        var random = SeededGenerator(seed: 41)
        let alphabet = Array("ab0 ,,\"\"\n\r\u{0}é".utf8) + [0xFF]
        for _ in 0..<40_000 {
            let bytes = (0..<random.index(below: 40)).map { _ in alphabet[random.index(below: alphabet.count)] }
            let expected = referenceRecords(bytes)
            let longest = 1 + random.index(below: 12)
            let found = try? records(bytes) { 1 + random.index(below: longest) }
            #expect((found == nil) == (expected == nil), "\(bytes)")
            guard let found, let expected else { continue }
            #expect(found.map(\.fields) == expected.map(\.fields), "\(bytes)")
            #expect(found.map(\.line) == expected.map(\.line), "\(bytes)")
        }
    }

    @Test func chunksDoNotChangeALongFile() throws {
        var random = SeededGenerator(seed: 7)
        var bytes: [UInt8] = []
        for row in 0..<20_000 { bytes += Array("u\(row % 977),\"a \"\"quoted\"\",\r\ncell \(row)\",\(row)\r\n".utf8) }
        let whole = try records(bytes) { bytes.count }
        #expect(whole.count == 20_000)
        #expect(whole.last?.line == 39_999)
        let cut = try records(bytes) { 1 + random.index(below: 5_000) }
        #expect(cut.map(\.fields) == whole.map(\.fields))
        #expect(cut.map(\.line) == whole.map(\.line))
    }

    @Test func aQuoteThatIsNeverClosedIsAnErrorAtItsRecord() {
        #expect(throws: CSVReader.Failure.unterminatedQuote(line: 3)) { try text("a\nb\n\"c\nd\n") }
    }

    @Test func aRecordLongerThanTheLimitIsAnErrorAndNotMemory() throws {
        var reader = CSVReader(maximumRecordBytes: 1_000_000)
        let chunk = [UInt8](repeating: UInt8(ascii: "x"), count: 100_000)
        var chunks = 0
        #expect(throws: CSVReader.Failure.recordTooLong(line: 1)) {
            while chunks < 1_000 {
                chunks += 1
                try chunk.withUnsafeBytes { try reader.consume($0) { _ in } }
            }
        }
        #expect(chunks < 50)
    }

    @Test func hugeFieldsAndManyColumnsAreWhole() throws {
        let huge = String(repeating: "x,\"\n", count: 500_000)
        let quoted = "\"" + huge.replacing("\"", with: "\"\"") + "\""
        #expect(try text("a,\(quoted)\n") == [["a", huge]])
        let columns = (0..<1_000).map { "c\($0)" }
        #expect(try text(columns.joined(separator: ",")) == [columns])
    }

    @Test func writtenFieldsAreReadBack() throws {
        let rows = [["a", "b,c"], ["\"", "x\ny"], ["", "\r"], ["é", " "]]
        try withTemporaryDirectory { place in
            let file = place.appendingPathComponent("f.csv")
            let writer = try CSVWriter(creating: file)
            for row in rows { try writer.record(row) }
            writer.field(prefix: "u", 120)
            writer.field(Int.min)
            try writer.endRecord()
            try writer.close()
            let back = try text(String(contentsOf: file, encoding: .utf8))
            #expect(back == rows + [["u120", "\(Int.min)"]])
        }
    }
}
