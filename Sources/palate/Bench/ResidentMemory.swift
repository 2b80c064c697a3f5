import Foundation

#if canImport(Glibc)
    import Glibc
#endif

/// What a piece of work adds to the resident memory of this process at its peak.
struct ResidentMemory {
    private let before: Int

    /// Starts to watch, after memory that is free was given back.
    init() {
        #if canImport(Glibc)
            // The module does not have it.
            if let symbol = dlsym(nil, "malloc_trim") {
                _ = unsafeBitCast(symbol, to: (@convention(c) (Int) -> Int32).self)(0)
            }
        #endif
        // Linux forgets the peak so far when told to (proc(5), clear_refs).
        try? Data("5".utf8).write(to: URL(fileURLWithPath: "/proc/self/clear_refs"))
        before = Self.status("VmRSS") ?? PeakMemory.bytes
    }

    /// Bytes at the peak since the start, beyond those before it. Where the system does not say, what the peak of the
    /// whole process has grown by.
    var peak: Int { max((Self.status("VmHWM") ?? PeakMemory.bytes) - before, 0) }

    /// A size in `/proc/self/status`, in bytes.
    private static func status(_ name: String) -> Int? {
        guard let text = try? String(contentsOfFile: "/proc/self/status", encoding: .utf8) else { return nil }
        for line in text.split(separator: "\n") where line.hasPrefix("\(name):") {
            return line.split(whereSeparator: \.isWhitespace).dropFirst().first.flatMap { Int($0) }.map { $0 * 1024 }
        }
        return nil
    }
}
