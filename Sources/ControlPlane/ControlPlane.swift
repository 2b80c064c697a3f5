package import Foundation
import GRDB
package import Identity
package import Logging
package import ObjectStorage
import PersonalizeAPI
package import Recipes
import Synchronization
package import TextGeneration

/// The resources of Palate, their states and rules, and the jobs that bring them there.
///
/// Each API operation is one function in `Operations/`: it checks the request, changes the database in one transaction
/// and answers. Whatever takes time is a job that the same transaction enqueues.
package final class ControlPlane: Sendable {
    package let names: ResourceNames
    package let recipes: RecipeCatalogue
    /// How far the running jobs are.
    package let progress = JobProgress()
    package let jobs: JobQueue

    let database: ControlPlaneDatabase
    let settings: ControlPlaneSettings
    let directories: DataDirectories
    let objects: any ObjectStore
    let access: IdentityStore?
    /// What came through PutEvents and its like, in the stream of each dataset.
    package let streamedRecords: any StreamedRecordStore
    /// What serves the events of ``streamedRecords`` from memory.
    let recentEvents = RecentEventIndex()
    /// The newest lists that campaigns and recommenders gave.
    package let answeredLists = AnsweredLists()
    /// What was shown, of each dataset of interactions.
    let impressionTallies = ImpressionTallies()
    /// Of each dataset group, the dataset of item interactions.
    let interactionsDatasets: ResourceCache<DatasetResource?>
    /// Filters with what they are used for, by the ARNs of both.
    let servedFilters: ResourceCache<ServedFilter>
    let hosting = Hosting()
    /// Writes the themes of batch inference jobs; nil when the operator set no endpoint.
    let textGenerator: (any TextGenerator)?
    /// Where records go.
    let targets: ResourceCache<RecordTarget>
    /// The event types of each dataset of interactions.
    let eventTypes = DistinctValues()
    /// The sources of each metric attribution.
    let attributionSources = DistinctValues()
    let answerSources = AnswerSources()
    let itemValues = ItemValues()
    /// The day, counted from 1970, on which old sums were last removed.
    let sumsRemovalDay = Mutex<Int64>(0)
    let clock: @Sendable () -> Date
    let identifiers: IdentifierSource
    let logger: Logger

    /// - Parameters:
    ///   - access: Decides whether an import may read what it names; nil when an outside object store decides.
    ///   - clock: The present, so that tests can choose it.
    /// - Throws: When the data directory cannot be used.
    package init(
        settings: ControlPlaneSettings, directories: DataDirectories, objects: any ObjectStore,
        access: IdentityStore?, recipes: RecipeCatalogue, clock: @escaping @Sendable () -> Date = { Date() },
        identifiers: IdentifierSource = .random, textGenerator: (any TextGenerator)? = nil, logger: Logger
    ) throws {
        self.textGenerator = textGenerator
        self.settings = settings
        self.directories = directories
        self.objects = objects
        self.access = access
        self.recipes = recipes
        self.clock = clock
        self.identifiers = identifiers
        self.logger = logger
        names = ResourceNames(region: settings.region, account: settings.account)
        try directories.create()
        database = try ControlPlaneDatabase(at: directories.database)
        targets = ResourceCache(changes: database.changes)
        interactionsDatasets = ResourceCache(changes: database.changes)
        servedFilters = ResourceCache(changes: database.changes)
        streamedRecords = try EmbeddedRecordStore(at: directories.events)
        jobs = JobQueue(database: database, logger: logger)
    }

    /// A header for a resource that is about to be created.
    func header(_ kind: ResourceKind, name: String, path: String? = nil, status: ResourceStatus = .createPending)
        -> ResourceHeader
    {
        let now = clock()
        return ResourceHeader(
            arn: names.arn(kind == .solutionVersion ? .solution : kind, path ?? name), name: name, status: status,
            created: now, lastUpdated: now)
    }

    /// Adds a resource and the job that finishes it, in one transaction.
    ///
    /// - Parameter check: Runs first, in the same transaction: what it finds still holds when the resource is added.
    func create<R: Resource>(
        _ resource: R, tags: [Tag]?, job: JobKind?, check: @escaping @Sendable (Database) throws -> Void = { _ in }
    ) async throws {
        let tags = try TagRules.checked(tags)
        let quota = settings.quotas.limit(of: R.kind)
        try await database.pool.write { [settings] database in
            try check(database)
            if let quota, try ResourceStore.count(R.kind, in: database) >= quota {
                throw PersonalizeError.limitExceeded(
                    "The account already has \(quota) resources of the kind \(R.kind.noun).")
            }
            if let pending = settings.quotas.limitOfPending(R.kind),
                try ResourceStore.countOfPending(R.kind, in: database) >= pending
            {
                throw PersonalizeError.limitExceeded(
                    "The account already has \(pending) pending or in-progress resources of the kind \(R.kind.noun).")
            }
            try ResourceStore.insert(resource, tags: tags, in: database)
            if R.kind.givesAnswers {
                try AnswerSourceRow(sourceArn: resource.arn).insert(database, onConflict: .ignore)
            }
            if let job { try JobRow.enqueue(job, arn: resource.arn, in: database) }
        }
        if let job { jobs.wake(job.lane) }
    }

    func describe<R: Resource>(_ arn: String, as type: R.Type = R.self) async throws -> R {
        try await database.pool.read { try ResourceStore.get(arn, as: type, in: $0) }
    }

    /// One page of the resources of a kind, in order of creation.
    ///
    /// - Parameters:
    ///   - list: Names the list and its filter, so that a token of one list is refused by another.
    ///   - target: Only resources that reference this ARN.
    /// - Throws: `PersonalizeError` with `InvalidNextTokenException`.
    func page<R: Resource>(
        of type: R.Type, referencing target: String? = nil, nextToken: String?, maxResults: Int?
    ) async throws -> Page<R> {
        let list = "\(R.kind.rawValue)/\(target ?? "")"
        let after = try nextToken.map { try PageToken($0, of: list).last } ?? 0
        let size = maxResults ?? settings.pageSize
        let found = try await database.pool.read {
            try ResourceStore.list(type, referencing: target, after: after, limit: size + 1, in: $0)
        }
        let items = found.prefix(size)
        let nextToken = found.count > size ? items.last.map { PageToken(list: list, last: $0.sequence).text } : nil
        return Page(items: items.map(\.resource), nextToken: nextToken)
    }

    /// Marks a resource as waiting for its deletion and enqueues the job that carries it out.
    ///
    /// - Parameter check: Refuses the deletion by throwing.
    func delete<R: Resource>(
        _ arn: String, as type: R.Type, check: @escaping @Sendable (R, Database) throws -> Void = { _, _ in }
    ) async throws {
        let now = clock()
        try await database.pool.write { database in
            var resource = try ResourceStore.get(arn, as: type, in: database)
            guard !resource.status.isBeingDeleted else {
                throw PersonalizeError.inUse("The \(R.kind.noun) \(arn) is already being deleted.")
            }
            guard !resource.status.isBeingCreated else {
                throw PersonalizeError.inUse("The \(R.kind.noun) \(arn) is in state \(resource.status.rawValue).")
            }
            try check(resource, database)
            resource.header.status = .deletePending
            resource.header.lastUpdated = now
            try ResourceStore.update(resource, in: database)
            try JobRow.enqueue(.delete, arn: arn, in: database)
        }
        jobs.wake(JobKind.delete.lane)
    }
}
