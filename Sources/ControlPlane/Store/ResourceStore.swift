import PersonalizeAPI
import Foundation
import GRDB

/// Resources within one transaction.
///
/// Every function takes the `Database` of the transaction it is part of, so that a check and the change that depends on
/// it, or a resource and its job, are one commit.
enum ResourceStore {
    private static let encoder = JSONEncoder()
    private static let decoder = JSONDecoder()

    /// - Throws: `PersonalizeError` with `ResourceAlreadyExistsException` when the ARN is taken.
    static func insert(_ resource: some Resource, tags: [(key: String, value: String)] = [], in database: Database)
        throws
    {
        try checkIsNew(resource, in: database)
        var row = ResourceRow(
            arn: resource.arn, kind: type(of: resource).kind, status: resource.status,
            document: try encoder.encode(resource))
        try row.insert(database)
        for target in Set(resource.references) {
            try ReferenceRow(source: resource.arn, target: target).insert(database)
        }
        for tag in tags {
            try TagRow(arn: resource.arn, key: tag.key, value: tag.value).insert(database)
        }
    }

    private static func checkIsNew<R: Resource>(_ resource: R, in database: Database) throws {
        let taken = try ResourceRow.filter(ResourceRow.Columns.arn == resource.arn).fetchCount(database) > 0
        if taken { throw PersonalizeError.alreadyExists("Another resource with Arn \(resource.arn) already exists.") }
    }

    /// - Returns: Nil when there is no such resource, or the ARN names one of another kind.
    static func find<R: Resource>(_ arn: String, as type: R.Type = R.self, in database: Database) throws -> R? {
        let row =
            try ResourceRow
            .filter(ResourceRow.Columns.arn == arn && ResourceRow.Columns.kind == R.kind.rawValue)
            .fetchOne(database)
        return try row.map { try decoder.decode(R.self, from: $0.document) }
    }

    /// - Throws: `PersonalizeError` with `ResourceNotFoundException`.
    static func get<R: Resource>(_ arn: String, as type: R.Type = R.self, in database: Database) throws -> R {
        guard let resource = try find(arn, as: type, in: database) else {
            let other = try ResourceRow.filter(ResourceRow.Columns.arn == arn).fetchOne(database)
            let wanted = other.map { " as a \(R.kind.noun): it is a \($0.kind.noun)" } ?? ""
            throw PersonalizeError.notFound("Resource Arn \(arn) does not exist\(wanted).")
        }
        return resource
    }

    /// Replaces what is kept of a resource whose references may have changed.
    static func updateWithReferences(_ resource: some Resource, in database: Database) throws {
        try update(resource, in: database)
        _ = try ReferenceRow.filter(ReferenceRow.Columns.source == resource.arn).deleteAll(database)
        for target in Set(resource.references) {
            try ReferenceRow(source: resource.arn, target: target).insert(database)
        }
    }

    /// Replaces what is kept of a resource whose references are as before.
    static func update(_ resource: some Resource, in database: Database) throws {
        guard var row = try ResourceRow.filter(ResourceRow.Columns.arn == resource.arn).fetchOne(database) else {
            return
        }
        row.status = resource.status
        row.document = try encoder.encode(resource)
        try row.update(database)
    }

    /// Changes the header of a resource of any kind; does nothing when it is gone.
    static func updateHeader(
        of arn: String, in database: Database, _ change: (inout ResourceHeader) -> Void
    ) throws {
        guard let row = try ResourceRow.filter(ResourceRow.Columns.arn == arn).fetchOne(database) else { return }
        func apply<R: Resource>(_ type: R.Type) throws {
            var resource = try decoder.decode(R.self, from: row.document)
            change(&resource.header)
            try update(resource, in: database)
        }
        try apply(row.kind.resourceType)
    }

    static func delete(_ arn: String, in database: Database) throws {
        _ = try ResourceRow.filter(ResourceRow.Columns.arn == arn).deleteAll(database)
    }

    /// Resources of a kind in order of creation.
    ///
    /// - Parameters:
    ///   - target: Only those that reference this ARN.
    ///   - sequence: Only those created after this one.
    static func list<R: Resource>(
        _ type: R.Type, referencing target: String? = nil, after sequence: Int64 = 0, limit: Int? = nil,
        in database: Database
    ) throws -> [(sequence: Int64, resource: R)] {
        var request =
            ResourceRow
            .filter(ResourceRow.Columns.kind == R.kind.rawValue && ResourceRow.Columns.sequence > sequence)
        if let target {
            let sources = ReferenceRow.filter(ReferenceRow.Columns.target == target)
                .select(ReferenceRow.Columns.source, as: String.self)
            request = request.filter(sources.contains(ResourceRow.Columns.arn))
        }
        request = request.order(ResourceRow.Columns.sequence)
        if let limit { request = request.limit(limit) }
        return try request.fetchAll(database).map { row in
            (sequence: row.sequence ?? 0, resource: try decoder.decode(R.self, from: row.document))
        }
    }

    static func count(_ kind: ResourceKind, in database: Database) throws -> Int {
        try ResourceRow.filter(ResourceRow.Columns.kind == kind.rawValue).fetchCount(database)
    }

    static func countOfPending(_ kind: ResourceKind, in database: Database) throws -> Int {
        let states = [ResourceStatus.createPending, .createInProgress].map(\.rawValue)
        return
            try ResourceRow
            .filter(ResourceRow.Columns.kind == kind.rawValue && states.contains(ResourceRow.Columns.status))
            .fetchCount(database)
    }

    /// ARNs of `kind` that reference `target`, in order of creation.
    static func references(to target: String, from kind: ResourceKind, in database: Database) throws -> [String] {
        let sources = ReferenceRow.filter(ReferenceRow.Columns.target == target)
            .select(ReferenceRow.Columns.source, as: String.self)
        return
            try ResourceRow
            .filter(ResourceRow.Columns.kind == kind.rawValue && sources.contains(ResourceRow.Columns.arn))
            .order(ResourceRow.Columns.sequence)
            .select(ResourceRow.Columns.arn, as: String.self)
            .fetchAll(database)
    }
}
