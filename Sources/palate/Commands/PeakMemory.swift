import Foundation

#if canImport(Glibc)
    import Glibc
#elseif canImport(Musl)
    import Musl
#elseif canImport(Darwin)
    import Darwin
#endif

/// The most memory that this process has had resident so far.
enum PeakMemory {
    static var bytes: Int {
        var usage = rusage()
        // RUSAGE_SELF is 0, under a type that differs between C libraries.
        guard getrusage(0, &usage) == 0 else { return 0 }
        #if canImport(Darwin)
            return usage.ru_maxrss
        #else
            return usage.ru_maxrss * 1024
        #endif
    }

    /// Begins to measure anew, for ``bytesSinceReset``.
    ///
    /// - Returns: Whether the system can do that; Linux can.
    static func reset() -> Bool {
        // proc(5): 5 brings the peak down to what is resident now.
        (try? Data("5".utf8).write(to: URL(fileURLWithPath: "/proc/self/clear_refs"))) != nil
    }

    /// The most memory that this process has had resident since ``reset()``; nil where that is not known.
    static var bytesSinceReset: Int? {
        guard let status = try? String(contentsOfFile: "/proc/self/status", encoding: .utf8) else { return nil }
        let line = status.split(separator: "\n").first { $0.hasPrefix("VmHWM:") }
        return line.flatMap { $0.split(separator: " ").compactMap { Int($0) }.first }.map { $0 * 1024 }
    }
}
