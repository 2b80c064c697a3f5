import Access
import Foundation
import HTTPTypes
import Hummingbird
import PersonalizeAPI

/// Finds out which service a request is for: all of them share one address.
///
/// - `X-Amz-Target` names an operation of the control plane;
/// - a path of the runtime or the events service names theirs;
/// - otherwise the credential scope of the signature (header or presigned query) says `s3`, `iam` or `sts`;
/// - a request without a signature is for the object store, except for `GET /health`, `GET /metrics` and
///   `GET /palate/trainings`.
struct ServiceDispatcher: HTTPResponder {
    typealias Context = PalateRequestContext

    let personalize: PersonalizeResponder
    let s3: any HTTPResponder<PalateRequestContext>
    let iam: any HTTPResponder<PalateRequestContext>
    let sts: any HTTPResponder<PalateRequestContext>
    let metrics: MetricsPage
    let trainings: TrainingsPage

    enum Destination: Equatable {
        case health, metrics, trainings, s3, iam, sts
        /// The control plane, with the value of `X-Amz-Target`.
        case target(String)
        /// The runtime or the events service.
        case path(KeyRole.Service)

        var service: KeyRole.Service {
            switch self {
            case .health, .s3: .s3
            case .iam: .iam
            case .sts: .sts
            case .target, .metrics, .trainings: .personalize
            case .path(let service): service
            }
        }

        /// Whether it is for whoever operates the service, who may ask from the machine itself without a key.
        var isOperatorsPage: Bool { self == .metrics || self == .trainings }
    }

    func respond(to request: Request, context: PalateRequestContext) async throws -> Response {
        try await respond(to: request, at: destination(of: request), context: context)
    }

    func destination(of request: Request) -> Destination {
        if let target = request.headers[.amazonTarget] { return .target(target) }
        let operation = OperationRegistry.operation(method: request.method.rawValue, path: request.uri.path)
        let service: KeyRole.Service =
            operation?.service == .personalizeEvents ? .personalizeEvents : .personalizeRuntime
        switch signedService(of: request) {
        case "iam": return .iam
        case "sts": return .sts
        case "s3": return .s3
        case "personalize": return Self.operatorsPage(request) ?? .path(service)
        default:
            if let page = Self.operatorsPage(request) { return page }
            if request.method == .get, request.uri.path == "/health" { return .health }
            return operation == nil ? .s3 : .path(service)
        }
    }

    private static func operatorsPage(_ request: Request) -> Destination? {
        guard request.method == .get else { return nil }
        switch request.uri.path {
        case "/metrics": return .metrics
        case "/palate/trainings": return .trainings
        default: return nil
        }
    }

    func respond(
        to request: Request, at destination: Destination, context: PalateRequestContext
    ) async throws -> Response {
        switch destination {
        case .health: return Self.health
        case .metrics: return try await metrics.respond()
        case .trainings: return try await trainings.respond()
        case .s3: return try await s3.respond(to: request, context: context)
        case .iam: return try await iam.respond(to: request, context: context)
        case .sts: return try await sts.respond(to: request, context: context)
        case .target(let target): return await personalize.respond(to: request, target: target, context: context)
        case .path: return await personalize.respond(to: request, path: request.uri.path, context: context)
        }
    }

    private static let health = Response(
        status: .ok, headers: [.contentType: "application/json"],
        body: .init(byteBuffer: ByteBuffer(string: #"{"status":"ok"}"#)))
}

extension ServiceDispatcher {
    /// The service in a request's credential scope: `KEY/DATE/REGION/SERVICE/aws4_request`.
    private func signedService(of request: Request) -> String? {
        if let header = request.headers[.authorization] { return Self.service(signedIn: header) }
        return request.uri.queryParameters["X-Amz-Credential"].flatMap { Self.service(inScope: $0) }
    }

    /// The same of an `Authorization` header.
    static func service(signedIn authorization: String) -> String? {
        guard let start = authorization.range(of: "Credential=") else { return nil }
        return service(inScope: authorization[start.upperBound...].prefix { $0 != "," && $0 != " " })
    }

    private static func service(inScope scope: some StringProtocol) -> String? {
        let parts = scope.split(separator: "/", omittingEmptySubsequences: false)
        guard parts.count >= 5 else { return nil }
        return String(parts[parts.count - 2])
    }
}
