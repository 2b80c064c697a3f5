import Foundation
import HTTPTypes
import Hummingbird
import NIOCore
import ObjectStorage

/// A request's body without its transfer coding, and everything that its headers say must be true of it.
struct S3Payload: Sendable {
    let body: ObjectBody
    let expectation: BodyExpectation

    init(_ request: S3Request) throws(S3Error) {
        try self.init(request, declared: Self.declaredChecksum(request.headers))
    }

    /// For a request whose checksum headers do not speak of its body.
    init(withoutChecksum request: S3Request) throws(S3Error) {
        try self.init(request, declared: nil)
    }

    private init(
        _ request: S3Request, declared: (algorithm: ChecksumAlgorithm, value: String)?
    ) throws(S3Error) {
        var expectation = BodyExpectation()
        expectation.md5 = try Self.md5(request.header("content-md5"))
        let contentHash = request.header("x-amz-content-sha256") ?? ""
        let isChunked =
            contentHash.hasPrefix("STREAMING-")
            || Self.tokens(request.header("content-encoding")).contains("aws-chunked")
        if contentHash.utf8.count == 64 { expectation.payloadHash = contentHash }
        expectation.algorithm = declared?.algorithm
        expectation.checksum = declared?.value
        if isChunked {
            guard let length = request.header("x-amz-decoded-content-length"), let size = Int64(length), size >= 0
            else {
                throw S3Error(
                    .lengthRequired, "MissingContentLength", "You must provide the Content-Length HTTP header.")
            }
            expectation.size = size
            let chunked = AwsChunkedBody(request.body, signatures: request.chunkSignatures)
            let trailing = Self.tokens(request.header("x-amz-trailer")).compactMap(ChecksumAlgorithm.init(headerName:))
            if declared == nil, let algorithm = trailing.first {
                expectation.algorithm = algorithm
                expectation.trailers = { chunked.trailers }
            }
            body = ObjectBody(chunked)
        } else {
            if let length = request.header("content-length") {
                guard let size = Int64(length), size >= 0 else {
                    throw .invalidArgument("Invalid Content-Length", name: "Content-Length", value: length)
                }
                expectation.size = size
            }
            body = ObjectBody(request.body)
        }
        if expectation.algorithm == nil,
            let name = request.header("x-amz-sdk-checksum-algorithm") ?? request.header("x-amz-checksum-algorithm")
        {
            guard let algorithm = ChecksumAlgorithm(rawValue: name.uppercased()) else {
                throw .invalidRequest(
                    "Checksum algorithm provided is unsupported. Please try again with any of the valid types: [CRC32, CRC32C, CRC64NVME, SHA1, SHA256]"
                )
            }
            expectation.algorithm = algorithm
        }
        if let size = expectation.size, size > EmbeddedObjectStore.largestBody {
            throw S3Error(ObjectStorageError.entityTooLarge)
        }
        self.expectation = expectation
    }

    /// The whole body, for the small documents that some requests carry.
    func collect(upTo limit: Int) async throws -> ByteBuffer {
        var digest = BodyDigest(expectation)
        var whole = ByteBuffer()
        for try await buffer in body {
            try digest.update(buffer)
            guard digest.size <= Int64(limit) else {
                throw S3Error(
                    .badRequest, "MaxMessageLengthExceeded", "Your request was too big.",
                    [("MaxMessageLengthBytes", "\(limit)")])
            }
            whole.writeImmutableBuffer(buffer)
        }
        _ = try digest.finish()
        return whole
    }

    /// The body as an XML document; nil when it is empty.
    func document(root: String, upTo limit: Int = 1 << 20) async throws -> XMLElement? {
        let buffer = try await collect(upTo: limit)
        guard buffer.readableBytes > 0 else { return nil }
        guard let element = try? XMLReader.read(buffer.readableBytesView), element.name == root else {
            throw S3Error.malformedXML
        }
        return element
    }

    static func tokens(_ header: String?) -> [String] {
        (header ?? "").split(separator: ",").map { $0.trimmingCharacters(in: .whitespaces).lowercased() }
            .filter { !$0.isEmpty }
    }

    private static func md5(_ header: String?) throws(S3Error) -> Data? {
        guard let header else { return nil }
        guard let data = Data(base64Encoded: header), data.count == 16 else {
            throw S3Error(.badRequest, "InvalidDigest", "The Content-MD5 you specified was invalid.")
        }
        return data
    }

    /// The checksum that the headers give for the body.
    static func declaredChecksum(
        _ headers: HTTPFields
    ) throws(S3Error) -> (algorithm: ChecksumAlgorithm, value: String)? {
        let found = ChecksumAlgorithm.allCases.compactMap { algorithm in
            headers.value(algorithm.headerName).map { (algorithm: algorithm, value: $0) }
        }
        guard found.count <= 1 else {
            throw .invalidRequest("Expecting a single x-amz-checksum- header. Multiple checksum Types are not allowed.")
        }
        return found.first
    }
}
