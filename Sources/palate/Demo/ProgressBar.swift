import Foundation

/// A job's progress on standard error: a bar on a terminal, a line for each new stage elsewhere.
struct ProgressBar {
    private static let width = 30
    private var lastStage: String?
    private var isDrawn = false

    mutating func show(_ fraction: Double, _ stage: String) {
        guard Terminal.isInteractive else {
            if stage != lastStage { Terminal.note(String(format: "    %3.0f%%  ", fraction * 100) + stage) }
            lastStage = stage
            return
        }
        let filled = Int((min(max(fraction, 0), 1) * Double(Self.width)).rounded())
        let bar = String(repeating: "█", count: filled) + String(repeating: "░", count: Self.width - filled)
        let text = String(format: "\r\u{1B}[K    %@ %3.0f%%  ", bar, fraction * 100) + stage
        FileHandle.standardError.write(Data(text.utf8))
        isDrawn = true
    }

    mutating func finish() {
        if isDrawn { FileHandle.standardError.write(Data("\r\u{1B}[K".utf8)) }
        isDrawn = false
    }
}
