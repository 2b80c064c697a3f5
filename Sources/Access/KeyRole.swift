/// What an access key is for. An operation's needed role follows from its name, see ``allows(_:of:)``.
package enum KeyRole: String, Sendable, Codable, CaseIterable {
    /// Everything.
    case admin
    /// The runtime operations: recommendations and rankings.
    case runtime
    /// The operations that put events, items, users and actions.
    case events
    /// Every operation that changes nothing.
    case readOnly = "read-only"

    /// The services that a signature's scope can name.
    package enum Service: String, Sendable, CaseIterable {
        case personalize
        case personalizeRuntime = "personalize-runtime"
        case personalizeEvents = "personalize-events"
        case s3, iam, sts

        /// The service's name in credential scopes, which the three Personalize services share.
        package var signingName: String {
            switch self {
            case .personalize, .personalizeRuntime, .personalizeEvents: "personalize"
            case .s3, .iam, .sts: rawValue
            }
        }
    }

    /// Whether a key of this role may call `operation`. For S3 the operation is the HTTP method.
    ///
    /// The Security Token Service is open to every role: what it gives out is good for no more than the key that asked.
    package func allows(_ operation: String, of service: Service) -> Bool {
        switch (self, service) {
        case (.admin, _), (_, .sts): true
        case (.runtime, .personalizeRuntime), (.events, .personalizeEvents): true
        case (.readOnly, .s3): ["GET", "HEAD"].contains(operation)
        case (.readOnly, _): ["Describe", "List", "Get"].contains { operation.hasPrefix($0) }
        default: false
        }
    }
}
