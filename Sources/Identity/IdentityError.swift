/// What the identity store refuses. The IAM surface turns each case into one wire error.
package enum IdentityError: Error, Equatable {
    case noSuchRole(String)
    case noSuchPolicy(String)
    case noSuchRolePolicy(policy: String, role: String)
    case notAttached(arn: String, role: String)
    case roleExists(String)
    case policyExists(String)
    case roleHasPolicies(String)
    case policyIsAttached(String)
    case malformedPolicy(String)
    case invalid(String)
    case noSuchVersion(String)
    case versionLimit
    case defaultVersion
}
