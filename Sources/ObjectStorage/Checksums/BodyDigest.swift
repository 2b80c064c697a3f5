import Crypto
package import Foundation
package import NIOCore

/// What an uploader said about a body before or behind it; each part that is present is checked once the body is in.
package struct BodyExpectation: Sendable {
    /// `Content-MD5`, 16 bytes.
    package var md5: Data?
    /// `x-amz-content-sha256` when it is a hash, in lower-case hexadecimal.
    package var payloadHash: String?
    /// The checksum to compute and keep.
    package var algorithm: ChecksumAlgorithm?
    /// Its declared value in Base64, if it came ahead of the body.
    package var checksum: String?
    /// The size in bytes before any transfer coding.
    package var size: Int64?
    /// Trailer fields by lower-case name, asked for when the body has ended; the checksum must be among them.
    package var trailers: (@Sendable () -> [String: String])?

    package init(
        md5: Data? = nil, payloadHash: String? = nil, algorithm: ChecksumAlgorithm? = nil, checksum: String? = nil,
        size: Int64? = nil, trailers: (@Sendable () -> [String: String])? = nil
    ) {
        self.md5 = md5
        self.payloadHash = payloadHash
        self.algorithm = algorithm
        self.checksum = checksum
        self.size = size
        self.trailers = trailers
    }
}

/// The hashes of one body, computed while it streams by.
package struct BodyDigest {
    private var md5 = Insecure.MD5()
    private var payload: SHA256?
    private var checksum: ChecksumState?
    private let expectation: BodyExpectation
    package private(set) var size: Int64 = 0

    package init(_ expectation: BodyExpectation) {
        self.expectation = expectation
        payload = expectation.payloadHash == nil ? nil : SHA256()
        checksum = expectation.algorithm.map(ChecksumState.init)
    }

    package mutating func update(_ buffer: ByteBuffer) throws(ObjectStorageError) {
        size += Int64(buffer.readableBytes)
        if let declared = expectation.size, size > declared {
            throw .sizeMismatch(declared: declared, received: size)
        }
        buffer.withUnsafeReadableBytes { bytes in
            md5.update(bufferPointer: bytes)
            payload?.update(bufferPointer: bytes)
            checksum?.update(bytes)
        }
    }

    /// The MD5 and the checksum, after every expectation has been found true.
    package func finish() throws(ObjectStorageError) -> (md5: Data, checksum: ObjectChecksum?) {
        if let declared = expectation.size, size != declared {
            throw .sizeMismatch(declared: declared, received: size)
        }
        let md5Bytes = Data(md5.finalize())
        if let expected = expectation.md5, expected != md5Bytes { throw .badDigest("Content-MD5") }
        if let expected = expectation.payloadHash, let payload {
            guard Hexadecimal.encode(payload.finalize()) == expected.lowercased() else { throw .payloadHashMismatch }
        }
        guard let algorithm = expectation.algorithm, let checksum else { return (md5Bytes, nil) }
        let computed = Data(checksum.bytes)
        var declared = expectation.checksum
        if declared == nil, let trailers = expectation.trailers {
            guard let trailer = trailers()[algorithm.headerName] else {
                throw .malformedChecksum(algorithm.headerName)
            }
            declared = trailer
        }
        if let declared {
            guard let bytes = Data(base64Encoded: declared), bytes.count == algorithm.byteCount else {
                throw .malformedChecksum(algorithm.headerName)
            }
            guard bytes == computed else { throw .badDigest(algorithm.rawValue) }
        }
        return (md5Bytes, ObjectChecksum(algorithm: algorithm, value: computed.base64EncodedString()))
    }
}

package enum Hexadecimal {
    package static func encode(_ bytes: some Sequence<UInt8>) -> String {
        let digits = Array("0123456789abcdef".utf8)
        var text: [UInt8] = []
        for byte in bytes {
            text.append(digits[Int(byte >> 4)])
            text.append(digits[Int(byte & 15)])
        }
        return String(decoding: text, as: UTF8.self)
    }

    package static func decode(_ text: some StringProtocol) -> Data? {
        let digits = Array(text.utf8)
        guard digits.count.isMultiple(of: 2) else { return nil }
        var data = Data(capacity: digits.count / 2)
        for index in stride(from: 0, to: digits.count, by: 2) {
            guard let high = value(digits[index]), let low = value(digits[index + 1]) else { return nil }
            data.append(high << 4 | low)
        }
        return data
    }

    private static func value(_ digit: UInt8) -> UInt8? {
        switch digit {
        case 0x30...0x39: digit - 0x30
        case 0x41...0x46: digit - 0x41 + 10
        case 0x61...0x66: digit - 0x61 + 10
        default: nil
        }
    }
}
