import Dispatch
import Foundation

/// Builds some of an import's columns on a queue of its own, a batch of records at a time and column by column, so that the
/// cache misses of one column's lookups overlap.
final class ColumnLane: @unchecked Sendable {
    /// Where the first mistake of an import is: in the order of its files' bytes.
    struct Mistake {
        let block: Int
        let row: Int
        let column: Int
        let error: any Error

        func isBefore(_ other: Mistake) -> Bool {
            (block, row, column) < (other.block, other.row, other.column)
        }
    }

    let queue = DispatchQueue(label: "palate.import", qos: .utility)
    /// The numbers of its columns among all fields.
    private let columns: [Int]
    /// Only touched on the queue.
    private var builders: [ColumnBuilder]
    private let lock = NSLock()
    /// Guarded by the lock, as the rest.
    private var firstMistake: Mistake?
    private var builtRows = 0
    private var isCancelled = false

    private static let batchRows = 64

    init(columns: [Int], builders: [ColumnBuilder]) {
        self.columns = columns
        self.builders = builders
    }

    /// Rows built so far.
    var count: Int { lock.withLock { builtRows } }

    var mistake: Mistake? { lock.withLock { firstMistake } }

    /// Nothing is built any more that has not been begun.
    func cancel() { lock.withLock { isCancelled = true } }

    /// The builders by the numbers of their columns, once the queue has nothing to do.
    func takeBuilders() -> [(column: Int, builder: ColumnBuilder)] {
        queue.sync {
            var taken: [ColumnBuilder] = []
            swap(&taken, &builders)
            return Array(zip(columns, taken)).map { (column: $0.0, builder: $0.1) }
        }
    }

    /// Appends the rows of a block; called on the queue. After a mistake nothing more is appended.
    func build(_ block: borrowing RecordBlock, _ rows: RecordShape.Rows, number: Int) {
        guard lock.withLock({ firstMistake == nil && !isCancelled }) else { return }
        // A local variable, whose accesses need no checks at run time.
        var builders: [ColumnBuilder] = []
        swap(&builders, &self.builders)
        var mistake: Mistake?
        block.withRecords { contents in
            var place = rows.records.lowerBound
            while place < rows.records.upperBound, mistake == nil {
                let end = min(place + Self.batchRows, rows.records.upperBound)
                let fieldStart = rows.fieldStart + (place - rows.records.lowerBound) * rows.columnCount
                if let failed = append(contents, place..<end, fieldStart, rows, to: &builders) {
                    mistake = Mistake(block: number, row: failed.row, column: failed.column, error: failed.error)
                }
                place = end
            }
        }
        swap(&builders, &self.builders)
        lock.withLock {
            firstMistake = mistake
            builtRows += rows.records.count
        }
    }

    private func append(
        _ contents: RecordBlock.Contents, _ records: Range<Int>, _ fieldStart: Int, _ rows: RecordShape.Rows,
        to builders: inout [ColumnBuilder]
    ) -> (row: Int, column: Int, error: any Error)? {
        var count = records.count
        var mistake: (row: Int, column: Int, error: any Error)?
        for (index, column) in columns.enumerated() {
            let source = rows.sources[column]
            let cells = ColumnCells(
                base: contents.base, first: source >= 0 ? contents.fields + fieldStart + source : nil,
                stride: rows.columnCount, count: count)
            if let failed = builders[index].append(cells) {
                count = failed.row
                let row = records.lowerBound + count
                let error = Self.located(
                    failed.failure, builders[index].field, cell: cells[count], line: contents.records[row].line,
                    source: source)
                mistake = (row, column, error)
            }
        }
        return mistake
    }

    @inline(never)
    private static func located(
        _ failure: ColumnBuilder.Failure, _ field: SchemaField, cell: UnsafeBufferPointer<UInt8>, line: Int, source: Int
    ) -> any Error {
        switch failure {
        case .storage(let error): return error
        case .cell(let error):
            let text = String(decoding: cell, as: UTF8.self)
            return ImportError(
                .invalidCell, line: line, column: source + 1, columnName: field.name,
                text: error.showsText ? text.abbreviated : nil, error.message)
        }
    }
}
