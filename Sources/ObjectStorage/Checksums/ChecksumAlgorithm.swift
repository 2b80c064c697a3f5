package import Crypto
import Foundation

/// The checksums that an uploader may ask for ("Checking object integrity" of the S3 user guide).
package enum ChecksumAlgorithm: String, Sendable, CaseIterable, Codable {
    case crc32 = "CRC32"
    case crc32c = "CRC32C"
    case crc64nvme = "CRC64NVME"
    case sha1 = "SHA1"
    case sha256 = "SHA256"

    /// `x-amz-checksum-…`
    package var headerName: String { "x-amz-checksum-\(rawValue.lowercased())" }

    package init?(headerName: String) {
        guard let match = Self.allCases.first(where: { $0.headerName == headerName.lowercased() }) else { return nil }
        self = match
    }

    package var byteCount: Int {
        switch self {
        case .crc32, .crc32c: 4
        case .crc64nvme: 8
        case .sha1: 20
        case .sha256: 32
        }
    }

    /// Nil for the two that cannot be put together from parts.
    package var cyclicParameters: CyclicRedundancyCheck.Parameters? {
        switch self {
        case .crc32: .crc32
        case .crc32c: .crc32c
        case .crc64nvme: .crc64nvme
        case .sha1, .sha256: nil
        }
    }

    /// How a multipart upload's checksum is formed when the uploader did not say.
    package var defaultType: ChecksumType { self == .crc64nvme ? .fullObject : .composite }
}

package enum ChecksumType: String, Sendable, Codable {
    /// The checksum of the parts' checksums, with `-parts` behind it.
    case composite = "COMPOSITE"
    case fullObject = "FULL_OBJECT"
}

/// A checksum as it stands in headers and answers.
package struct ObjectChecksum: Sendable, Equatable {
    package var algorithm: ChecksumAlgorithm
    /// Base64, with `-parts` behind it for a composite one.
    package var value: String
    package var type: ChecksumType

    package init(algorithm: ChecksumAlgorithm, value: String, type: ChecksumType = .fullObject) {
        self.algorithm = algorithm
        self.value = value
        self.type = type
    }
}

/// One checksum, computed as the bytes come.
package enum ChecksumState: Sendable {
    case cyclic(CyclicRedundancyCheck)
    case sha1(Insecure.SHA1)
    case sha256(SHA256)

    package init(_ algorithm: ChecksumAlgorithm) {
        switch algorithm {
        case .crc32: self = .cyclic(CyclicRedundancyCheck(.crc32))
        case .crc32c: self = .cyclic(CyclicRedundancyCheck(.crc32c))
        case .crc64nvme: self = .cyclic(CyclicRedundancyCheck(.crc64nvme))
        case .sha1: self = .sha1(Insecure.SHA1())
        case .sha256: self = .sha256(SHA256())
        }
    }

    package mutating func update(_ bytes: UnsafeRawBufferPointer) {
        switch self {
        case .cyclic(var check):
            check.update(bytes)
            self = .cyclic(check)
        case .sha1(var hash):
            hash.update(bufferPointer: bytes)
            self = .sha1(hash)
        case .sha256(var hash):
            hash.update(bufferPointer: bytes)
            self = .sha256(hash)
        }
    }

    package var bytes: [UInt8] {
        switch self {
        case .cyclic(let check): check.bytes
        case .sha1(let hash): Array(hash.finalize())
        case .sha256(let hash): Array(hash.finalize())
        }
    }
}

extension ObjectChecksum {
    /// The checksum of a multipart upload from its parts' checksums in order. Nil when a part has none of the kind, or
    /// when a full-object checksum is asked of an algorithm that cannot give one.
    package static func ofParts(
        _ parts: [(value: String, size: Int64)], algorithm: ChecksumAlgorithm, type: ChecksumType
    ) -> ObjectChecksum? {
        var decoded: [[UInt8]] = []
        for part in parts {
            guard let data = Data(base64Encoded: part.value), data.count == algorithm.byteCount else { return nil }
            decoded.append(Array(data))
        }
        switch type {
        case .composite:
            var state = ChecksumState(algorithm)
            for bytes in decoded { bytes.withUnsafeBytes { state.update($0) } }
            let value = Data(state.bytes).base64EncodedString()
            return ObjectChecksum(algorithm: algorithm, value: "\(value)-\(parts.count)", type: .composite)
        case .fullObject:
            guard let parameters = algorithm.cyclicParameters else { return nil }
            var whole: UInt64?
            for (bytes, part) in zip(decoded, parts) {
                let check = bytes.reduce(UInt64(0)) { ($0 << 8) | UInt64($1) }
                whole =
                    whole.map {
                        CyclicRedundancyCheck.combined($0, check, secondLength: part.size, parameters)
                    } ?? check
            }
            guard let whole else { return nil }
            let value = Data(CyclicRedundancyCheck.bytes(of: whole, parameters)).base64EncodedString()
            return ObjectChecksum(algorithm: algorithm, value: value, type: .fullObject)
        }
    }
}
