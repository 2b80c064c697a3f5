/// What an import took in.
public struct ImportSummary: Sendable, Hashable, Codable {
    public var rows = 0
    /// Distinct `USER_ID`s; 0 where the dataset has none.
    public var users = 0
    /// Distinct `ITEM_ID`s or `ACTION_ID`s; 0 where the dataset has none.
    public var items = 0
    public var eventTypes = 0
    /// Columns of the files that the schema does not have; they were ignored.
    public var extraColumns: [String] = []
    /// Nullable fields that no file had; they are null throughout.
    public var absentColumns: [String] = []
    /// Of `TIMESTAMP`; nil where the dataset has none, or no rows.
    public var minimumTimestamp: Int64?
    public var maximumTimestamp: Int64?
    /// Bytes of CSV read.
    public var bytes = 0
    /// Bytes of the column files written.
    public var columnBytes = 0

    public init() {}
}
