/// The interactions dataset in memory, one array per column, all of one length, in file order.
public struct Interactions: Sendable {
    public var users: Vocabulary
    public var items: Vocabulary
    /// Names of event types; empty when the schema has no `EVENT_TYPE`.
    public var eventTypes: Vocabulary

    public var userIndices: [UInt32]
    public var itemIndices: [UInt32]
    /// Seconds since 1970-01-01T00:00:00Z.
    public var timestamps: [Int64]
    /// An index into `eventTypes` per event; nil when the schema has no `EVENT_TYPE`. `UInt16.max` marks a null.
    public var eventTypeIndices: [UInt16]?
    /// NaN marks a null; nil when the schema has no `EVENT_VALUE`.
    public var eventValues: [Float]?
    /// Every other column of the schema (`DEVICE`, `IMPRESSION`, …), each as long as `userIndices`.
    public var contextColumns: [MetadataColumn]

    public init(
        users: Vocabulary = Vocabulary(), items: Vocabulary = Vocabulary(), eventTypes: Vocabulary = Vocabulary(),
        userIndices: [UInt32] = [], itemIndices: [UInt32] = [], timestamps: [Int64] = [],
        eventTypeIndices: [UInt16]? = nil, eventValues: [Float]? = nil,
        contextColumns: [MetadataColumn] = []
    ) {
        self.users = users
        self.items = items
        self.eventTypes = eventTypes
        self.userIndices = userIndices
        self.itemIndices = itemIndices
        self.timestamps = timestamps
        self.eventTypeIndices = eventTypeIndices
        self.eventValues = eventValues
        self.contextColumns = contextColumns
    }

    public var count: Int { userIndices.count }
}
