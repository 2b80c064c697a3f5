package import Foundation

package struct IdentityRole: Sendable, Equatable {
    package var name: String
    /// Begins and ends with `/`.
    package var path: String
    package var identifier: String
    package var arn: String
    package var created: Date
    /// The trust policy's JSON text as it was given.
    package var trustPolicy: String
    package var description: String?
    /// In seconds.
    package var longestSession: Int
    package var tags: [String: String]
}

package struct IdentityPolicy: Sendable, Equatable {
    package var name: String
    package var path: String
    package var identifier: String
    package var arn: String
    package var created: Date
    package var updated: Date
    package var description: String?
    package var attachmentCount: Int
    package var versions: [Version]
    package var defaultVersion: String
    package var tags: [String: String]

    package struct Version: Sendable, Equatable, Codable {
        /// `v1`, `v2`, …
        package var identifier: String
        package var document: String
        package var created: Date
    }

    package var document: String? { versions.first { $0.identifier == defaultVersion }?.document }
}

package struct AttachedPolicy: Sendable, Equatable {
    package var name: String
    package var arn: String
}
