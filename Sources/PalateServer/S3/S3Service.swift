package import Foundation
import HTTPTypes
package import Hummingbird
import Logging
import NIOCore
package import ObjectStorage

/// The S3 calls that SDKs and command-line tools make, over the embedded object store.
///
/// Who may call is decided before a request comes here; the time limit of a presigned URL is kept here too, because it
/// holds even where any access key is accepted.
package struct S3Service: HTTPResponder {
    package typealias Context = PalateRequestContext

    let store: EmbeddedObjectStore
    let account: String
    let region: String
    let addressing: S3Addressing
    let now: @Sendable () -> Date

    /// - Parameters:
    ///   - account: the owner of every bucket, twelve digits.
    ///   - region: of buckets created without one.
    ///   - hostNames: names of this service under which `bucket.NAME` addresses a bucket. The provider's own names
    ///     (`bucket.s3.REGION.amazonaws.com`) are always understood.
    package init(
        store: EmbeddedObjectStore, account: String = "123456789012", region: String = "us-east-1",
        hostNames: [String] = ["localhost"], now: @escaping @Sendable () -> Date = { Date() }
    ) {
        self.store = store
        self.account = account
        self.region = region
        addressing = S3Addressing(hostNames: hostNames.map { $0.lowercased() })
        self.now = now
    }

    @Sendable
    package func respond(to request: Request, context: PalateRequestContext) async throws -> Response {
        var response: Response
        do {
            let request = try S3Request(
                request, addressing: addressing, chunkSignatures: context.chunkSignatures)
            try checkPresignedTime(request.query)
            try checkOwner(request)
            response = try await route(request)
        } catch let error as S3Error {
            response = answer(error, to: request, context)
        } catch let error as ObjectStorageError {
            if case .storageFailed(let reason) = error { context.logger.error("storage failed: \(reason)") }
            response = answer(S3Error(error), to: request, context)
        } catch let error as CancellationError {
            throw error
        } catch {
            context.logger.error("request failed", metadata: ["error": "\(error)"])
            response = answer(S3Error(.storageFailed("\(error)")), to: request, context)
        }
        response.headers.set("x-amz-request-id", context.requestIdentifier)
        response.headers.set("x-amz-id-2", context.requestIdentifier)
        return response
    }

    func answer(_ error: S3Error, to request: Request, _ context: PalateRequestContext) -> Response {
        var response: Response
        if request.method == .head || error.status == .notModified {
            response = Response(status: error.status)
        } else {
            var writer = XMLWriter()
            writer.element("Error") { writer in
                writer.element("Code", error.code)
                writer.element("Message", error.message)
                for (name, value) in error.details { writer.element(name, value) }
                writer.element("Resource", request.uri.path)
                writer.element("RequestId", context.requestIdentifier)
                writer.element("HostId", context.requestIdentifier)
            }
            response = Response(status: error.status, xml: writer)
        }
        for (name, value) in error.headers { response.headers.set(name, value) }
        return response
    }

    private func checkOwner(_ request: S3Request) throws(S3Error) {
        for name in ["x-amz-expected-bucket-owner", "x-amz-source-expected-bucket-owner"] {
            if let owner = request.header(name), owner != account { throw .accessDenied() }
        }
    }

    /// "Authenticating Requests: Using Query Parameters", and the older form with `Expires`.
    private func checkPresignedTime(_ query: S3Query) throws(S3Error) {
        let seconds = now().timeIntervalSince1970
        if query.has("X-Amz-Signature") {
            guard let date = query["X-Amz-Date"].flatMap(WireDate.parseISO8601),
                let lifetime = query["X-Amz-Expires"].flatMap({ Int($0) }), (0...604_800).contains(lifetime)
            else {
                throw S3Error(
                    .badRequest, "AuthorizationQueryParametersError",
                    "X-Amz-Date must be a date and X-Amz-Expires must be between 0 and 604800 seconds")
            }
            if seconds > date.timeIntervalSince1970 + Double(lifetime) { throw expired(date, lifetime) }
        } else if query.has("Signature"), let text = query["Expires"] {
            guard let expires = Double(text), expires.isFinite else {
                throw .accessDenied("Invalid date (should be seconds since epoch): \(text)")
            }
            if seconds > expires { throw .accessDenied("Request has expired") }
        }
    }

    private func expired(_ date: Date, _ lifetime: Int) -> S3Error {
        var error = S3Error.accessDenied("Request has expired")
        error.details = [
            ("X-Amz-Expires", "\(lifetime)"),
            ("Expires", WireDate.iso8601(date.addingTimeInterval(Double(lifetime)), milliseconds: false)),
            ("ServerTime", WireDate.iso8601(now(), milliseconds: false)),
        ]
        return error
    }
}
