package import Foundation
import PersonalizeAPI

/// What every resource has.
package struct ResourceHeader: Codable, Sendable, Equatable {
    package let arn: String
    package let name: String
    package internal(set) var status: ResourceStatus
    package internal(set) var failureReason: String?
    package let created: Date
    package internal(set) var lastUpdated: Date
}

/// A resource as it is kept: its header, and what only its kind has.
package protocol Resource: Codable, Sendable {
    static var kind: ResourceKind { get }
    var header: ResourceHeader { get set }
    /// ARNs of the resources that this one needs; they cannot be deleted before it.
    var references: [String] { get }
}

extension Resource {
    package var arn: String { header.arn }
    package var name: String { header.name }
    package var status: ResourceStatus { header.status }
    var creationDateTime: Timestamp { Timestamp(header.created) }
    var lastUpdatedDateTime: Timestamp { Timestamp(header.lastUpdated) }
}
