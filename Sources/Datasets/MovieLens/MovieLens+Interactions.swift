public import Foundation

extension MovieLens {
    /// Ratings as events: a `click` for each rating above one star and a `watch` for each rating, at the rating's time;
    /// all clicks and then all watches, each in file order, sorted stably by time.
    public func interactions() -> Interactions {
        var interactions = Interactions(eventTypes: Vocabulary(["click", "watch"]), eventTypeIndices: [])
        var types: [UInt16] = []
        for event in events() {
            interactions.userIndices.append(UInt32(interactions.users.insert(event.rating.user)))
            interactions.itemIndices.append(UInt32(interactions.items.insert(event.rating.movie)))
            interactions.timestamps.append(event.rating.timestamp)
            types.append(event.isWatch ? 1 : 0)
        }
        interactions.eventTypeIndices = types
        return interactions
    }

    private struct Event {
        let rating: Rating
        let isWatch: Bool
        let order: Int
    }

    private func events() -> [Event] {
        let clicks = ratings.filter { $0.stars > 1 }.map { ($0, false) }
        let all = clicks + ratings.map { ($0, true) }
        return all.enumerated()
            .map { Event(rating: $0.element.0, isWatch: $0.element.1, order: $0.offset) }
            .sorted { ($0.rating.timestamp, $0.order) < ($1.rating.timestamp, $1.order) }
    }

    /// Writes the events of `interactions()` as `USER_ID,ITEM_ID,TIMESTAMP,EVENT_TYPE`.
    public func writeInteractions(to url: URL) throws(SegmentError) {
        let writer = try CSVWriter(creating: url)
        try writer.record(["USER_ID", "ITEM_ID", "TIMESTAMP", "EVENT_TYPE"])
        for event in events() {
            writer.field(event.rating.user)
            writer.field(event.rating.movie)
            writer.field(Int(event.rating.timestamp))
            writer.field(event.isWatch ? "watch" : "click")
            try writer.endRecord()
        }
        try writer.close()
    }

    /// Writes `ITEM_ID,GENRES,YEAR,CREATION_TIMESTAMP`; cells that the data does not give are empty.
    ///
    /// The creation time is that of the movie's first rating, the only time of its appearance in the catalogue that the
    /// data has.
    public func writeItems(to url: URL) throws(SegmentError) {
        var firstRating: [String: Int64] = [:]
        for rating in ratings { firstRating[rating.movie] = min(firstRating[rating.movie] ?? .max, rating.timestamp) }
        let writer = try CSVWriter(creating: url)
        try writer.record(["ITEM_ID", "GENRES", "YEAR", "CREATION_TIMESTAMP"])
        for movie in movies {
            try writer.record([
                movie.identifier, movie.genres.joined(separator: "|"), movie.year.map(String.init) ?? "",
                firstRating[movie.identifier].map { String($0) } ?? "",
            ])
        }
        try writer.close()
    }

    /// The schema of `writeInteractions(to:)`.
    public static let interactionsSchema = GeneratedWorld.interactionsSchema

    /// The schema of `writeItems(to:)`.
    public static let itemsSchema = """
        {"type": "record", "name": "Items", "namespace": "com.amazonaws.personalize.schema", "fields": [
        {"name": "ITEM_ID", "type": "string"},
        {"name": "GENRES", "type": ["null", "string"], "categorical": true},
        {"name": "YEAR", "type": ["null", "int"]},
        {"name": "CREATION_TIMESTAMP", "type": ["null", "long"]}], "version": "1.0"}
        """
}
