import Dispatch
import Foundation

/// Builds columns on a queue of its own while the caller looks for the next records: half of an import's work each.
///
/// Blocks of records are built in the order in which they came. At most ``depth`` of them wait, so memory stays flat.
final class RowPipeline: @unchecked Sendable {
    private let queue = DispatchQueue(label: "palate.import", qos: .userInitiated)
    /// Whoever takes a place gives it back before the pipeline can be released, as a semaphore requires.
    private let places = DispatchSemaphore(value: depth)
    /// Only touched on the queue.
    private var rows: RowBuilder
    private let lock = NSLock()
    /// Guarded by the lock, as the rest.
    private var failure: (any Error)?
    private var builtRows = 0
    private var spare: [RecordBlock] = []

    private static let depth = 16
    /// A smaller block is not worth a change of threads, and several larger ones not their memory.
    private static let waitingBytes = 4 << 10...4 << 20

    init(_ rows: RowBuilder) { self.rows = rows }

    /// Rows built so far.
    var count: Int { lock.withLock { builtRows } }

    /// A block on its way to the queue, from which it is taken without a copy.
    private final class Waiting: @unchecked Sendable {
        private var block: RecordBlock

        init(_ block: consuming RecordBlock) { self.block = block }

        func take() -> RecordBlock {
            var taken = RecordBlock()
            swap(&taken, &block)
            return taken
        }
    }

    /// Takes a block, and hands back an empty one.
    ///
    /// - Throws: Why a block before this one could not be built; nothing more is built then.
    func submit(_ block: consuming RecordBlock) throws -> RecordBlock {
        try lock.withLock { if let failure { throw failure } }
        let waits = Self.waitingBytes.contains(block.byteCount)
        let waiting = Waiting(block)
        if waits {
            places.wait()
            queue.async {
                self.build(waiting.take())
                self.places.signal()
            }
        } else {
            queue.sync { build(waiting.take()) }
        }
        return lock.withLock { spare.popLast() } ?? RecordBlock()
    }

    private func build(_ given: consuming RecordBlock) {
        guard lock.withLock({ failure == nil }) else { return }
        var block = given
        // A local variable, whose accesses need no checks at run time.
        var rows = RowBuilder(builders: [])
        swap(&rows, &self.rows)
        var mistake: (any Error)?
        do { try rows.append(block) } catch { mistake = error }
        let count = rows.count
        swap(&rows, &self.rows)
        let isKept = block.byteCount <= Self.waitingBytes.upperBound
        block.removeAll()
        lock.withLock {
            if failure == nil { failure = mistake }
            builtRows = count
            if isKept, spare.count < Self.depth { spare.append(block) }
        }
    }

    /// Hands the rows out when all that was submitted is built.
    ///
    /// - Throws: Why a block could not be built.
    func finished<Result>(_ body: (inout RowBuilder) throws -> Result) throws -> Result {
        try queue.sync {
            try lock.withLock { if let failure { throw failure } }
            return try body(&rows)
        }
    }

    /// Gives up what is not built yet. Nothing is written after the call.
    func cancel() {
        lock.withLock { if failure == nil { failure = CancellationError() } }
        queue.sync {}
    }
}

/// Hands blocks of records to a pipeline.
struct BlockSink: CSVRecordSink {
    private let pipeline: RowPipeline

    init(_ pipeline: RowPipeline) { self.pipeline = pipeline }

    func take(_ block: consuming RecordBlock) throws -> RecordBlock { try pipeline.submit(block) }
}
