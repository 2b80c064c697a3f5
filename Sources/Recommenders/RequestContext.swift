public import Datasets

/// What is known of a request beside the user's history.
///
/// Values are texts as a CSV file has them, because what a caller sends and what a dataset holds need not have been seen
/// in training; a recommender passes over what it cannot read.
public struct RequestContext: Sendable, Equatable {
    /// What the users dataset says of the user, by column.
    public var userAttributes: [String: String]
    /// By column of the interactions dataset, such as `DEVICE`: what the user's next event would have there.
    public var values: [String: String]
    /// Seconds since 1970 at which the list is wanted; nil when that is soon after the newest event.
    public var time: Int64?

    /// Nothing is known.
    public static let empty = RequestContext()

    public init(userAttributes: [String: String] = [:], values: [String: String] = [:], time: Int64? = nil) {
        self.userAttributes = userAttributes
        self.values = values
        self.time = time
    }

    /// - Parameters:
    ///   - user: The USER_ID; nil for nobody.
    ///   - table: The users dataset.
    public init(ofUser user: String?, in table: MetadataTable?, values: [String: String] = [:]) {
        self.init(values: values)
        guard let table, let row = user.flatMap({ table.row(of: $0) }) else { return }
        for column in table.columns {
            let text = column.text(ofRow: row)
            if !text.isEmpty { userAttributes[column.name] = text }
        }
    }
}
