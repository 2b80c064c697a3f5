import Dispatch
import Foundation

/// Builds columns on queues of their own while the caller looks for the next records.
///
/// Each queue has some of the columns and takes the blocks of records in the order in which they came. At most ``depth``
/// blocks wait, so memory stays flat.
final class RowPipeline: @unchecked Sendable {
    private let lanes: [ColumnLane]
    /// Whoever takes a place gives it back before the pipeline can be released, as a semaphore requires.
    private let places = DispatchSemaphore(value: depth)
    /// Only touched by the caller, as the rest.
    private(set) var shape: RecordShape
    private var blocks = 0
    private var callersMistake: (any Error)?
    private let lock = NSLock()
    /// Guarded by the lock.
    private var spare: [RecordBlock] = []

    private static let depth = 16
    /// A smaller block is not worth a change of threads, and several larger ones not their memory.
    private static let waitingBytes = 4 << 10...4 << 20
    private static let laneCount = 2

    init(_ builders: [ColumnBuilder]) {
        shape = RecordShape(builders.map(\.field))
        lanes = Self.divided(builders).map { numbers in
            ColumnLane(columns: numbers, builders: numbers.map { builders[$0] })
        }
    }

    /// The numbers of each lane's columns, so that each has about as much to do; a column that is looked up takes longest.
    private static func divided(_ builders: [ColumnBuilder]) -> [[Int]] {
        var lanes = [[Int]](repeating: [], count: laneCount)
        var loads = [Int](repeating: 0, count: laneCount)
        for (number, builder) in builders.enumerated().sorted(by: { $0.element.effort > $1.element.effort }) {
            let lane = loads[0] <= loads[1] ? 0 : 1
            loads[lane] += builder.effort
            lanes[lane].append(number)
        }
        return lanes.map { $0.sorted() }.filter { !$0.isEmpty }
    }

    /// Rows built so far.
    var count: Int { lanes.map(\.count).min() ?? 0 }

    /// The next block begins with a header.
    func beginFile() throws {
        try drain()
        shape.beginFile()
    }

    /// A block that several lanes read, until the last has.
    private final class Shared: @unchecked Sendable {
        private var block: RecordBlock
        private let lock = NSLock()
        private var readers: Int

        init(_ block: consuming RecordBlock, readers: Int) {
            self.block = block
            self.readers = readers
        }

        func read(_ body: (borrowing RecordBlock) -> Void) { body(block) }

        /// The block, for the last reader.
        func release() -> RecordBlock? {
            guard
                lock.withLock({
                    readers -= 1
                    return readers == 0
                })
            else { return nil }
            var taken = RecordBlock()
            swap(&taken, &block)
            return taken
        }
    }

    /// Takes a block, and hands back an empty one.
    ///
    /// - Throws: The first mistake up to the end of this block, if it is known by now.
    func submit(_ block: consuming RecordBlock) throws -> RecordBlock {
        if callersMistake != nil || lanes.contains(where: { $0.mistake != nil }) { try drain() }
        let waits = Self.waitingBytes.contains(block.byteCount)
        let rows: RecordShape.Rows?
        do {
            rows = try shape.rows(of: block)
        } catch {
            callersMistake = error
            try drain()
            throw error
        }
        guard let rows else { return block }
        let number = blocks
        blocks += 1
        let shared = Shared(block, readers: lanes.count)
        if waits { places.wait() }
        for lane in lanes {
            let build: @Sendable () -> Void = {
                shared.read { lane.build($0, rows, number: number) }
                guard let read = shared.release() else { return }
                self.keep(read)
                if waits { self.places.signal() }
            }
            if waits { lane.queue.async(execute: build) } else { lane.queue.sync(execute: build) }
        }
        if let mistake = rows.mistake {
            callersMistake = mistake
            try drain()
        }
        return lock.withLock { spare.popLast() } ?? RecordBlock()
    }

    private func keep(_ read: consuming RecordBlock) {
        guard read.byteCount <= Self.waitingBytes.upperBound else { return }
        read.removeAll()
        let empty = read
        lock.withLock { if spare.count < Self.depth { spare.append(empty) } }
    }

    /// Waits until all that was submitted is built.
    ///
    /// - Throws: The first mistake in the order of the files' bytes. One that the caller saw comes after all that was
    ///   submitted.
    func drain() throws {
        for lane in lanes { lane.queue.sync {} }
        let mistakes = lanes.compactMap(\.mistake)
        if let first = mistakes.min(by: { $0.isBefore($1) }) { throw first.error }
        if let callersMistake { throw callersMistake }
    }

    /// The columns, in the order of the fields, once all that was submitted is built.
    func finish() throws -> [ColumnBuilder] {
        try drain()
        return lanes.flatMap { $0.takeBuilders() }.sorted { $0.column < $1.column }.map(\.builder)
    }

    /// Gives up what is not built yet. Nothing is written after the call.
    func cancel() {
        for lane in lanes { lane.cancel() }
        for lane in lanes { lane.queue.sync {} }
    }
}

/// Hands blocks of records to a pipeline.
struct BlockSink: CSVRecordSink {
    private let pipeline: RowPipeline

    init(_ pipeline: RowPipeline) { self.pipeline = pipeline }

    func take(_ block: consuming RecordBlock) throws -> RecordBlock { try pipeline.submit(block) }
}
