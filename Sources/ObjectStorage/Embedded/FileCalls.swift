import Foundation

#if canImport(Glibc)
    import Glibc
#elseif canImport(Musl)
    import Musl
#elseif canImport(Darwin)
    import Darwin
#endif

/// The few file-system calls that durability needs and Foundation does not offer. All of them block.
enum FileCalls {
    static func createNew(_ path: String) throws(ObjectStorageError) -> Int32 {
        let descriptor = open(path, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0o640)
        guard descriptor >= 0 else { throw failure("create", path) }
        return descriptor
    }

    static func openForReading(_ path: String) throws(ObjectStorageError) -> Int32 {
        let descriptor = open(path, O_RDONLY | O_CLOEXEC)
        guard descriptor >= 0 else { throw failure("open", path) }
        return descriptor
    }

    static func writeAll(_ bytes: UnsafeRawBufferPointer, to descriptor: Int32) throws(ObjectStorageError) {
        guard let base = bytes.baseAddress else { return }
        var offset = 0
        while offset < bytes.count {
            let written = write(descriptor, base + offset, bytes.count - offset)
            if written < 0 {
                if errno == EINTR { continue }
                throw failure("write", "descriptor \(descriptor)")
            }
            offset += written
        }
    }

    /// Fewer bytes than asked for only at the end of the file.
    static func read(
        _ descriptor: Int32, at offset: Int64, into bytes: UnsafeMutableRawBufferPointer
    ) throws(ObjectStorageError) -> Int {
        guard let base = bytes.baseAddress else { return 0 }
        var total = 0
        while total < bytes.count {
            let count = pread(descriptor, base + total, bytes.count - total, off_t(offset) + off_t(total))
            if count < 0 {
                if errno == EINTR { continue }
                throw failure("read", "descriptor \(descriptor)")
            }
            if count == 0 { break }
            total += count
        }
        return total
    }

    /// Returns once the bytes are on the device.
    static func synchronize(_ descriptor: Int32) throws(ObjectStorageError) {
        #if canImport(Darwin)
            if fcntl(descriptor, F_FULLFSYNC) == 0 { return }
        #endif
        guard fsync(descriptor) == 0 else { throw failure("synchronize", "descriptor \(descriptor)") }
    }

    /// Makes the names in a directory durable.
    static func synchronizeDirectory(_ path: String) throws(ObjectStorageError) {
        let descriptor = try openForReading(path)
        defer { closeFile(descriptor) }
        try synchronize(descriptor)
    }

    static func move(_ source: String, to target: String) throws(ObjectStorageError) {
        guard rename(source, target) == 0 else { throw failure("rename", source) }
    }

    /// False when the file system cannot give the file a second name.
    static func hardLink(_ source: String, to target: String) -> Bool {
        link(source, target) == 0
    }

    static func exists(_ path: String) -> Bool { access(path, F_OK) == 0 }

    /// A file that is gone already is no failure.
    static func remove(_ path: String) { _ = unlink(path) }

    static func closeFile(_ descriptor: Int32) { _ = close(descriptor) }

    private static func failure(_ verb: String, _ what: String) -> ObjectStorageError {
        .storageFailed("cannot \(verb) \(what): \(String(cString: strerror(errno)))")
    }
}
