/// The life cycle of a resource, in the words of the API reference.
package enum ResourceStatus: String, Codable, Sendable {
    case createPending = "CREATE PENDING"
    case createInProgress = "CREATE IN_PROGRESS"
    case active = "ACTIVE"
    case createFailed = "CREATE FAILED"
    /// Only solution versions can be stopped.
    case createStopping = "CREATE STOPPING"
    case createStopped = "CREATE STOPPED"
    /// Only recommenders are stopped and started.
    case stopPending = "STOP PENDING"
    case stopInProgress = "STOP IN_PROGRESS"
    case inactive = "INACTIVE"
    case startPending = "START PENDING"
    case startInProgress = "START IN_PROGRESS"
    case deletePending = "DELETE PENDING"
    case deleteInProgress = "DELETE IN_PROGRESS"

    var isBeingCreated: Bool { self == .createPending || self == .createInProgress || self == .createStopping }
    var isBeingDeleted: Bool { self == .deletePending || self == .deleteInProgress }
}
