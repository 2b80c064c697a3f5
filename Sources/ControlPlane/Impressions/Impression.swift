/// A list that was shown, as an event tells it.
package struct Impression: Sendable, Equatable {
    /// The field of events with the items that were shown, written `item1|item2`.
    package static let field = "IMPRESSION"

    /// In the order in which they were shown, each once.
    package let items: [String]
    /// What the event was on.
    package let taken: String?
    /// The same for events that tell of the same list: that have its recommendationId, or else its user, and its items.
    let list: Int

    /// - Parameters:
    ///   - text: `item1|item2`.
    ///   - user: Who saw it; a session, when nobody is named.
    /// - Returns: Nil when nothing was shown.
    package init?(_ text: String?, taken: String?, recommendation: String?, user: String?) {
        guard let text, !text.isEmpty else { return nil }
        var seen: Set<Substring> = []
        let distinct = text.split(separator: "|").filter { seen.insert($0).inserted }
        items = distinct.prefix(AnsweredLists.itemsPerList).map(String.init)
        guard !items.isEmpty else { return nil }
        self.taken = taken
        var hasher = Hasher()
        hasher.combine(text)
        if let recommendation, !recommendation.isEmpty {
            hasher.combine(recommendation)
        } else {
            hasher.combine(user)
        }
        list = hasher.finalize()
    }

    init?(_ record: StreamedRecord) {
        self.init(
            record.cells[Self.field], taken: record.cells["ITEM_ID"], recommendation: record.cells["RECOMMENDATION_ID"],
            user: record.user ?? record.session)
    }
}
