import GRDB

/// The sums of metric attributions, beside the records that they count.
///
/// A record and what it adds are one transaction, so a sum has each acknowledged event once, whatever stops the process.
extension EmbeddedRecordStore {
    package func count(_ values: [AttributedValue], once job: String) async throws {
        try await pool.write { database in
            guard try CountedJobRow.filter(CountedJobRow.Columns.job == job).fetchCount(database) == 0 else { return }
            try CountedJobRow(job: job).insert(database)
            try AttributedSumRow.add(values, in: database)
        }
    }

    package func sums(of attribution: String, window: Int64?) async throws -> [AttributedValue] {
        try await pool.read { database in
            try AttributedSumRow
                .filter(
                    AttributedSumRow.Columns.attribution == attribution
                        && AttributedSumRow.Columns.window == window ?? AttributedSumRow.allTime
                )
                .order(AttributedSumRow.Columns.metric, AttributedSumRow.Columns.source)
                .fetchAll(database).map(\.attributedValue)
        }
    }

    package func sources(of attribution: String) async throws -> Set<String> {
        try await pool.read { database in
            try AttributedSumRow
                .filter(
                    AttributedSumRow.Columns.attribution == attribution
                        && AttributedSumRow.Columns.window == AttributedSumRow.allTime
                )
                .select(AttributedSumRow.Columns.source, as: String.self).distinct()
                .fetchSet(database)
        }
    }

    package func removeSums(of attribution: String, metrics: [String]) async throws {
        _ = try await pool.write { database in
            try AttributedSumRow
                .filter(
                    AttributedSumRow.Columns.attribution == attribution
                        && metrics.contains(AttributedSumRow.Columns.metric)
                )
                .deleteAll(database)
        }
    }

    package func removeSums(except attributions: Set<String>) async throws {
        _ = try await pool.write { database in
            try AttributedSumRow.filter(!Array(attributions).contains(AttributedSumRow.Columns.attribution))
                .deleteAll(database)
        }
    }

    package func removeSums(windowsBefore window: Int64) async throws {
        _ = try await pool.write { database in
            try AttributedSumRow
                .filter(
                    AttributedSumRow.Columns.window < window
                        && AttributedSumRow.Columns.window != AttributedSumRow.allTime
                )
                .deleteAll(database)
        }
    }

    package func eventTypes(in stream: String) async throws -> Set<String> {
        try await pool.read { try EventTypeRow.names(in: stream, $0) }
    }

    static func createTablesOfSums(in database: Database) throws {
        try database.create(table: AttributedSumRow.databaseTableName) { table in
            table.column("attribution", .text).notNull()
            table.column("window", .integer).notNull()
            table.column("metric", .text).notNull()
            table.column("eventType", .text).notNull()
            table.column("function", .text).notNull()
            table.column("source", .text).notNull()
            table.column("value", .double).notNull()
            table.primaryKey(["attribution", "window", "metric", "eventType", "function", "source"])
        }
        try database.create(table: CountedJobRow.databaseTableName) { table in
            table.primaryKey("job", .text)
        }
    }
}

struct AttributedSumRow: Codable, FetchableRecord, PersistableRecord {
    static let databaseTableName = "attributedSum"
    /// The window of the sum over all time.
    static let allTime: Int64 = -1

    let attribution: String
    let window: Int64
    let metric: String
    let eventType: String
    let function: String
    let source: String
    let value: Double

    enum Columns {
        static let attribution = Column(CodingKeys.attribution)
        static let window = Column(CodingKeys.window)
        static let metric = Column(CodingKeys.metric)
        static let source = Column(CodingKeys.source)
        static let value = Column(CodingKeys.value)
    }

    var attributedValue: AttributedValue {
        AttributedValue(
            series: AttributedSeries(
                attribution: attribution, metric: metric, eventType: eventType, function: function, source: source),
            window: window, value: value)
    }

    private init(_ value: AttributedValue, window: Int64) {
        attribution = value.series.attribution
        self.window = window
        metric = value.series.metric
        eventType = value.series.eventType
        function = value.series.function
        source = value.series.source
        self.value = value.value
    }

    /// Adds each value to its window and to the sum over all time.
    static func add(_ values: [AttributedValue], in database: Database) throws {
        var totals = AttributionTotals()
        for value in values {
            totals.add(value)
            totals.add(AttributedValue(series: value.series, window: allTime, value: value.value))
        }
        for total in totals.values {
            _ = try AttributedSumRow(total, window: total.window).upsertAndFetch(
                database, onConflict: [],
                doUpdate: { excluded in [Columns.value.set(to: Columns.value + excluded[Columns.value])] })
        }
    }
}

/// An import whose rows were counted.
private struct CountedJobRow: Codable, FetchableRecord, PersistableRecord {
    static let databaseTableName = "countedJob"

    let job: String

    enum Columns {
        static let job = Column(CodingKeys.job)
    }
}

/// The event types that streams have.
enum EventTypeRow: TableRecord {
    static let databaseTableName = "eventType"

    enum Columns {
        static let stream = Column("stream")
        static let name = Column("name")
    }

    static func names(in stream: String, _ database: Database) throws -> Set<String> {
        guard let id = try StreamRow.id(of: stream, in: database) else { return [] }
        return try filter(Columns.stream == id).select(Columns.name, as: String.self).fetchSet(database)
    }

    /// Adds a type that the stream may have already.
    static func note(_ name: String, of stream: Int64, in database: Database) throws {
        try database.cachedStatement(sql: "INSERT OR IGNORE INTO eventType (stream, name) VALUES (?, ?)")
            .execute(arguments: [stream, name])
    }

    static func createTable(in database: Database) throws {
        try database.create(table: databaseTableName) { table in
            table.column("stream", .integer).notNull()
                .references(StreamRow.databaseTableName, onDelete: .cascade)
            table.column("name", .text).notNull()
            table.primaryKey(["stream", "name"])
        }
        // Of the records from before this table.
        try database.execute(
            sql: """
                INSERT INTO eventType (stream, name)
                SELECT DISTINCT stream, json_extract(CAST(cells AS TEXT), '$.EVENT_TYPE') AS name
                FROM record WHERE name IS NOT NULL
                """)
    }
}
