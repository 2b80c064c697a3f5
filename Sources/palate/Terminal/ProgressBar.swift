import Foundation
import Recommenders
import Synchronization

/// Shows how far long work is, on standard error: a bar that is drawn over itself on a terminal, a line for each new
/// stage elsewhere. Losses and validation figures that training tells stand behind the stage; on a terminal the newest of
/// the training stay there.
final class ProgressBar: Sendable {
    private struct Shown {
        var stage = ""
        var percent = -1
        var figures = ""
        /// The newest losses and validation figures.
        var measurements: [String: Double] = [:]
        var lastLine: ContinuousClock.Instant?
    }

    private let shown = Mutex(Shown())
    private let isTerminal: Bool

    private static let width = 30
    /// From one line to the next within a stage, when there is no terminal.
    private static let quiet = Duration.seconds(5)

    init(isTerminal: Bool = Terminal.isInteractive) { self.isTerminal = isTerminal }

    /// - Parameter fraction: From 0 to 1.
    func show(_ fraction: Double, _ stage: String) {
        shown.withLock { draw(fraction, stage, isNews: false, &$0) }
    }

    func show(_ progress: TrainingProgress) {
        let curves = progress.measurements.filter { TrainingRecord.isCurve($0.key) && $0.value.isFinite }
        let memory = progress.measurements["memory_bytes"].map {
            String(format: " (takes at most %.0f MiB)", $0 / 1_048_576)
        }
        shown.withLock { shown in
            // A training begins with what it announces; figures of the one before say nothing of it.
            if memory != nil { shown.measurements = [:] }
            shown.measurements.merge(curves) { _, new in new }
            shown.figures = (isTerminal ? shown.measurements : curves).sorted { $0.key < $1.key }
                .map { "\(Self.title($0.key)) " + String(format: "%.4f", $0.value) }.joined(separator: ", ")
            draw(progress.fraction, progress.stage + (memory ?? ""), isNews: !curves.isEmpty, &shown)
        }
    }

    /// - Parameter isNews: Whether there are figures that were not shown before.
    private func draw(_ fraction: Double, _ stage: String, isNews: Bool, _ shown: inout Shown) {
        let percent = Int((min(max(fraction, 0), 1) * 100).rounded())
        let isNew = stage != shown.stage
        let isTime = shown.lastLine.map { ContinuousClock.now - $0 >= Self.quiet } ?? true
        let isMoved = percent != shown.percent
        (shown.stage, shown.percent) = (stage, percent)
        let text = stage + (shown.figures.isEmpty ? "" : " [\(shown.figures)]")
        guard isTerminal else {
            guard isNew || isNews && isTime else { return }
            shown.lastLine = .now
            Terminal.note(String(format: "%7d%%  ", percent) + text)
            return
        }
        guard isNew || isNews || isMoved else { return }
        let filled = percent * Self.width / 100
        let bar = String(repeating: "█", count: filled) + String(repeating: "░", count: Self.width - filled)
        // Longer than the terminal is wide it would not be drawn over.
        Terminal.draw("\r\u{1B}[K" + "  \(bar) \(percent)% \(text)".prefix(Terminal.columns - 1))
    }

    /// `validation_ndcg_at_25` as people write it.
    private static func title(_ measurement: String) -> String {
        measurement.replacing("_at_", with: "@").replacing("_", with: " ")
    }

    /// Clears the bar, so that what follows starts on an empty line.
    func finish() {
        shown.withLock { shown in
            if isTerminal, shown.percent >= 0 { Terminal.draw("\r\u{1B}[K") }
            shown = Shown()
        }
    }
}
