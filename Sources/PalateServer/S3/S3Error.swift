import HTTPTypes
import Identity
import ObjectStorage

/// An error in the form that S3 clients turn into exceptions ("Error responses" of the S3 API reference).
struct S3Error: Error {
    var status: HTTPResponse.Status
    var code: String
    var message: String
    /// Further elements of the document, such as `Key` or `BucketName`.
    var details: [(String, String)] = []
    var headers: [(String, String)] = []

    init(_ status: HTTPResponse.Status, _ code: String, _ message: String, _ details: [(String, String)] = []) {
        self.status = status
        self.code = code
        self.message = message
        self.details = details
    }

    static func invalidArgument(_ message: String, name: String, value: String) -> S3Error {
        S3Error(.badRequest, "InvalidArgument", message, [("ArgumentName", name), ("ArgumentValue", value)])
    }
    static func invalidRequest(_ message: String) -> S3Error { S3Error(.badRequest, "InvalidRequest", message) }
    static let malformedXML = S3Error(
        .badRequest, "MalformedXML",
        "The XML you provided was not well-formed or did not validate against our published schema")
    static let methodNotAllowed = S3Error(
        .methodNotAllowed, "MethodNotAllowed", "The specified method is not allowed against this resource.")
    static func notImplemented(_ what: String) -> S3Error {
        S3Error(
            .notImplemented, "NotImplemented",
            "A header or query you provided implies functionality that is not implemented: \(what)")
    }
    static func accessDenied(_ message: String = "Access Denied") -> S3Error {
        S3Error(.forbidden, "AccessDenied", message)
    }
    static let signatureDoesNotMatch = S3Error(
        .forbidden, "SignatureDoesNotMatch",
        "The request signature we calculated does not match the signature you provided. Check your key and signing method."
    )
    static func preconditionFailed(_ condition: String) -> S3Error {
        S3Error(
            .preconditionFailed, "PreconditionFailed",
            "At least one of the pre-conditions you specified did not hold", [("Condition", condition)])
    }
    static let notModified = S3Error(.notModified, "NotModified", "Not Modified")
    static func noSuchKey(_ key: String) -> S3Error {
        S3Error(.notFound, "NoSuchKey", "The specified key does not exist.", [("Key", key)])
    }
    static func noSuchBucket(_ bucket: String) -> S3Error {
        S3Error(.notFound, "NoSuchBucket", "The specified bucket does not exist", [("BucketName", bucket)])
    }
}

extension S3Error {
    /// The one place where the store's refusals become wire errors.
    init(_ error: ObjectStorageError) {
        switch error {
        case .noSuchBucket(let name): self = .noSuchBucket(name)
        case .noSuchKey(let key), .conditionalKeyMissing(let key): self = .noSuchKey(key)
        case .noSuchUpload(let id):
            self.init(
                .notFound, "NoSuchUpload",
                "The specified upload does not exist. The upload ID may be invalid, or the upload may have been aborted "
                    + "or completed.", [("UploadId", id)])
        case .noSuchSetting(let setting):
            self.init(.notFound, "NoSuchConfiguration", "The bucket has no \(setting.rawValue) configuration")
        case .invalidBucketName(let name):
            self.init(.badRequest, "InvalidBucketName", "The specified bucket is not valid.", [("BucketName", name)])
        case .bucketExists(let name):
            self.init(
                .conflict, "BucketAlreadyOwnedByYou",
                "Your previous request to create the named bucket succeeded and you already own it.",
                [("BucketName", name)])
        case .bucketNotEmpty(let name):
            self.init(
                .conflict, "BucketNotEmpty", "The bucket you tried to delete is not empty", [("BucketName", name)])
        case .keyTooLong(let bytes):
            self.init(
                .badRequest, "KeyTooLongError", "Your key is too long",
                [("Size", "\(bytes)"), ("MaxSizeAllowed", "\(ObjectKey.longest)")])
        case .entityTooLarge:
            self.init(
                .badRequest, "EntityTooLarge", "Your proposed upload exceeds the maximum allowed size",
                [("MaxSizeAllowed", "\(EmbeddedObjectStore.largestBody)")])
        case .partTooSmall(let number, let size):
            self.init(
                .badRequest, "EntityTooSmall", "Your proposed upload is smaller than the minimum allowed size",
                [
                    ("ProposedSize", "\(size)"), ("MinSizeAllowed", "\(MultipartLimits.smallestPart)"),
                    ("PartNumber", "\(number)"),
                ])
        case .invalidPart(let number):
            self.init(
                .badRequest, "InvalidPart",
                "One or more of the specified parts could not be found. The part may not have been uploaded, or the "
                    + "specified entity tag may not match the part's entity tag.", [("PartNumber", "\(number)")])
        case .invalidPartOrder:
            self.init(
                .badRequest, "InvalidPartOrder",
                "The list of parts was not in ascending order. Parts must be ordered by part number.")
        case .invalidPartNumber(let number):
            self = .invalidArgument(
                "Part number must be an integer between 1 and 10000, inclusive", name: "partNumber", value: "\(number)")
        case .invalidContinuationToken:
            self.init(.badRequest, "InvalidArgument", "The continuation token provided is incorrect")
        case .badDigest(let name):
            self.init(
                .badRequest, "BadDigest",
                name == "Content-MD5"
                    ? "The Content-MD5 you specified did not match what we received."
                    : "The \(name) you specified did not match the calculated checksum.")
        case .payloadHashMismatch:
            self.init(
                .badRequest, "XAmzContentSHA256Mismatch",
                "The provided 'x-amz-content-sha256' header does not match what was computed.")
        case .sizeMismatch:
            self.init(
                .badRequest, "IncompleteBody",
                "The request body does not have the number of bytes specified by its length header")
        case .malformedChunk:
            self.init(.badRequest, "IncompleteBody", "The request body is not valid aws-chunked content")
        case .chunkSignatureMismatch: self = .signatureDoesNotMatch
        case .malformedChecksum(let name): self = .invalidRequest("Value for \(name) header is invalid.")
        case .preconditionFailed(let condition): self = .preconditionFailed(condition)
        case .invalidRange(let size):
            self.init(
                .rangeNotSatisfiable, "InvalidRange", "The requested range is not satisfiable",
                [("ActualObjectSize", "\(size)")])
            headers = [("content-range", "bytes */\(size)")]
        case .remote(_, let code, let message): self.init(.badGateway, code, message)
        case .storageFailed:
            self.init(
                .internalServerError, "InternalError", "We encountered an internal error. Please try again.")
        }
    }
}
