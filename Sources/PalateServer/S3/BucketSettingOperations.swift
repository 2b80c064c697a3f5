import HTTPTypes
import Hummingbird
import NIOCore
import ObjectStorage

/// A sub-resource of a bucket that is one XML document: checked for form, kept, and given back.
struct BucketSettingRoute: Sendable {
    enum Missing: Sendable {
        case error(code: String, message: String)
        /// What a bucket has that was never told otherwise.
        case content(String)
    }

    /// The query's name.
    let query: String
    let setting: BucketSetting
    /// The document's root element.
    let root: String
    let missing: Missing

    static let all: [BucketSettingRoute] = [
        .init(
            query: "encryption", setting: .encryption, root: "ServerSideEncryptionConfiguration",
            missing: .content(
                "<Rule><ApplyServerSideEncryptionByDefault><SSEAlgorithm>AES256</SSEAlgorithm>"
                    + "</ApplyServerSideEncryptionByDefault><BucketKeyEnabled>false</BucketKeyEnabled></Rule>")),
        .init(
            query: "publicAccessBlock", setting: .publicAccessBlock, root: "PublicAccessBlockConfiguration",
            missing: .error(
                code: "NoSuchPublicAccessBlockConfiguration",
                message: "The public access block configuration was not found")),
        .init(
            query: "tagging", setting: .tagging, root: "Tagging",
            missing: .error(code: "NoSuchTagSet", message: "The TagSet does not exist")),
        .init(query: "versioning", setting: .versioning, root: "VersioningConfiguration", missing: .content("")),
        .init(
            query: "lifecycle", setting: .lifecycle, root: "LifecycleConfiguration",
            missing: .error(
                code: "NoSuchLifecycleConfiguration", message: "The lifecycle configuration does not exist")),
        .init(
            query: "cors", setting: .cors, root: "CORSConfiguration",
            missing: .error(code: "NoSuchCORSConfiguration", message: "The CORS configuration does not exist")),
        .init(
            query: "ownershipControls", setting: .ownershipControls, root: "OwnershipControls",
            missing: .error(
                code: "OwnershipControlsNotFoundError", message: "The bucket ownership controls were not found")),
        .init(query: "notification", setting: .notification, root: "NotificationConfiguration", missing: .content("")),
        .init(query: "accelerate", setting: .accelerate, root: "AccelerateConfiguration", missing: .content("")),
        .init(query: "logging", setting: .logging, root: "BucketLoggingStatus", missing: .content("")),
        .init(
            query: "requestPayment", setting: .requestPayment, root: "RequestPaymentConfiguration",
            missing: .content("<Payer>BucketOwner</Payer>")),
        .init(
            query: "website", setting: .website, root: "WebsiteConfiguration",
            missing: .error(
                code: "NoSuchWebsiteConfiguration",
                message: "The specified bucket does not have a website configuration")),
        .init(
            query: "replication", setting: .replication, root: "ReplicationConfiguration",
            missing: .error(
                code: "ReplicationConfigurationNotFoundError",
                message: "The replication configuration was not found")),
        .init(
            query: "object-lock", setting: .objectLock, root: "ObjectLockConfiguration",
            missing: .error(
                code: "ObjectLockConfigurationNotFoundError",
                message: "Object Lock configuration does not exist for this bucket")),
    ]

    /// Settings that would promise the protection of data and are not carried out.
    var isRefused: Bool { setting == .replication || setting == .objectLock }
}

extension S3Service {
    func bucketSetting(_ route: BucketSettingRoute, _ request: S3Request) async throws -> Response {
        let bucket = try request.bucket
        switch request.method {
        case .get:
            if let stored = try await store.setting(route.setting, ofBucket: bucket) { return answer(stored) }
            switch route.missing {
            case .error(let code, let message):
                throw S3Error(.notFound, code, message, [("BucketName", bucket)])
            case .content(let content):
                return answer("<\(route.root) xmlns=\"\(Self.namespace)\">\(content)</\(route.root)>")
            }
        case .put:
            guard !route.isRefused else { throw S3Error.notImplemented(route.query) }
            let buffer = try await S3Payload(request).collect(upTo: 1 << 20)
            guard let element = try? XMLReader.read(buffer.readableBytesView), element.name == route.root else {
                throw S3Error.malformedXML
            }
            if route.setting == .versioning, element.text(of: "Status") == "Enabled" {
                throw S3Error.notImplemented("keeping versions of objects")
            }
            try await store.setSetting(
                route.setting, to: Self.withoutDeclaration(String(buffer: buffer)), ofBucket: bucket)
            return Response(status: route.setting == .tagging ? .noContent : .ok)
        case .delete:
            try await store.setSetting(route.setting, to: nil, ofBucket: bucket)
            return Response(status: .noContent)
        default:
            throw S3Error.methodNotAllowed
        }
    }

    private func answer(_ document: String) -> Response {
        var headers = HTTPFields()
        headers.set("content-type", "application/xml")
        let whole = "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n\(document)"
        return Response(status: .ok, headers: headers, body: ResponseBody(byteBuffer: ByteBuffer(string: whole)))
    }

    private static func withoutDeclaration(_ document: String) -> String {
        guard let start = document.firstRange(of: "<?xml"), let end = document.firstRange(of: "?>"),
            start.lowerBound < end.lowerBound
        else { return document }
        return String(document[end.upperBound...])
    }
}
