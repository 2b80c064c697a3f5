package import Foundation

/// The folders of a data directory.
///
/// ```
/// palate.sqlite      resources and jobs
/// events.sqlite      streamed records
/// datasets/ID/       the columns of an import
/// models/ID/         the model of a solution version
/// ```
package struct DataDirectories: Sendable {
    package let root: URL

    package init(root: URL) { self.root = root }

    package var database: URL { root.appending(path: "palate.sqlite") }
    package var events: URL { root.appending(path: "events.sqlite") }
    package var datasets: URL { root.appending(path: "datasets", directoryHint: .isDirectory) }
    package var models: URL { root.appending(path: "models", directoryHint: .isDirectory) }

    func create() throws {
        for folder in [datasets, models] {
            try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
        }
    }

    /// Removes the entries of `folder` that no resource names: what a stop in the middle of a job left behind.
    func sweep(_ folder: URL, keeping names: Set<String>) throws {
        for entry in try FileManager.default.contentsOfDirectory(at: folder, includingPropertiesForKeys: nil)
        where !names.contains(entry.lastPathComponent) {
            try FileManager.default.removeItem(at: entry)
        }
    }
}
