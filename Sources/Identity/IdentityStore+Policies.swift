import Foundation
import GRDB

extension IdentityStore {
    package static let mostVersions = 5

    package func createPolicy(
        name: String, path: String = "/", document: String, description: String? = nil, tags: [String: String] = [:]
    ) async throws -> IdentityPolicy {
        try IdentityNames.check(name, of: "policyName", longest: 128)
        try IdentityNames.check(path: path)
        try checkPolicy(document)
        let created = currentSecond()
        let record = PolicyRecord(
            arn: policyARN(path: path, name: name), name: name, path: path,
            identifier: IdentityNames.identifier("ANPA"), created: created, updated: created, description: description,
            versions: [.init(identifier: "v1", document: document, created: created)], defaultVersion: "v1",
            nextVersion: 2, tags: tags)
        try await database.write { db in
            guard try PolicyRecord.filter(Column("name") == name).isEmpty(db) else {
                throw IdentityError.policyExists(name)
            }
            try record.insert(db)
        }
        return record.policy(attachments: 0)
    }

    /// One of this account's policies, or a known managed one.
    package func policy(_ arn: String) async throws -> IdentityPolicy {
        try await database.read { db in
            let attachments = try AttachmentRecord.filter(Column("arn") == arn).fetchCount(db)
            if let managed = ManagedPolicy.named(arn) { return managed.policy(attachments: attachments) }
            return try db.requirePolicy(arn).policy(attachments: attachments)
        }
    }

    /// This account's policies by name, with the managed ones behind them if wanted.
    package func policies(own: Bool = true, managed: Bool, pathPrefix: String = "/") async throws -> [IdentityPolicy] {
        try await database.read { db in
            let counts = Dictionary(
                try AttachmentRecord.fetchAll(db).map { ($0.arn, 1) }, uniquingKeysWith: +)
            let ownPolicies =
                own
                ? try PolicyRecord.order(Column("name")).fetchAll(db)
                    .map { $0.policy(attachments: counts[$0.arn] ?? 0) } : []
            let managedPolicies =
                managed ? ManagedPolicy.all.map { $0.policy(attachments: counts[$0.arn] ?? 0) } : []
            return (ownPolicies + managedPolicies).filter { $0.path.hasPrefix(pathPrefix) }
        }
    }

    /// Refused while the policy is attached or has versions besides the default one.
    package func deletePolicy(_ arn: String) async throws {
        try await database.write { db in
            let record = try db.requirePolicy(arn)
            guard try AttachmentRecord.filter(Column("arn") == arn).isEmpty(db) else {
                throw IdentityError.policyIsAttached(arn)
            }
            guard record.versions.count <= 1 else { throw IdentityError.defaultVersion }
            try PolicyRecord.deleteOne(db, key: arn)
        }
    }

    package func addVersion(_ document: String, toPolicy arn: String, asDefault: Bool) async throws
        -> IdentityPolicy.Version
    {
        try checkPolicy(document)
        let created = currentSecond()
        return try await database.write { db in
            var record = try db.requirePolicy(arn)
            guard record.versions.count < Self.mostVersions else { throw IdentityError.versionLimit }
            let version = IdentityPolicy.Version(
                identifier: "v\(record.nextVersion)", document: document, created: created)
            record.versions.append(version)
            record.nextVersion += 1
            record.updated = created
            if asDefault { record.defaultVersion = version.identifier }
            try record.update(db)
            return version
        }
    }

    package func deleteVersion(_ version: String, ofPolicy arn: String) async throws {
        try await database.write { db in
            var record = try db.requirePolicy(arn)
            guard record.versions.contains(where: { $0.identifier == version }) else {
                throw IdentityError.noSuchVersion(version)
            }
            guard record.defaultVersion != version else { throw IdentityError.defaultVersion }
            record.versions.removeAll { $0.identifier == version }
            try record.update(db)
        }
    }

    package func setDefaultVersion(_ version: String, ofPolicy arn: String) async throws {
        try await database.write { db in
            var record = try db.requirePolicy(arn)
            guard record.versions.contains(where: { $0.identifier == version }) else {
                throw IdentityError.noSuchVersion(version)
            }
            record.defaultVersion = version
            try record.update(db)
        }
    }

    private func checkPolicy(_ document: String) throws(IdentityError) {
        try checkPermissions(document)
    }
}

extension Database {
    fileprivate func requirePolicy(_ arn: String) throws -> PolicyRecord {
        guard let record = try PolicyRecord.fetchOne(self, key: arn) else { throw IdentityError.noSuchPolicy(arn) }
        return record
    }
}

extension PolicyRecord {
    fileprivate func policy(attachments: Int) -> IdentityPolicy {
        IdentityPolicy(
            name: name, path: path, identifier: identifier, arn: arn, created: created, updated: updated,
            description: description, attachmentCount: attachments, versions: versions, defaultVersion: defaultVersion,
            tags: tags)
    }
}

extension ManagedPolicy {
    fileprivate func policy(attachments: Int) -> IdentityPolicy {
        // Their real dates say nothing here; one fixed date keeps answers stable.
        let date = Date(timeIntervalSince1970: 1_420_070_400)
        return IdentityPolicy(
            name: name, path: path, identifier: "ANPA" + String(name.uppercased().filter(\.isLetter).prefix(17)),
            arn: arn, created: date, updated: date, description: nil, attachmentCount: attachments,
            versions: [.init(identifier: "v1", document: document, created: date)], defaultVersion: "v1", tags: [:])
    }
}
