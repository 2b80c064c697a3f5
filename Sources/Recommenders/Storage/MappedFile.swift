import Foundation

#if canImport(Glibc)
    import Glibc
#elseif canImport(Musl)
    import Musl
#elseif canImport(Darwin)
    import Darwin
#endif

/// A whole file mapped read-only, unmapped with the last reference.
final class MappedFile: @unchecked Sendable {
    let bytes: UnsafeRawBufferPointer

    init(contentsOf url: URL) throws(ModelError) {
        let name = url.lastPathComponent
        let descriptor = open(url.path, O_RDONLY | O_CLOEXEC)
        guard descriptor >= 0 else {
            throw errno == ENOENT
                ? .missing(file: name) : .unreadable(file: name, reason: String(cString: strerror(errno)))
        }
        defer { close(descriptor) }
        var status = stat()
        guard fstat(descriptor, &status) == 0, status.st_mode & S_IFMT == S_IFREG else {
            throw .unreadable(file: name, reason: "not a regular file")
        }
        let count = Int(status.st_size)
        guard count > 0 else {
            bytes = UnsafeRawBufferPointer(start: nil, count: 0)
            return
        }
        guard let address = mmap(nil, count, PROT_READ, MAP_PRIVATE, descriptor, 0), address != MAP_FAILED else {
            throw .unreadable(file: name, reason: String(cString: strerror(errno)))
        }
        bytes = UnsafeRawBufferPointer(start: address, count: count)
    }

    deinit {
        if let base = bytes.baseAddress { munmap(UnsafeMutableRawPointer(mutating: base), bytes.count) }
    }
}

/// A file being written for the first time, synced to the disk before it counts as written.
final class SyncedFile {
    private let descriptor: Int32
    private let name: String

    init(creating url: URL) throws(ModelError) {
        name = url.lastPathComponent
        descriptor = open(url.path, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0o644)
        guard descriptor >= 0 else { throw .unwritable(file: name, reason: String(cString: strerror(errno))) }
    }

    deinit { close(descriptor) }

    func write(_ bytes: UnsafeRawBufferPointer) throws(ModelError) {
        var rest = bytes[...]
        while !rest.isEmpty {
            #if canImport(Darwin)
                let written = Darwin.write(descriptor, UnsafeRawBufferPointer(rebasing: rest).baseAddress, rest.count)
            #elseif canImport(Musl)
                let written = Musl.write(descriptor, UnsafeRawBufferPointer(rebasing: rest).baseAddress, rest.count)
            #else
                let written = Glibc.write(descriptor, UnsafeRawBufferPointer(rebasing: rest).baseAddress, rest.count)
            #endif
            if written < 0, errno == EINTR { continue }
            guard written > 0 else { throw .unwritable(file: name, reason: String(cString: strerror(errno))) }
            rest = rest.dropFirst(written)
        }
    }

    func finish() throws(ModelError) { try Self.sync(descriptor, name) }

    /// Makes the names inside a directory durable.
    static func syncDirectory(_ url: URL) throws(ModelError) {
        let descriptor = open(url.path, O_RDONLY | O_CLOEXEC)
        guard descriptor >= 0 else {
            throw .unwritable(file: url.lastPathComponent, reason: String(cString: strerror(errno)))
        }
        defer { close(descriptor) }
        try sync(descriptor, url.lastPathComponent)
    }

    private static func sync(_ descriptor: Int32, _ name: String) throws(ModelError) {
        guard fsync(descriptor) == 0 else { throw .unwritable(file: name, reason: String(cString: strerror(errno))) }
    }
}
