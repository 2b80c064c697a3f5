package import Foundation
import GRDB

/// Roles and policies of the one account, in `identity.sqlite`. Every change is durable when its call returns.
package final class IdentityStore: Sendable {
    /// Twelve digits.
    package let account: String
    let database: DatabaseQueue
    let now: @Sendable () -> Date

    /// Opens or creates the database at `path` and brings it up to date. Blocks.
    package init(
        path: String, account: String = "123456789012", now: @escaping @Sendable () -> Date = { Date() }
    ) throws {
        var configuration = Configuration()
        configuration.prepareDatabase { db in
            try db.execute(sql: "PRAGMA journal_mode = WAL; PRAGMA synchronous = FULL")
        }
        database = try DatabaseQueue(path: path, configuration: configuration)
        self.account = account
        self.now = now
        try IdentityMigrations.migrator.migrate(database)
    }

    package func roleARN(path: String, name: String) -> String { "arn:aws:iam::\(account):role\(path)\(name)" }
    package func policyARN(path: String, name: String) -> String { "arn:aws:iam::\(account):policy\(path)\(name)" }

    /// A time without the fraction that the wire format has no room for.
    func currentSecond() -> Date { Date(timeIntervalSince1970: now().timeIntervalSince1970.rounded(.down)) }

    func role(_ record: RoleRecord) -> IdentityRole {
        IdentityRole(
            name: record.name, path: record.path, identifier: record.identifier,
            arn: roleARN(path: record.path, name: record.name), created: record.created,
            trustPolicy: record.trustPolicy, description: record.description, longestSession: record.longestSession,
            tags: record.tags)
    }
}

enum IdentityNames {
    /// `[\w+=,.@-]+` up to so many characters ("IAM and STS quotas").
    static func check(_ name: String, of what: String, longest: Int) throws(IdentityError) {
        let allowed = name.utf8.allSatisfy { byte in
            (0x30...0x39).contains(byte) || (0x41...0x5A).contains(byte) || (0x61...0x7A).contains(byte)
                || "_+=,.@-".utf8.contains(byte)
        }
        guard !name.isEmpty, allowed, name.utf8.count <= longest else {
            throw .invalid(
                "The specified value for \(what) is invalid. It must contain only alphanumeric characters and/or the "
                    + "following: +=,.@_- and have length from 1 to \(longest)")
        }
    }

    static func check(path: String) throws(IdentityError) {
        let printable = path.utf8.allSatisfy { (0x21...0x7E).contains($0) }
        guard path.hasPrefix("/"), path.hasSuffix("/"), printable, path.utf8.count <= 512 else {
            throw .invalid("The specified value for path is invalid. It must begin and end with /")
        }
    }

    /// A new identifier such as `AROA…`.
    static func identifier(_ prefix: String) -> String {
        let letters = Array("ABCDEFGHIJKLMNOPQRSTUVWXYZ234567")
        return prefix + String((0..<17).map { _ in letters[Int.random(in: 0..<letters.count)] })
    }
}

extension Database {
    func requireRole(_ name: String) throws -> RoleRecord {
        guard let record = try RoleRecord.fetchOne(self, key: name) else { throw IdentityError.noSuchRole(name) }
        return record
    }
}
