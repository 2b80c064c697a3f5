import Foundation
import NIOCore

/// A body that is on the device under its final name, but that no row refers to yet.
struct StoredBody {
    let file: String
    let size: Int64
    let md5: Data
    let checksum: ObjectChecksum?
}

extension BodyDirectory {
    /// Bytes gathered before they are handed to the file system in one call.
    private static let writeSize = 512 * 1024

    /// Streams `body` to the device and checks it against `expectation`. Nothing is left of a body that fails.
    func receive<Body: AsyncSequence & Sendable>(
        _ body: Body, expecting expectation: BodyExpectation, largest: Int64
    ) async throws -> StoredBody where Body.Element == ByteBuffer {
        let name = newName()
        let path = incomingPath(name)
        let descriptor = try await onDiskThread { try FileCalls.createNew(path) }
        do {
            var digest = BodyDigest(expectation)
            var pending = ByteBuffer()
            for try await buffer in body {
                try digest.update(buffer)
                guard digest.size <= largest else { throw ObjectStorageError.entityTooLarge }
                pending.writeImmutableBuffer(buffer)
                if pending.readableBytes >= Self.writeSize {
                    let block = pending
                    pending = ByteBuffer()
                    try await onDiskThread { try Self.append(block, to: descriptor) }
                }
            }
            let hashes = try digest.finish()
            let rest = pending
            try await onDiskThread {
                try Self.append(rest, to: descriptor)
                try FileCalls.synchronize(descriptor)
                try self.publish(name)
                FileCalls.closeFile(descriptor)
            }
            return StoredBody(file: name, size: digest.size, md5: hashes.md5, checksum: hashes.checksum)
        } catch {
            try? await onDiskThread {
                FileCalls.remove(path)
                FileCalls.remove(self.path(name))
                FileCalls.closeFile(descriptor)
            }
            throw error
        }
    }

    private static func append(_ block: ByteBuffer, to descriptor: Int32) throws {
        try block.withUnsafeReadableBytes { try FileCalls.writeAll($0, to: descriptor) }
    }
}
