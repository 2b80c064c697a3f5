/// What a filter may have (developer guide, "Guidelines and requirements" of filter expressions, and the API reference).
public struct FilterLimits: Sendable, Hashable {
    /// Distinct fields of datasets in one filter.
    public var fieldsPerFilter = 10
    /// Distinct fields of datasets in all filters of a dataset group.
    public var fieldsPerDatasetGroup = 20
    /// How many of a user's newest events of each type a filter looks at.
    public var eventsPerType = 100

    public init() {}

    /// In characters; the longest expression that a request can carry.
    public static let expressionLength = 2500
    /// A request can carry values for so many.
    public static let parameters = 25
    static let parameterNameLength = 50
    /// How deep parentheses and `NOT` can be nested.
    static let depth = 32
}
