import Foundation

/// Keeps a second server out of a data directory for as long as it lives.
///
/// The operating system gives the lock back when the process ends, however it ends.
final class DataDirectoryLock: Sendable {
    private let descriptor: Int32

    /// - Throws: ``StartError`` when another process holds the lock, or the directory cannot be written.
    init(directory: URL) throws {
        let path = directory.appending(path: "lock").path
        let descriptor = open(path, O_CREAT | O_RDWR | O_CLOEXEC, 0o600)
        guard descriptor >= 0 else {
            throw StartError(
                "The data directory \(directory.path) cannot be written: \(String(cString: strerror(errno))).")
        }
        guard flock(descriptor, LOCK_EX | LOCK_NB) == 0 else {
            close(descriptor)
            throw StartError("The data directory \(directory.path) is in use by another palate process.")
        }
        self.descriptor = descriptor
    }

    deinit { close(descriptor) }
}

/// Why the server cannot start, in one line for the operator.
package struct StartError: Error, CustomStringConvertible {
    package let description: String

    package init(_ description: String) { self.description = description }
}
