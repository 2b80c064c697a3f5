/// What can be refused by an object store. The S3 surface turns each case into one wire error.
package enum ObjectStorageError: Error, Equatable {
    case noSuchBucket(String)
    case noSuchKey(String)
    case noSuchUpload(String)
    case noSuchSetting(BucketSetting)
    case invalidBucketName(String)
    case bucketExists(String)
    case bucketNotEmpty(String)
    case keyTooLong(bytes: Int)
    case entityTooLarge
    /// A part other than the last is under 5 MiB.
    case partTooSmall(number: Int, size: Int64)
    /// A part named at completion was not uploaded, or has another ETag or checksum.
    case invalidPart(number: Int)
    case invalidPartOrder
    case invalidPartNumber(Int)
    case invalidContinuationToken
    /// The body's MD5 or checksum is not the declared one; the name says which.
    case badDigest(String)
    case payloadHashMismatch
    /// The body ended before its declared size, or went past it.
    case sizeMismatch(declared: Int64, received: Int64)
    case malformedChunk
    /// A chunk or trailer is not signed, or with another key.
    case chunkSignatureMismatch
    case malformedChecksum(String)
    case preconditionFailed(String)
    /// `If-Match` on a key that is not there.
    case conditionalKeyMissing(String)
    case invalidRange(size: Int64)
    /// An outside S3 endpoint answered with an error of its own.
    case remote(status: Int, code: String, message: String)
    /// The file system or database refused; the text says what and why.
    case storageFailed(String)
}

extension ObjectStorageError: CustomStringConvertible {
    package var description: String {
        switch self {
        case .noSuchBucket(let name): "bucket '\(name)' does not exist"
        case .noSuchKey(let key): "object '\(key)' does not exist"
        case .noSuchUpload(let id): "multipart upload '\(id)' does not exist"
        case .noSuchSetting(let setting): "the bucket has no \(setting.rawValue)"
        case .invalidBucketName(let name): "'\(name)' is not a valid bucket name"
        case .bucketExists(let name): "bucket '\(name)' already exists"
        case .bucketNotEmpty(let name): "bucket '\(name)' is not empty"
        case .keyTooLong(let bytes): "the key is \(bytes) bytes long; at most \(ObjectKey.longest) are allowed"
        case .entityTooLarge: "the object is larger than allowed"
        case .partTooSmall(let number, let size): "part \(number) has \(size) bytes, fewer than 5 MiB"
        case .invalidPart(let number): "part \(number) was not uploaded as named"
        case .invalidPartOrder: "the parts are not in ascending order"
        case .invalidPartNumber(let number): "part number \(number) is not between 1 and 10,000"
        case .invalidContinuationToken: "the continuation token is not one of this store's"
        case .badDigest(let name): "the body does not match its \(name)"
        case .payloadHashMismatch: "the body does not match the signed payload hash"
        case .sizeMismatch(let declared, let received): "\(declared) bytes were declared, \(received) came"
        case .malformedChunk: "the aws-chunked body is malformed"
        case .chunkSignatureMismatch: "a chunk of the body does not match its signature"
        case .malformedChecksum(let name): "the value of \(name) is not a checksum of that kind"
        case .preconditionFailed(let name): "the condition \(name) does not hold"
        case .conditionalKeyMissing(let key): "object '\(key)' does not exist"
        case .invalidRange(let size): "the range lies outside the object's \(size) bytes"
        case .remote(let status, let code, let message): "\(code) (HTTP \(status)): \(message)"
        case .storageFailed(let reason): reason
        }
    }
}
