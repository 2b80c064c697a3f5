import Foundation

/// What commands print: results on standard output, progress on standard error.
enum Terminal {
    static let isInteractive = isatty(STDERR_FILENO) == 1

    static func line(_ text: String = "") {
        FileHandle.standardOutput.write(Data((text + "\n").utf8))
    }

    static func note(_ text: String) {
        FileHandle.standardError.write(Data((text + "\n").utf8))
    }

    /// Writes control sequences and text as they are.
    static func draw(_ text: String) {
        FileHandle.standardError.write(Data(text.utf8))
    }

    static func heading(_ text: String) {
        line()
        line(text)
        line(String(repeating: "─", count: text.count))
    }
}
