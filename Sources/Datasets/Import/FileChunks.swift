import Foundation

/// Reads a file piece by piece.
enum FileChunks {
    static let bytes = 1 << 20

    /// - Throws: `ImportError` when the file cannot be read, and what `body` throws.
    static func forEach(of url: URL, _ body: (UnsafeRawBufferPointer) throws -> Void) throws {
        let handle: FileHandle
        do {
            handle = try FileHandle(forReadingFrom: url)
        } catch {
            throw unreadable(url)
        }
        defer { try? handle.close() }
        while true {
            let chunk: Data?
            do {
                chunk = try handle.read(upToCount: bytes)
            } catch {
                throw unreadable(url)
            }
            guard let chunk, !chunk.isEmpty else { return }
            try chunk.withUnsafeBytes(body)
        }
    }

    private static func unreadable(_ url: URL) -> ImportError {
        var isDirectory: ObjCBool = false
        let exists = FileManager.default.fileExists(atPath: url.path, isDirectory: &isDirectory)
        let why = exists ? (isDirectory.boolValue ? "it is a directory" : "it cannot be read") : "there is no such file"
        return ImportError(.unreadableFile, file: url.path, why)
    }
}
