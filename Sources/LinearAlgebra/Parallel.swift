import Dispatch
import Foundation

/// Loops over cores.
///
/// In this package either these loops are in charge of the cores or nothing is: OpenBLAS is held at one thread (see
/// ``BLAS``) and large products and factorisations are cut into tiles of a fixed size that run here. So thread pools
/// never multiply, and a result does not depend on the number of threads.
public enum Parallel {
    /// The cores that this process may use.
    public static var availableThreads: Int { max(ProcessInfo.processInfo.activeProcessorCount, 1) }

    /// Runs `body` once for every index below `count`, on at most `threads` threads; indices are handed out in order.
    public static func forEach(_ count: Int, threads: Int = availableThreads, _ body: @Sendable (Int) -> Void) {
        guard count > 0 else { return }
        let workers = min(max(threads, 1), count)
        if workers == 1 {
            for index in 0..<count { body(index) }
            return
        }
        let next = Ticket()
        DispatchQueue.concurrentPerform(iterations: workers) { _ in
            while let index = next.take(below: count) { body(index) }
        }
    }

    /// The results of `body` for `0..<count`, in that order.
    public static func map<Element: Sendable>(
        _ count: Int, threads: Int = availableThreads, _ body: @Sendable (Int) -> Element
    ) -> [Element] {
        guard count > 0 else { return [] }
        return [Element](unsafeUninitializedCapacity: count) { buffer, initialized in
            let slots = Slots(start: buffer.baseAddress)
            forEach(count, threads: threads) { index in slots.initialize(index, to: body(index)) }
            initialized = count
        }
    }

    /// `0..<count` cut into ranges of `size`, the last one shorter.
    package static func ranges(of count: Int, size: Int) -> [Range<Int>] {
        stride(from: 0, to: count, by: max(size, 1)).map { $0..<min($0 + max(size, 1), count) }
    }
}

/// Hands out the numbers from 0, each once.
private final class Ticket: @unchecked Sendable {
    private let lock = NSLock()
    private var value = 0

    func take(below limit: Int) -> Int? {
        lock.withLock {
            guard value < limit else { return nil }
            defer { value += 1 }
            return value
        }
    }
}

/// Uninitialised memory that many threads fill, each index exactly once.
private struct Slots<Element>: @unchecked Sendable {
    let start: UnsafeMutablePointer<Element>?

    func initialize(_ index: Int, to value: Element) {
        start?.advanced(by: index).initialize(to: value)
    }
}
