import GRDB

/// What a job does to its resource.
enum JobKind: String, Codable, Sendable, CaseIterable {
    /// Creates what takes no work of its own.
    case activate
    case importDataset
    case exportDataset
    case deleteUsers
    case train
    case deploy
    /// Moves a campaign to another model or configuration.
    case updateCampaign
    /// Trains a recommender and lets it answer with the new model.
    case trainRecommender
    case startRecommender
    case stopRecommender
    case inferBatch
    case segmentUsers
    case delete
    case createMetricAttribution

    var lane: JobLane {
        switch self {
        case .importDataset, .exportDataset, .deleteUsers, .train, .trainRecommender, .inferBatch, .segmentUsers:
            .compute
        case .activate, .deploy, .updateCampaign, .startRecommender, .stopRecommender, .delete: .prompt
        case .createMetricAttribution: .prompt
        }
    }
}

/// Jobs of one lane run one after the other.
enum JobLane: String, CaseIterable, Sendable {
    /// Each job uses all cores and much memory.
    case compute
    /// Each job takes milliseconds.
    case prompt

    var kinds: [JobKind] { JobKind.allCases.filter { $0.lane == self } }
}

/// A job that is waiting or running; a finished job has no row.
struct JobRow: Codable, FetchableRecord, MutablePersistableRecord {
    static let databaseTableName = "job"

    private(set) var id: Int64?
    let kind: JobKind
    let arn: String
    var isRunning: Bool
    /// How often the job was started.
    var attempts: Int

    enum Columns {
        static let id = Column(CodingKeys.id)
        static let kind = Column(CodingKeys.kind)
        static let arn = Column(CodingKeys.arn)
        static let isRunning = Column(CodingKeys.isRunning)
    }

    mutating func didInsert(_ inserted: InsertionSuccess) { id = inserted.rowID }

    static func enqueue(_ kind: JobKind, arn: String, in database: Database) throws {
        var row = JobRow(id: nil, kind: kind, arn: arn, isRunning: false, attempts: 0)
        try row.insert(database)
    }

    /// Removes the jobs of a resource unless one is running.
    ///
    /// - Returns: Whether one is running.
    static func withdraw(_ kind: JobKind, arn: String, in database: Database) throws -> Bool {
        let jobs = JobRow.filter(Columns.kind == kind.rawValue && Columns.arn == arn)
        guard try jobs.filter(Columns.isRunning).fetchCount(database) == 0 else { return true }
        _ = try jobs.deleteAll(database)
        return false
    }

    /// The oldest waiting job of a lane, marked as running.
    static func claim(in lane: JobLane, _ database: Database) throws -> JobRow? {
        let waiting =
            JobRow
            .filter(!Columns.isRunning && lane.kinds.map(\.rawValue).contains(Columns.kind))
            .order(Columns.id)
        guard var job = try waiting.fetchOne(database) else { return nil }
        job.isRunning = true
        job.attempts += 1
        try job.update(database)
        return job
    }

    /// Makes jobs wait again that were running when the process ended.
    static func reclaim(_ database: Database) throws {
        _ = try JobRow.filter(Columns.isRunning).updateAll(database, Columns.isRunning.set(to: false))
    }
}
