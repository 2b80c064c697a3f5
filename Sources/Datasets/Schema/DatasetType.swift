/// The five kinds of dataset that a dataset group can hold, one of each.
public enum DatasetType: String, Sendable, Hashable, CaseIterable, Codable {
    case interactions = "INTERACTIONS"
    case items = "ITEMS"
    case users = "USERS"
    case actions = "ACTIONS"
    case actionInteractions = "ACTION_INTERACTIONS"

    /// Reads a type's name as callers spell it: any case, with or without the underscore
    /// (`Interactions`, `ACTION_INTERACTIONS`, `ActionInteractions`); nil for anything else.
    public init?(name: some StringProtocol) {
        guard name.utf8.count <= 64 else { return nil }
        switch String(name).filter({ $0 != "_" }).lowercased() {
        case "interactions": self = .interactions
        case "items": self = .items
        case "users": self = .users
        case "actions": self = .actions
        case "actioninteractions": self = .actionInteractions
        default: return nil
        }
    }

    /// Whether a row is an event of a user, rather than what is known of one user, item or action.
    public var isInteractions: Bool { self == .interactions || self == .actionInteractions }

    /// The field that names the thing interacted with, or the thing described.
    public var subjectField: String {
        switch self {
        case .interactions, .items: "ITEM_ID"
        case .users: "USER_ID"
        case .actions, .actionInteractions: "ACTION_ID"
        }
    }

    /// How a schema's record is named for this type.
    public var recordName: String {
        switch self {
        case .interactions: "Interactions"
        case .items: "Items"
        case .users: "Users"
        case .actions: "Actions"
        case .actionInteractions: "ActionInteractions"
        }
    }
}

/// A business domain with field requirements of its own; a custom dataset group has none.
public enum DatasetDomain: String, Sendable, Hashable, CaseIterable, Codable {
    case ecommerce = "ECOMMERCE"
    case videoOnDemand = "VIDEO_ON_DEMAND"
}
