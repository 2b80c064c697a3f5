public import Datasets

/// What is known of items and users beside their events; algorithms that learn from interactions alone ignore it.
public struct TrainingMetadata: Sendable {
    /// May describe items that have no events.
    public var items: MetadataTable?
    /// May describe users that have no events.
    public var users: MetadataTable?

    public init(items: MetadataTable? = nil, users: MetadataTable? = nil) {
        self.items = items
        self.users = users
    }
}
