import Datasets

/// What training knows of events beside who met what, when and how: what the users dataset says of users, the context
/// columns of the interactions, and which items were shown.
struct SideData: Sendable {
    let users: AttributeValues
    let contexts: AttributeValues
    /// Of each user of the histories.
    let ofUsers: ValueLists
    /// Of each event of the histories.
    let ofEvents: ValueLists
    /// Items that were shown with each event of the histories.
    let shown: ValueLists
    /// Whether events have values that differ.
    let hasEventValues: Bool

    /// Columns of users, and of contexts, that are read at most: those with most to say.
    private static let mostColumns = 8
    /// The column of items that were shown, written `item1|item2`.
    static let impressionColumn = "IMPRESSION"
    /// Columns that say what was answered to a request, not what it was about.
    static let columnsOfAnswers: Set<String> = [impressionColumn, "RECOMMENDATION_ID"]

    /// - Parameter items: The catalogue, which begins with the items of the interactions.
    init(_ interactions: Interactions, histories: UserHistories, items: Vocabulary, users table: MetadataTable?) {
        let finite = histories.eventValues.lazy.filter(\.isFinite)
        hasEventValues = finite.first.map { first in finite.contains { $0 != first } } ?? false

        let userRows = (0..<histories.count).map { table?.row(of: interactions.users[$0]) }
        let pairs = (0..<histories.count).map { histories.offsets[$0]..<histories.offsets[$0 + 1] }
        (users, ofUsers) = Self.telling(table?.columns ?? [], rows: userRows, items: items.count) { add in
            for (user, events) in pairs.enumerated() {
                for item in Set(histories.items[events]).sorted() { add(user, item) }
            }
        }

        let contextColumns = interactions.contextColumns.filter { !Self.columnsOfAnswers.contains($0.name) }
        let impressions = interactions.contextColumns.first { $0.name == Self.impressionColumn }
        let rows =
            contextColumns.isEmpty && impressions == nil ? [] : UserHistories.rows(of: interactions).rows
        (contexts, ofEvents) = Self.telling(contextColumns, rows: rows, items: items.count) { add in
            for (event, item) in histories.items.enumerated() { add(event, item) }
        }
        var shown = ValueLists()
        if let impressions {
            for row in rows {
                shown.append(
                    Set(
                        impressions.text(ofRow: row).split(separator: "|").compactMap {
                            items.index(of: String($0)).flatMap { UInt32(exactly: $0) }
                        }
                    ).sorted())
            }
        }
        self.shown = shown
    }

    var features: CandidateFeatures.Side {
        CandidateFeatures.Side(
            userColumns: users.columns.map(\.name), contextColumns: contexts.columns.map(\.name),
            hasValues: hasEventValues, hasAcceptances: !shown.isEmpty)
    }

    /// Whether there is nothing to read.
    var isEmpty: Bool { users.columns.isEmpty && contexts.columns.isEmpty && shown.isEmpty && !hasEventValues }

    /// The columns whose values say most about items, and their values in `rows`.
    private static func telling(
        _ columns: [MetadataColumn], rows: [Int?], items: Int,
        eachMeeting: ((_ place: Int, _ item: UInt32) -> Void) -> Void
    ) -> (AttributeValues, ValueLists) {
        let all = AttributeValues(fitting: columns)
        guard !all.columns.isEmpty else { return (all, ValueLists()) }
        let values = all.values(in: columns, rows: rows)
        guard all.columns.count > mostColumns else { return (all, values) }
        var counts = AttributeLifts.Counts(all, itemCount: items)
        eachMeeting { counts.add(values[$0], of: $1) }
        let information = AttributeLifts(counts).information()
        let chosen = information.indices.sorted {
            information[$0] == information[$1] ? $0 < $1 : information[$0] > information[$1]
        }.prefix(mostColumns).sorted()
        let few = AttributeValues(chosen.map { all.columns[$0] })
        return (few, few.values(in: columns, rows: rows))
    }

    /// The most that it takes, and what is fitted to it, beside the events by user.
    static func memory(_ interactions: Interactions, users table: MetadataTable?, itemCount: Int) -> Int {
        let contexts = interactions.contextColumns.filter { !columnsOfAnswers.contains($0.name) }
        let userColumns = table?.columns.count ?? 0
        var bytes = 0
        // Lists of values, counts by item and value, and rows.
        if !contexts.isEmpty {
            bytes += (16 + 60 * contexts.count) * interactions.count + 8 * itemCount * contexts.count
        }
        if userColumns > 0 {
            bytes += 40 * userColumns * interactions.count + (24 + 16 * userColumns) * interactions.users.count
            bytes += 8 * itemCount * userColumns
        }
        if let column = interactions.contextColumns.first(where: { $0.name == impressionColumn }) {
            for row in 0..<column.count { bytes += 16 + 4 * column.text(ofRow: row).utf8.count }
        }
        if interactions.eventValues != nil { bytes += 16 * itemCount }
        return bytes
    }
}

/// What is known of one request beside the history, as numbers of ``AttributeValues``.
struct Situation: Sendable, Equatable {
    var user: [UInt32] = []
    var context: [UInt32] = []

    /// Nothing is known.
    static let unknown = Situation()

    var isUnknown: Bool { user.isEmpty && context.isEmpty }
}
