/// The three services of Amazon Personalize.
package enum PersonalizeService: String, Sendable, Hashable, CaseIterable {
    /// The control plane: AWS JSON 1.1, dispatched by `X-Amz-Target`.
    case personalize
    /// Recommendations: REST-JSON, dispatched by path.
    case personalizeRuntime = "personalize-runtime"
    /// Events, items and users as they happen: REST-JSON, dispatched by path.
    case personalizeEvents = "personalize-events"

    /// The media type of request and response bodies.
    package var contentType: String {
        switch self {
        case .personalize: "application/x-amz-json-1.1"
        case .personalizeRuntime, .personalizeEvents: "application/json"
        }
    }
}

/// One operation of the service model: what goes in, what comes out and how it is addressed.
package protocol PersonalizeOperation: Sendable {
    associatedtype Input: Codable & Sendable & Hashable & Constrained
    associatedtype Output: Codable & Sendable & Hashable

    static var name: String { get }
    static var service: PersonalizeService { get }
    static var method: String { get }
    static var path: String { get }
    /// Whether a client may repeat the request without a second effect.
    static var isIdempotent: Bool { get }
    /// The modelled errors; the common ones (access denied, serialization, internal) are possible for all.
    static var errors: [ErrorCode] { get }
}

/// The output of an operation that answers with an empty body.
package struct NoOutput: Codable, Sendable, Hashable {
    package init() {}
}

/// Finds the operation that a request names.
package enum OperationRegistry {
    private struct Route: Hashable {
        let method: String
        let path: String
    }

    private static let byName: [String: any PersonalizeOperation.Type] = Dictionary(
        all.map { ($0.name, $0) }, uniquingKeysWith: { first, _ in first })

    private static let byRoute: [Route: any PersonalizeOperation.Type] = Dictionary(
        all.filter { $0.service != .personalize }.map { (Route(method: $0.method, path: $0.path), $0) },
        uniquingKeysWith: { first, _ in first })

    package static func operation(named name: String) -> (any PersonalizeOperation.Type)? { byName[name] }

    /// The control-plane operation for a value of `X-Amz-Target`, such as `AmazonPersonalize.CreateCampaign`.
    package static func operation(target: String) -> (any PersonalizeOperation.Type)? {
        guard let dot = target.lastIndex(of: "."), target[..<dot] == targetPrefix,
            let operation = byName[String(target[target.index(after: dot)...])], operation.service == .personalize
        else { return nil }
        return operation
    }

    /// The REST-JSON operation at `path` (without query), such as `POST /recommendations`.
    package static func operation(method: String, path: String) -> (any PersonalizeOperation.Type)? {
        byRoute[Route(method: method, path: path)]
    }
}
