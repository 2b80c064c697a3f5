import Foundation
import HTTPTypes
import Hummingbird

/// Finds out which service a request is for: all of them share one address.
///
/// - `X-Amz-Target` names an operation of the control plane;
/// - a path of the runtime or the events service names theirs;
/// - otherwise the credential scope of the signature (header or presigned query) says `s3`, `iam` or `sts`;
/// - a request without a signature is for the object store, except for `GET /health`.
struct ServiceDispatcher: HTTPResponder {
    typealias Context = PalateRequestContext

    let personalize: PersonalizeResponder
    let s3: any HTTPResponder<PalateRequestContext>
    let iam: any HTTPResponder<PalateRequestContext>
    let sts: any HTTPResponder<PalateRequestContext>

    func respond(to request: Request, context: PalateRequestContext) async throws -> Response {
        if let target = request.headers[.amazonTarget] {
            return await personalize.respond(to: request, target: target, context: context)
        }
        switch signedService(of: request) {
        case "iam": return try await iam.respond(to: request, context: context)
        case "sts": return try await sts.respond(to: request, context: context)
        case "s3": return try await s3.respond(to: request, context: context)
        case "personalize": return await personalize.respond(to: request, path: request.uri.path, context: context)
        default:
            if request.method == .get, request.uri.path == "/health" { return Self.health }
            if personalize.answers(request) {
                return await personalize.respond(to: request, path: request.uri.path, context: context)
            }
            return try await s3.respond(to: request, context: context)
        }
    }

    private static let health = Response(
        status: .ok, headers: [.contentType: "application/json"],
        body: .init(byteBuffer: ByteBuffer(string: #"{"status":"ok"}"#)))
}

/// The service in a request's credential scope: `KEY/DATE/REGION/SERVICE/aws4_request`.
private func signedService(of request: Request) -> String? {
    func service(inScope scope: some StringProtocol) -> String? {
        let parts = scope.split(separator: "/", omittingEmptySubsequences: false)
        guard parts.count >= 5 else { return nil }
        return String(parts[parts.count - 2])
    }
    if let header = request.headers[.authorization] {
        guard let start = header.range(of: "Credential=") else { return nil }
        return service(inScope: header[start.upperBound...].prefix { $0 != "," && $0 != " " })
    }
    return request.uri.queryParameters["X-Amz-Credential"].flatMap { service(inScope: $0) }
}
