import Foundation
import Recommenders
import Synchronization

/// Shows how far long work is, on standard error: a bar that is drawn over itself on a terminal, a line for each new
/// stage elsewhere.
final class ProgressBar: Sendable {
    private struct Shown {
        var stage = ""
        var percent = -1
    }

    private let shown = Mutex(Shown())
    private let isTerminal: Bool

    private static let width = 30

    init(isTerminal: Bool = Terminal.isInteractive) { self.isTerminal = isTerminal }

    /// - Parameter fraction: From 0 to 1.
    func show(_ fraction: Double, _ stage: String) {
        let percent = Int((min(max(fraction, 0), 1) * 100).rounded())
        shown.withLock { shown in
            defer { shown = Shown(stage: stage, percent: percent) }
            guard isTerminal else {
                if stage != shown.stage { Terminal.note(String(format: "%7d%%  ", percent) + stage) }
                return
            }
            guard percent != shown.percent || stage != shown.stage else { return }
            let filled = percent * Self.width / 100
            let bar = String(repeating: "█", count: filled) + String(repeating: "░", count: Self.width - filled)
            Terminal.draw("\r\u{1B}[K  \(bar) \(percent)% \(stage)")
        }
    }

    func show(_ progress: TrainingProgress) {
        let memory = progress.measurements["memory_bytes"].map {
            String(format: " (takes at most %.0f MiB)", $0 / 1_048_576)
        }
        show(progress.fraction, progress.stage + (memory ?? ""))
    }

    /// Clears the bar, so that what follows starts on an empty line.
    func finish() {
        shown.withLock { shown in
            if isTerminal, shown.percent >= 0 { Terminal.draw("\r\u{1B}[K") }
            shown = Shown()
        }
    }
}
