import Foundation
import GRDB

extension IdentityStore {
    package func putInlinePolicy(_ name: String, document: String, ofRole role: String) async throws {
        try IdentityNames.check(name, of: "policyName", longest: 128)
        try checkPermissions(document)
        try await database.write { db in
            let role = try db.requireRole(role).name
            try RolePolicyRecord(role: role, name: name, document: document).upsert(db)
        }
    }

    package func inlinePolicy(_ name: String, ofRole role: String) async throws -> String {
        try await database.read { db in
            _ = try db.requireRole(role)
            guard let record = try RolePolicyRecord.fetchOne(db, key: ["role": role, "name": name]) else {
                throw IdentityError.noSuchRolePolicy(policy: name, role: role)
            }
            return record.document
        }
    }

    package func inlinePolicyNames(ofRole role: String) async throws -> [String] {
        try await database.read { db in
            _ = try db.requireRole(role)
            return try RolePolicyRecord.filter(Column("role") == role).order(Column("name")).fetchAll(db).map(\.name)
        }
    }

    package func deleteInlinePolicy(_ name: String, ofRole role: String) async throws {
        try await database.write { db in
            _ = try db.requireRole(role)
            guard try RolePolicyRecord.deleteOne(db, key: ["role": role, "name": name]) else {
                throw IdentityError.noSuchRolePolicy(policy: name, role: role)
            }
        }
    }

    /// Attaches one of this account's policies or a known managed one. Attaching twice changes nothing.
    package func attachPolicy(_ arn: String, toRole role: String) async throws {
        try await database.write { db in
            let role = try db.requireRole(role).name
            let name = try ManagedPolicy.named(arn)?.name ?? PolicyRecord.fetchOne(db, key: arn)?.name
            guard let name else { throw IdentityError.noSuchPolicy(arn) }
            try AttachmentRecord(role: role, arn: arn, name: name).upsert(db)
        }
    }

    package func detachPolicy(_ arn: String, fromRole role: String) async throws {
        try await database.write { db in
            _ = try db.requireRole(role)
            guard try AttachmentRecord.deleteOne(db, key: ["role": role, "arn": arn]) else {
                throw IdentityError.notAttached(arn: arn, role: role)
            }
        }
    }

    package func attachedPolicies(ofRole role: String) async throws -> [AttachedPolicy] {
        try await database.read { db in
            _ = try db.requireRole(role)
            return try AttachmentRecord.filter(Column("role") == role).order(Column("name")).fetchAll(db)
                .map { AttachedPolicy(name: $0.name, arn: $0.arn) }
        }
    }

    /// Every policy that speaks for the role: inline and attached, in their default versions.
    func permissions(ofRole role: String) async throws -> [PolicyDocument] {
        let documents = try await database.read { db in
            let inline = try RolePolicyRecord.filter(Column("role") == role).fetchAll(db).map(\.document)
            let attached = try AttachmentRecord.filter(Column("role") == role).fetchAll(db).compactMap { attachment in
                if let managed = ManagedPolicy.named(attachment.arn) { return managed.document }
                let record = try PolicyRecord.fetchOne(db, key: attachment.arn)
                return record?.versions.first { $0.identifier == record?.defaultVersion }?.document
            }
            return inline + attached
        }
        return try documents.map { try PolicyDocument(parsing: $0) }
    }

    func checkPermissions(_ document: String) throws(IdentityError) {
        let policy: PolicyDocument
        do throws(PolicySyntaxError) {
            policy = try PolicyDocument(parsing: document)
        } catch {
            throw .malformedPolicy("Syntax errors in policy: \(error.description)")
        }
        guard policy.statements.allSatisfy({ $0.resources != nil }) else {
            throw .malformedPolicy("Policy statement must contain resources.")
        }
    }
}

extension IdentityStore {
    /// The roles that a policy is attached to, by name.
    package func roles(withPolicy arn: String) async throws -> [IdentityRole] {
        _ = try await policy(arn)
        return try await database.read { db in
            try AttachmentRecord.filter(Column("arn") == arn).order(Column("role")).fetchAll(db)
                .compactMap { try RoleRecord.fetchOne(db, key: $0.role) }
        }.map { role($0) }
    }
}
