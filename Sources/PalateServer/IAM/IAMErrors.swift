import HTTPTypes
import Identity

extension QueryProtocolError {
    /// The one place where the identity store's refusals become wire errors.
    init(_ error: IdentityError) {
        func missing(_ message: String) -> QueryProtocolError {
            QueryProtocolError("NoSuchEntity", message, status: .notFound)
        }
        func conflict(_ message: String) -> QueryProtocolError {
            QueryProtocolError("DeleteConflict", message, status: .conflict)
        }
        func exists(_ message: String) -> QueryProtocolError {
            QueryProtocolError("EntityAlreadyExists", message, status: .conflict)
        }
        self =
            switch error {
            case .noSuchRole(let name): missing("The role with name \(name) cannot be found.")
            case .noSuchPolicy(let arn): missing("Policy \(arn) does not exist or is not attachable.")
            case .noSuchRolePolicy(let policy, let role):
                missing("The role policy with name \(policy) cannot be found on role \(role).")
            case .notAttached(let arn, _): missing("Policy \(arn) was not found.")
            case .noSuchVersion(let version): missing("Policy version \(version) does not exist.")
            case .roleExists(let name): exists("Role with name \(name) already exists.")
            case .policyExists(let name):
                exists("A policy called \(name) already exists. Duplicate names are not allowed.")
            case .roleHasPolicies: conflict("Cannot delete entity, must detach all policies first.")
            case .policyIsAttached: conflict("Cannot delete a policy attached to entities.")
            case .defaultVersion:
                conflict("This policy has more than one version, or the version is the default one.")
            case .malformedPolicy(let message): QueryProtocolError("MalformedPolicyDocument", message)
            case .invalid(let message): QueryProtocolError("ValidationError", message)
            case .versionLimit:
                QueryProtocolError(
                    "LimitExceeded",
                    "A managed policy can have up to \(IdentityStore.mostVersions) versions. Before you create a new "
                        + "version, you must delete an existing version.", status: .conflict)
            }
    }
}
