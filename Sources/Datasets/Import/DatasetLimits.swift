/// The documented minimums and limits of schemas, imports and training data, adjustable so that tests and small
/// installations can use small data.
///
/// Source: "Amazon Personalize endpoints and quotas", table "Service quotas".
public struct DatasetLimits: Sendable, Hashable {
    public var maximumInteractionMetadataFields = 5
    /// Distinct event types together with the optional metadata columns of an interactions dataset.
    public var maximumEventTypesAndMetadataFields = 10
    public var maximumUserMetadataFields = 25
    public var maximumItemMetadataFields = 100
    public var maximumActionFields = 10
    public var maximumItemTextualFields = 1

    /// Characters (Unicode scalars) of a `USER_ID`, `ITEM_ID` or `ACTION_ID`.
    public var maximumIdentifierLength = 256
    /// Characters of a categorical cell, an impression, or a string that is neither categorical nor textual.
    public var maximumStringLength = 1_000
    public var maximumTextLength = 20_000
    /// Bytes of one CSV record with its quotes; it bounds the memory that an unclosed quote can take.
    public var maximumRecordBytes = 16 << 20

    /// Rows of one import of interactions.
    public var minimumInteractionsPerImport = 1_000

    /// Distinct interactions that training needs, after filtering by event type and value.
    public var minimumTrainingInteractions = 1_000
    /// Users with at least `minimumInteractionsPerUser` interactions that training needs.
    public var minimumTrainingUsers = 25
    public var minimumInteractionsPerUser = 2
    /// The least share of users, in percent, that must have `minimumInteractionsPerUser` interactions.
    public var minimumTrainingUserPercentage = 1.0

    public init() {}

    /// Characters of a cell of text, by what the field may hold.
    ///
    /// An event may name 25 items of 256 characters as its impression and a source of 1,024 (API reference, "Event" and
    /// "MetricAttribution"), which is more than other strings may have.
    func maximumLength(of field: SchemaField) -> Int {
        switch field.name {
        case "USER_ID": maximumIdentifierLength
        case "IMPRESSION": max(maximumStringLength, 25 * (maximumIdentifierLength + 1))
        case "EVENT_ATTRIBUTION_SOURCE": max(maximumStringLength, 1_024)
        default: field.isTextual ? maximumTextLength : maximumStringLength
        }
    }

    /// The limits as documented.
    public static let documented = DatasetLimits()

    /// The documented maximums, with no minimum on the number of rows or users.
    public static let withoutMinimums: DatasetLimits = {
        var limits = DatasetLimits()
        limits.minimumInteractionsPerImport = 0
        limits.minimumTrainingInteractions = 0
        limits.minimumTrainingUsers = 0
        limits.minimumTrainingUserPercentage = 0
        return limits
    }()
}
