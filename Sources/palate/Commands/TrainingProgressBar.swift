import Foundation
import Recommenders

#if canImport(Glibc)
    import Glibc
#elseif canImport(Musl)
    import Musl
#elseif canImport(Darwin)
    import Darwin
#endif

/// Shows how far training is, on standard error: a bar that is drawn over itself on a terminal, a line for each new
/// stage elsewhere.
final class TrainingProgressBar: @unchecked Sendable {
    private let lock = NSLock()
    private let isTerminal: Bool
    private var stage = ""
    private var drawnPercent = -1

    private static let width = 30

    init(isTerminal: Bool = isatty(2) == 1) { self.isTerminal = isTerminal }

    func show(_ progress: TrainingProgress) {
        lock.withLock {
            let percent = Int((min(max(progress.fraction, 0), 1) * 100).rounded())
            defer { (stage, drawnPercent) = (progress.stage, percent) }
            if isTerminal {
                guard percent != drawnPercent || progress.stage != stage else { return }
                let filled = percent * Self.width / 100
                let bar = String(repeating: "█", count: filled) + String(repeating: "░", count: Self.width - filled)
                write("\r\u{1B}[K\(bar) \(percent)% \(progress.stage)")
            } else if progress.stage != stage {
                var line = "\(percent)% \(progress.stage)"
                if let bytes = progress.measurements["memory_bytes"] {
                    line += String(format: " (will take about %.0f MiB)", bytes / 1_048_576)
                }
                write(line + "\n")
            }
        }
    }

    /// Clears the bar, so that what follows starts on an empty line.
    func finish() {
        lock.withLock {
            if isTerminal, drawnPercent >= 0 { write("\r\u{1B}[K") }
        }
    }

    private func write(_ text: String) { FileHandle.standardError.write(Data(text.utf8)) }
}
