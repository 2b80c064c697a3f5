import Foundation

/// A CSV file with named columns, read row by row for files that are not datasets.
enum CSVTable {
    struct Row {
        let record: CSVRecord
        let file: String
        let names: [String]
        /// For each name the number of its column.
        let sources: [Int]

        func text(_ index: Int) throws(ImportError) -> String {
            try value(index) { cell throws(CellError) in
                guard !cell.isEmpty else { throw CellError(message: "is empty", showsText: false) }
                try CellParsing.checkText(cell, maximumLength: 10_000)
                return String(decoding: cell, as: UTF8.self)
            }
        }

        func number(_ index: Int) throws(ImportError) -> Double {
            try value(index) { cell throws(CellError) in try CellParsing.number(cell) }
        }

        func timestamp(_ index: Int) throws(ImportError) -> Int64 {
            try value(index) { cell throws(CellError) in try CellParsing.timestamp(cell) }
        }

        private func value<Value>(
            _ index: Int, _ parse: (UnsafeBufferPointer<UInt8>) throws(CellError) -> Value
        ) throws(ImportError) -> Value {
            do {
                return try parse(record[sources[index]])
            } catch {
                throw ImportError(
                    .invalidCell, file: file, line: record.line, column: sources[index] + 1, columnName: names[index],
                    text: error.showsText ? record.text(sources[index]).abbreviated : nil, error.message)
            }
        }
    }

    /// Calls `body` for each row, whose cells are numbered as `columns` are; the file may have them in any order, and more.
    static func read(_ url: URL, columns names: [String], _ body: (Row) throws -> Void) throws {
        let file = url.lastPathComponent
        var reader = CSVReader()
        var header: (count: Int, sources: [Int])?
        func take(_ record: CSVRecord) throws {
            guard let (count, sources) = header else {
                let found = (0..<record.count).map { record.text($0) }
                var sources: [Int] = []
                for name in names {
                    guard let source = found.firstIndex(of: name) else {
                        throw ImportError(
                            .missingColumn, file: file, line: record.line, columnName: name,
                            "the header has no column \(name)")
                    }
                    sources.append(source)
                }
                header = (found.count, sources)
                return
            }
            guard record.count == count else {
                throw ImportError(
                    .fieldCount, file: file, line: record.line,
                    "the record has \(record.count) fields, but the header has \(count)")
            }
            try body(Row(record: record, file: file, names: names, sources: sources))
        }
        do {
            try FileChunks.forEach(of: url) { try reader.consume($0, take) }
            try reader.finish(take)
        } catch let failure as CSVReader.Failure {
            throw ImportError(failure, file: file)
        }
        guard header != nil else {
            throw ImportError(.missingHeader, file: file, "the file is empty; its first line must name the columns")
        }
    }
}

extension ImportError {
    init(_ failure: CSVReader.Failure, file: String?) {
        switch failure {
        case .unterminatedQuote(let line):
            self.init(.unterminatedQuote, file: file, line: line, "a quoted field is never closed")
        case .recordTooLong(let line):
            self.init(
                .recordTooLong, file: file, line: line, "the record is too long; a quote before it may not be closed")
        }
    }
}
