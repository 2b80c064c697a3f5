/// Why column files could not be written or read.
public struct SegmentError: Error, Sendable, Hashable {
    public enum Reason: Sendable, Hashable {
        /// There is no finished import at the place.
        case notFound
        /// The place of a new import is taken.
        case alreadyExists
        /// A file differs from what was written: its length, its checksum, or what it says.
        case damaged
        /// The files were written by a version that this one does not know.
        case unsupportedVersion
        /// The files hold another type of dataset than the one asked for.
        case wrongDatasetType
        /// The operating system refused an operation.
        case inputOutput
    }

    public let reason: Reason
    /// The file or directory at fault.
    public let path: String
    public let message: String

    public init(_ reason: Reason, path: String, _ message: String) {
        self.reason = reason
        self.path = path
        self.message = message
    }
}

extension SegmentError: CustomStringConvertible {
    public var description: String { "\(path): \(message)" }
}
