import Foundation
import GRDB

extension IdentityStore {
    package func createRole(
        name: String, path: String = "/", trustPolicy: String, description: String? = nil, longestSession: Int = 3600,
        tags: [String: String] = [:]
    ) async throws -> IdentityRole {
        try IdentityNames.check(name, of: "roleName", longest: 64)
        try IdentityNames.check(path: path)
        guard (3600...43200).contains(longestSession) else {
            throw IdentityError.invalid("maxSessionDuration must be between 3600 and 43200 seconds")
        }
        try checkTrustPolicy(trustPolicy)
        let record = RoleRecord(
            name: name, path: path, identifier: IdentityNames.identifier("AROA"), created: currentSecond(),
            trustPolicy: trustPolicy, description: description, longestSession: longestSession, tags: tags)
        try await database.write { db in
            guard try !RoleRecord.exists(db, key: name) else { throw IdentityError.roleExists(name) }
            try record.insert(db)
        }
        return role(record)
    }

    package func role(named name: String) async throws -> IdentityRole {
        role(try await database.read { db in try db.requireRole(name) })
    }

    /// All roles whose path starts with `pathPrefix`, by name.
    package func roles(pathPrefix: String = "/") async throws -> [IdentityRole] {
        try await database.read { db in try RoleRecord.order(Column("name")).fetchAll(db) }
            .map { role($0) }.filter { $0.path.hasPrefix(pathPrefix) }
    }

    /// Refused while the role still has attached or inline policies.
    package func deleteRole(named name: String) async throws {
        try await database.write { db in
            _ = try db.requireRole(name)
            let attached = try AttachmentRecord.filter(Column("role") == name).fetchCount(db)
            let inline = try RolePolicyRecord.filter(Column("role") == name).fetchCount(db)
            guard attached + inline == 0 else { throw IdentityError.roleHasPolicies(name) }
            try RoleRecord.deleteOne(db, key: name)
        }
    }

    package func setTrustPolicy(_ document: String, ofRole name: String) async throws {
        try await update(name) {
            $0.trustPolicy = document
        } checking: {
            try self.checkTrustPolicy(document)
        }
    }

    package func updateRole(named name: String, description: String?, longestSession: Int?) async throws {
        try await update(name) { record in
            if let description { record.description = description }
            if let longestSession { record.longestSession = longestSession }
        }
    }

    package func addTags(_ tags: [String: String], toRole name: String) async throws {
        try await update(name) { $0.tags.merge(tags) { $1 } }
    }

    package func removeTags(_ keys: [String], fromRole name: String) async throws {
        try await update(name) { record in for key in keys { record.tags[key] = nil } }
    }

    private func update(
        _ name: String, _ change: @escaping @Sendable (inout RoleRecord) -> Void,
        checking: @Sendable () throws -> Void = {}
    ) async throws {
        try checking()
        try await database.write { db in
            var record = try db.requireRole(name)
            change(&record)
            try record.update(db)
        }
    }

    private func checkTrustPolicy(_ document: String) throws(IdentityError) {
        let policy: PolicyDocument
        do throws(PolicySyntaxError) {
            policy = try PolicyDocument(parsing: document)
        } catch {
            throw .malformedPolicy("This policy contains invalid Json: \(error.description)")
        }
        guard policy.statements.allSatisfy({ $0.principals != nil }) else {
            throw .malformedPolicy("A trust policy's statements must name a Principal")
        }
        guard policy.statements.allSatisfy({ $0.resources == nil }) else {
            throw .malformedPolicy("Has prohibited field Resource")
        }
    }
}
