/// An `s3://bucket/key-or-prefix` address.
///
/// The key keeps its bytes as written: `s3://b/a//b` and `s3://b/a/b` are different objects.
package struct S3Location: Sendable, Hashable, CustomStringConvertible {
    package let bucket: String
    /// Empty for a whole bucket.
    package let key: String

    package init(bucket: String, key: String) {
        self.bucket = bucket
        self.key = key
    }

    /// Parses `s3://bucket/key-or-prefix`. The scheme is compared without case; the bucket must be a valid bucket name.
    package init(parsing text: String) throws(S3LocationError) {
        guard let separator = text.firstRange(of: "://") else { throw .notAnS3Address(text) }
        guard text[..<separator.lowerBound].lowercased() == "s3" else { throw .notAnS3Address(text) }
        let rest = text[separator.upperBound...]
        let slash = rest.unicodeScalars.firstIndex(of: "/") ?? rest.endIndex
        let bucket = String(rest[..<slash])
        guard !bucket.isEmpty else { throw .bucketMissing(text) }
        guard BucketName.isValid(bucket) else { throw .invalidBucketName(bucket) }
        let key = slash == rest.endIndex ? "" : String(rest.unicodeScalars[slash...].dropFirst())
        guard key.utf8.count <= ObjectKey.longest else { throw .keyTooLong(key.utf8.count) }
        self.init(bucket: bucket, key: key)
    }

    /// True when the address can only mean "everything under here": a whole bucket or a key that ends in `/`.
    package var isPrefix: Bool { key.isEmpty || key.hasSuffix("/") }

    package var description: String { "s3://\(bucket)/\(key)" }
}

package enum S3LocationError: Error, Equatable, CustomStringConvertible {
    case notAnS3Address(String)
    case bucketMissing(String)
    case invalidBucketName(String)
    case keyTooLong(Int)

    package var description: String {
        switch self {
        case .notAnS3Address(let text): "'\(text)' is not an S3 address of the form s3://bucket/key"
        case .bucketMissing(let text): "'\(text)' names no bucket; the form is s3://bucket/key"
        case .invalidBucketName(let name):
            "'\(name)' is not a valid bucket name: 3 to 63 lower-case letters, digits, dots and hyphens"
        case .keyTooLong(let bytes): "the key is \(bytes) bytes long; at most \(ObjectKey.longest) are allowed"
        }
    }
}

/// The rules for bucket names ("General purpose bucket naming rules" of the S3 user guide).
package enum BucketName {
    package static func isValid(_ name: String) -> Bool {
        let bytes = Array(name.utf8)
        guard (3...63).contains(bytes.count), let first = bytes.first, let last = bytes.last else { return false }
        func isLetterOrDigit(_ byte: UInt8) -> Bool {
            (UInt8(ascii: "a")...UInt8(ascii: "z")).contains(byte)
                || (UInt8(ascii: "0")...UInt8(ascii: "9")).contains(byte)
        }
        guard isLetterOrDigit(first), isLetterOrDigit(last) else { return false }
        guard bytes.allSatisfy({ isLetterOrDigit($0) || $0 == UInt8(ascii: ".") || $0 == UInt8(ascii: "-") }) else {
            return false
        }
        return !name.contains("..") && !looksLikeAddress(name)
    }

    private static func looksLikeAddress(_ name: String) -> Bool {
        let parts = name.split(separator: ".", omittingEmptySubsequences: false)
        return parts.count == 4 && parts.allSatisfy { UInt8($0) != nil }
    }
}

package enum ObjectKey {
    /// The longest key, in UTF-8 bytes.
    package static let longest = 1024
}
