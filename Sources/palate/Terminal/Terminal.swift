import Foundation

/// What commands print: results on standard output, progress on standard error.
enum Terminal {
    static let isInteractive = isatty(STDERR_FILENO) == 1

    /// The width of the terminal; 120 where it is not known.
    static var columns: Int {
        var size = winsize()
        guard ioctl(STDERR_FILENO, UInt(TIOCGWINSZ), &size) == 0, size.ws_col > 20 else { return 120 }
        return Int(size.ws_col)
    }

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
