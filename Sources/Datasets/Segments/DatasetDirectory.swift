public import Foundation

/// The naming of finished and unfinished imports inside a directory that holds several.
public enum DatasetDirectory {
    private static let mark = ".unfinished-"

    /// A name for the files of an import into `directory` until it is finished, beside `directory`.
    static func unfinished(for directory: URL) -> URL {
        let suffix = String(UInt64.random(in: .min ... .max), radix: 36)
        return directory.deletingLastPathComponent()
            .appendingPathComponent(".\(directory.lastPathComponent)\(mark)\(suffix)", isDirectory: true)
    }

    /// Whether a file name is that of an import that did not finish.
    public static func isUnfinished(_ name: String) -> Bool { name.hasPrefix(".") && name.contains(mark) }

    /// Removes what imports that never finished left in `parent`, such as after a crash; returns the names removed.
    ///
    /// No import may be running in `parent`. A `parent` that does not exist has nothing to remove.
    @discardableResult
    public static func removeUnfinished(in parent: URL) throws(SegmentError) -> [String] {
        guard FileSystem.exists(parent) else { return [] }
        do {
            let names = try FileManager.default.contentsOfDirectory(atPath: parent.path).filter(isUnfinished).sorted()
            for name in names { try FileManager.default.removeItem(at: parent.appendingPathComponent(name)) }
            return names
        } catch {
            throw SegmentError(.inputOutput, path: parent.path, error.localizedDescription)
        }
    }

    /// What was imported into `directory`, from its description alone.
    public static func summary(of directory: URL) throws(SegmentError) -> ImportSummary {
        try SegmentDirectory(directory).manifest.summary
    }
}
