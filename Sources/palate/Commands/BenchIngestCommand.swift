import ArgumentParser
import Datasets
import Foundation

/// `palate bench ingest`: rows per second and peak memory of a dataset import.
struct BenchIngestCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "ingest", abstract: "Import a CSV file of interactions into column files, and load them.",
        discussion: """
            Without --csv, a file is generated first: its time is not counted. Peak memory is that of the process, \
            before the columns are loaded and after.
            """)

    @Option(help: "How many interactions to generate.")
    var rows = 20_000_000

    @Option(help: "How many users to generate.")
    var users = 140_000

    @Option(help: "How many items to generate.")
    var items = 27_000

    @Option(help: "The seed of the generated data.")
    var seed: UInt64 = 1

    @Option(help: "A CSV file of interactions to import instead of generated ones.")
    var csv: String?

    @Option(help: "Where to put the files; a temporary directory that is removed if not given.")
    var directory: String?

    @Option(help: "How to print the result.")
    var output = ReportFormat.text

    func validate() throws {
        for (name, value, limit) in [
            ("rows", rows, 1_000_000_000), ("users", users, 100_000_000), ("items", items, 100_000_000),
        ]
        where value < 1 || value > limit {
            throw ValidationError("--\(name) must be from 1 to \(limit).")
        }
    }

    func run() throws {
        let place =
            directory.map { URL(fileURLWithPath: $0, isDirectory: true) }
            ?? FileManager.default.temporaryDirectory.appendingPathComponent("palate-bench-\(UUID().uuidString)")
        try FileManager.default.createDirectory(at: place, withIntermediateDirectories: true)
        defer { if directory == nil { try? FileManager.default.removeItem(at: place) } }

        let file: URL
        if let csv {
            file = URL(fileURLWithPath: csv)
        } else {
            file = place.appendingPathComponent("interactions.csv")
            log("generating \(rows) interactions in \(file.path)")
            let world = GeneratedWorld(.init(users: users, items: items, events: rows, seed: seed))
            try world.writeInteractions(to: file)
        }
        let report = try measure(file, into: place.appendingPathComponent("columns-\(UUID().uuidString)"))
        try output.write(report, text: report.text)
    }

    private func measure(_ file: URL, into target: URL) throws -> IngestReport {
        defer { try? FileManager.default.removeItem(at: target) }
        let clock = ContinuousClock()
        log("importing \(file.path)")
        let before = PeakMemory.bytes
        let start = clock.now
        var limits = DatasetLimits.withoutMinimums
        limits.maximumEventTypesAndMetadataFields = 1_000
        let job = try DatasetImport(
            schema: try DatasetSchema(json: GeneratedWorld.interactionsSchema), into: target, limits: limits)
        try job.importFile(file)
        let summary = try job.finish()
        let imported = clock.now
        let peak = PeakMemory.bytes
        let interactions = try Interactions(contentsOf: target)
        let loaded = clock.now
        return IngestReport(
            rows: interactions.count, users: summary.users, items: summary.items, csvBytes: summary.bytes,
            columnBytes: summary.columnBytes, importSeconds: (imported - start) / .seconds(1),
            loadSeconds: (loaded - imported) / .seconds(1), peakMemoryBeforeBytes: before,
            peakMemoryBytes: peak, peakMemoryWithColumnsLoadedBytes: PeakMemory.bytes)
    }

    private func log(_ message: String) { FileHandle.standardError.write(Data((message + "\n").utf8)) }
}

private struct IngestReport: Encodable {
    let rows, users, items, csvBytes, columnBytes: Int
    let importSeconds, loadSeconds: Double
    /// The process's peak before the import, which generating data may have set.
    let peakMemoryBeforeBytes: Int
    let peakMemoryBytes, peakMemoryWithColumnsLoadedBytes: Int

    var text: String {
        func mebibytes(_ bytes: Int) -> String { String(format: "%.1f MiB", Double(bytes) / 1_048_576) }
        let megabytesPerSecond = Double(csvBytes) / 1e6 / importSeconds
        return """
            rows              \(rows) (\(users) users, \(items) items)
            CSV               \(mebibytes(csvBytes))
            import            \(String(format: "%.2f s, %.0f rows/s, %.0f MB/s", importSeconds, Double(rows) / importSeconds, megabytesPerSecond))
            columns           \(mebibytes(columnBytes))
            load              \(String(format: "%.2f s", loadSeconds))
            peak memory       \(mebibytes(peakMemoryBytes)) while importing (\(mebibytes(peakMemoryBeforeBytes)) before), \(mebibytes(peakMemoryWithColumnsLoadedBytes)) with the columns loaded
            """
    }
}
