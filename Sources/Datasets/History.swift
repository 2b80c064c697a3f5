/// What one user did, oldest first: the input of every recommender, whether the user was seen in training or not.
public struct History: Sendable, Equatable {
    /// Item numbers in the vocabulary of the model that reads the history.
    public var items: [UInt32]
    /// Seconds since 1970-01-01T00:00:00Z.
    public var timestamps: [Int64]
    /// `UInt16.max` marks an event without a type.
    public var eventTypes: [UInt16]
    /// NaN marks an event without a value.
    public var eventValues: [Float]

    public init(items: [UInt32] = [], timestamps: [Int64] = [], eventTypes: [UInt16] = [], eventValues: [Float] = []) {
        self.items = items
        self.timestamps = timestamps
        self.eventTypes = eventTypes
        self.eventValues = eventValues
    }

    public var count: Int { items.count }
    public var isEmpty: Bool { items.isEmpty }

    public mutating func append(
        item: UInt32, timestamp: Int64, eventType: UInt16 = .max, eventValue: Float = .nan
    ) {
        items.append(item)
        timestamps.append(timestamp)
        eventTypes.append(eventType)
        eventValues.append(eventValue)
    }
}
