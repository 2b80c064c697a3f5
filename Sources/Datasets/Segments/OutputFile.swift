import Foundation

#if canImport(Glibc)
    import Glibc
#elseif canImport(Musl)
    import Musl
#elseif canImport(Darwin)
    import Darwin
#endif

/// The few file operations that durability needs, over descriptors.
final class OutputFile {
    private let path: String
    private var descriptor: Int32

    init(creating url: URL) throws(SegmentError) {
        path = url.path
        descriptor = open(path, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0o644)
        guard descriptor >= 0 else { throw FileSystem.failure("cannot create the file", path) }
    }

    init(appendingTo url: URL) throws(SegmentError) {
        path = url.path
        descriptor = open(path, O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0o644)
        guard descriptor >= 0 else { throw FileSystem.failure("cannot open the file", path) }
    }

    deinit { close() }

    func write(_ bytes: UnsafeRawBufferPointer) throws(SegmentError) {
        var offset = 0
        while offset < bytes.count {
            let rest = UnsafeRawBufferPointer(rebasing: bytes[offset...])
            #if canImport(Darwin)
                let written = Darwin.write(descriptor, rest.baseAddress, rest.count)
            #elseif canImport(Musl)
                let written = Musl.write(descriptor, rest.baseAddress, rest.count)
            #else
                let written = Glibc.write(descriptor, rest.baseAddress, rest.count)
            #endif
            if written < 0 {
                if errno == EINTR { continue }
                throw FileSystem.failure("cannot write", path)
            }
            offset += written
        }
    }

    /// Has the system begin to bring some bytes to the disk, without waiting, so that ``synchronize()`` has less to wait for.
    ///
    /// Linux does that when it is told that nobody needs them soon.
    func beginSynchronizing(_ bytes: Range<Int>) {
        #if os(Linux)
            _ = posix_fadvise(descriptor, bytes.lowerBound, bytes.count, POSIX_FADV_DONTNEED)
        #endif
    }

    /// Makes what was written survive a crash of the machine.
    func synchronize() throws(SegmentError) {
        guard fsync(descriptor) == 0 else { throw FileSystem.failure("cannot sync the file", path) }
    }

    func close() {
        guard descriptor >= 0 else { return }
        #if canImport(Darwin)
            _ = Darwin.close(descriptor)
        #elseif canImport(Musl)
            _ = Musl.close(descriptor)
        #else
            _ = Glibc.close(descriptor)
        #endif
        descriptor = -1
    }
}

enum FileSystem {
    static func failure(_ what: String, _ path: String, code: Int32 = errno) -> SegmentError {
        SegmentError(.inputOutput, path: path, "\(what): \(String(cString: strerror(code)))")
    }

    static func createDirectory(_ url: URL) throws(SegmentError) {
        do {
            try FileManager.default.createDirectory(at: url, withIntermediateDirectories: true)
        } catch {
            throw SegmentError(
                .inputOutput, path: url.path, "cannot create the directory: \(error.localizedDescription)")
        }
    }

    static func synchronizeDirectory(_ url: URL) throws(SegmentError) {
        let descriptor = open(url.path, O_RDONLY | O_CLOEXEC)
        guard descriptor >= 0 else { throw failure("cannot open the directory", url.path) }
        let result = fsync(descriptor)
        let code = errno
        _ = close(descriptor)
        guard result == 0 else { throw failure("cannot sync the directory", url.path, code: code) }
    }

    static func rename(_ source: URL, to target: URL) throws(SegmentError) {
        #if canImport(Darwin)
            let result = Darwin.rename(source.path, target.path)
        #elseif canImport(Musl)
            let result = Musl.rename(source.path, target.path)
        #else
            let result = Glibc.rename(source.path, target.path)
        #endif
        guard result == 0 else {
            if errno == EEXIST || errno == ENOTEMPTY || errno == ENOTDIR {
                throw SegmentError(.alreadyExists, path: target.path, "something is there already")
            }
            throw failure("cannot rename to it", target.path)
        }
    }

    static func exists(_ url: URL) -> Bool {
        var status = stat()
        return lstat(url.path, &status) == 0
    }

    /// Reads a file of exactly `count` elements of `Element`, which must be a number type.
    static func read<Element: BitwiseCopyable>(
        _ url: URL, count: Int, as: Element.Type
    ) throws(SegmentError) -> [Element] {
        let path = url.path
        let descriptor = open(path, O_RDONLY | O_CLOEXEC)
        guard descriptor >= 0 else {
            if errno == ENOENT { throw SegmentError(.damaged, path: path, "the file is missing") }
            throw failure("cannot open the file", path)
        }
        defer { _ = close(descriptor) }
        var status = stat()
        guard fstat(descriptor, &status) == 0 else { throw failure("cannot examine the file", path) }
        let (expected, overflow) = count.multipliedReportingOverflow(by: MemoryLayout<Element>.stride)
        guard !overflow, count >= 0, Int(status.st_size) == expected else {
            throw SegmentError(.damaged, path: path, "the file has \(status.st_size) bytes, not the number written")
        }
        guard count > 0 else { return [] }
        var failed: SegmentError?
        let elements = [Element](unsafeUninitializedCapacity: count) { buffer, initialized in
            let raw = UnsafeMutableRawBufferPointer(buffer)
            var offset = 0
            while offset < expected, let base = raw.baseAddress {
                #if canImport(Darwin)
                    let got = Darwin.read(descriptor, base + offset, expected - offset)
                #elseif canImport(Musl)
                    let got = Musl.read(descriptor, base + offset, expected - offset)
                #else
                    let got = Glibc.read(descriptor, base + offset, expected - offset)
                #endif
                if got < 0, errno == EINTR { continue }
                if got <= 0 {
                    failed = failure("cannot read the file", path)
                    break
                }
                offset += got
            }
            initialized = failed == nil ? count : 0
        }
        if let failed { throw failed }
        return elements
    }
}
