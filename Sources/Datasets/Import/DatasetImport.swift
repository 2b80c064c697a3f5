public import Foundation

/// An import of CSV files into a new directory of column files.
///
/// ```swift
/// let job = try DatasetImport(schema: schema, into: directory)
/// try job.beginFile("ratings.csv")
/// try job.consume(chunk)          // any number of chunks of any size
/// try job.finishFile()            // any number of files
/// let summary = try job.finish()  // now `directory` exists, complete and durable
/// ```
///
/// Rows go to disk as they come: memory is a few megabytes, and the distinct identifiers. Until `finish()` returns, the
/// files lie in a directory of another name (see `DatasetDirectory`), which is removed if the import is dropped. Every
/// call throws `ImportError` for a mistake in the data and `SegmentError` for a failure of storage; after either, the
/// import can only be dropped.
public final class DatasetImport {
    public let schema: DatasetSchema
    /// Where the dataset will be.
    public let directory: URL
    private let unfinished: URL
    private let importer: RecordImporter
    private var isDone = false

    /// - Parameter directory: must not exist yet; its parent is created if need be.
    public init(
        schema: DatasetSchema, into directory: URL, limits: DatasetLimits = .documented
    ) throws(SegmentError) {
        guard !FileSystem.exists(directory) else {
            throw SegmentError(.alreadyExists, path: directory.path, "something is there already")
        }
        self.schema = schema
        self.directory = directory
        unfinished = DatasetDirectory.unfinished(for: directory)
        try FileSystem.createDirectory(unfinished)
        importer = RecordImporter(schema: schema, limits: limits, directory: unfinished)
    }

    deinit { cancel() }

    /// Starts a file; its first record names the columns.
    /// - Parameter name: what messages call the file.
    public func beginFile(_ name: String) throws { try importer.beginFile(name) }

    /// Takes the next bytes of the file.
    public func consume(_ chunk: UnsafeRawBufferPointer) throws { try importer.consume(chunk) }

    /// Takes the next bytes of the file.
    public func consume(_ chunk: [UInt8]) throws { try chunk.withUnsafeBytes { try importer.consume($0) } }

    /// Takes the next bytes of the file.
    public func consume(_ chunk: Data) throws { try chunk.withUnsafeBytes { try importer.consume($0) } }

    public func finishFile() throws { try importer.finishFile() }

    /// Rows taken in so far.
    public var rows: Int { importer.rowCount }

    /// Reads a whole file from the disk, in chunks.
    public func importFile(_ url: URL, named name: String? = nil) throws {
        try beginFile(name ?? url.lastPathComponent)
        try FileChunks.forEach(of: url) { try importer.consume($0) }
        try finishFile()
    }

    /// Completes the dataset: checks the documented minimums, makes every file durable, and gives the directory its name.
    public func finish() throws -> ImportSummary {
        guard !isDone else { throw ImportError(.wrongCall, "the import is over") }
        var outputs = try importer.finish()
        var files: [SegmentManifest.File] = []
        for index in outputs.indices { if let file = try outputs[index].finish() { files.append(file) } }
        var summary = importer.summary
        summary.columnBytes = files.reduce(0) { $0 + $1.bytes }
        let manifest = SegmentManifest(
            type: schema.type, fields: schema.fields, rows: summary.rows, summary: summary, files: files)
        let file = try OutputFile(creating: unfinished.appendingPathComponent(SegmentManifest.fileName))
        try manifest.encoded().withUnsafeBytes { try file.write($0) }
        try file.synchronize()
        file.close()
        try FileSystem.synchronizeDirectory(unfinished)
        try FileSystem.rename(unfinished, to: directory)
        isDone = true
        try FileSystem.synchronizeDirectory(directory.deletingLastPathComponent())
        return summary
    }

    /// Gives the import up and removes its files. Does nothing after `finish()`.
    public func cancel() {
        guard !isDone else { return }
        isDone = true
        importer.cancel()
        try? FileManager.default.removeItem(at: unfinished)
    }
}
