/// A row that came by itself: an event, or what is known of an item, a user or an action.
package struct StreamedRecord: Sendable, Equatable {
    /// Who did it, or whom it describes; nil for an event before the login, and for items and actions.
    package var user: String?
    /// The session of an event.
    package let session: String?
    package let eventIdentifier: String?
    /// When an event happened, or when another record arrived: seconds since 1970.
    package let time: Int64
    /// By field name as in a CSV file, nulls left out; without `USER_ID` where the row is an event.
    package let cells: [String: String]

    package init(
        user: String?, session: String? = nil, eventIdentifier: String? = nil, time: Int64, cells: [String: String]
    ) {
        self.user = user
        self.session = session
        self.eventIdentifier = eventIdentifier
        self.time = time
        self.cells = cells
    }
}

/// A record and its place in the order of arrival.
package struct StoredRecord: Sendable, Equatable {
    /// Grows with each record; never used again.
    package let position: Int64
    package let record: StreamedRecord

    package init(position: Int64, record: StreamedRecord) {
        self.position = position
        self.record = record
    }
}

/// What became of records that were added.
package struct AppendedRecords: Sendable {
    /// Of each record, in their order.
    package internal(set) var positions: [Int64] = []
    /// Sessions whose earlier records without a user have got one by these.
    package internal(set) var named: [(session: String, user: String)] = []

    package init() {}
}

/// What a store knows of one user at a moment.
package struct RecentPast: Sendable {
    /// Newest first.
    package let records: [StoredRecord]
    /// No record that comes later has a place up to this.
    package let through: Int64

    package init(records: [StoredRecord], through: Int64) {
        self.records = records
        self.through = through
    }
}

/// Where streamed records are kept, each in the stream of its dataset.
///
/// The embedded store is ``EmbeddedRecordStore``; a log outside the process could stand in its place.
package protocol StreamedRecordStore: Sendable {
    /// Returns when the records are durable. An event that names its user also names the user of the events without
    /// one that came before it in the same session. Both or neither of the records and of what they add to sums is kept.
    @discardableResult
    func append(
        _ records: [StreamedRecord], to stream: String, counting values: [AttributedValue]
    ) async throws -> AppendedRecords

    /// In order of arrival, from after `position`, `limit` at most.
    func records(in stream: String, after position: Int64, limit: Int) async throws -> [StoredRecord]

    /// The same, of those records alone that have a field.
    func records(
        in stream: String, after position: Int64, limit: Int, with field: String
    ) async throws -> [StoredRecord]

    /// The newest `limit` records of a user, or of a session that never named one and is called so.
    func recentPast(in stream: String, ofUser user: String, limit: Int) async throws -> RecentPast

    /// The place of the newest record; 0 when there is none.
    func lastPosition(in stream: String) async throws -> Int64

    /// Removes the records of users, and of sessions that never named a user and are called like one.
    ///
    /// - Returns: How many.
    func removeRecords(ofUsers users: Set<String>, from stream: String) async throws -> Int

    func remove(stream: String) async throws

    /// Removes every stream that is not in `streams`.
    func removeStreams(except streams: Set<String>) async throws

    /// The event types of all records that ever came to a stream.
    func eventTypes(in stream: String) async throws -> Set<String>

    /// Adds to sums what an import brings, unless it was done before.
    ///
    /// - Parameter job: Names the import, and no other.
    func count(_ values: [AttributedValue], once job: String) async throws

    /// The sums of a metric attribution in the window that begins at `window`, or over all time.
    func sums(of attribution: String, window: Int64?) async throws -> [AttributedValue]

    /// The sources that have a sum.
    func sources(of attribution: String) async throws -> Set<String>

    func removeSums(of attribution: String, metrics: [String]) async throws

    /// Removes the sums of every metric attribution that is not in `attributions`.
    func removeSums(except attributions: Set<String>) async throws

    /// Removes the sums of windows that begin before `window`; those over all time stay.
    func removeSums(windowsBefore window: Int64) async throws
}

extension StreamedRecordStore {
    @discardableResult
    package func append(_ records: [StreamedRecord], to stream: String) async throws -> AppendedRecords {
        try await append(records, to: stream, counting: [])
    }

    /// The records of ``recentPast(in:ofUser:limit:)``, newest first.
    package func newestRecords(in stream: String, ofUser user: String, limit: Int) async throws -> [StoredRecord] {
        try await recentPast(in: stream, ofUser: user, limit: limit).records
    }

    /// All records of a stream in order of arrival.
    func allRecords(in stream: String) async throws -> [StoredRecord] {
        var all: [StoredRecord] = []
        while true {
            let page = try await records(in: stream, after: all.last?.position ?? 0, limit: 50_000)
            all += page
            if page.count < 50_000 { return all }
        }
    }
}
