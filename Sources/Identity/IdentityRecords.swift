import Foundation
import GRDB

/// Migrations are only ever added at the end.
enum IdentityMigrations {
    static var migrator: DatabaseMigrator {
        var migrator = DatabaseMigrator()
        migrator.registerMigration("roles and policies") { db in
            try db.create(table: "role") { table in
                table.primaryKey("name", .text).collate(.nocase)
                table.column("path", .text).notNull()
                table.column("identifier", .text).notNull()
                table.column("created", .datetime).notNull()
                table.column("trustPolicy", .text).notNull()
                table.column("description", .text)
                table.column("longestSession", .integer).notNull()
                table.column("tags", .text).notNull()
            }
            try db.create(table: "rolePolicy") { table in
                table.column("role", .text).notNull().collate(.nocase).references("role", onDelete: .cascade)
                table.column("name", .text).notNull()
                table.column("document", .text).notNull()
                table.primaryKey(["role", "name"])
            }
            try db.create(table: "attachment") { table in
                table.column("role", .text).notNull().collate(.nocase).references("role", onDelete: .cascade)
                table.column("arn", .text).notNull()
                table.column("name", .text).notNull()
                table.primaryKey(["role", "arn"])
            }
            try db.create(table: "policy") { table in
                table.primaryKey("arn", .text)
                table.column("name", .text).notNull().unique().collate(.nocase)
                table.column("path", .text).notNull()
                table.column("identifier", .text).notNull()
                table.column("created", .datetime).notNull()
                table.column("updated", .datetime).notNull()
                table.column("description", .text)
                table.column("versions", .text).notNull()
                table.column("defaultVersion", .text).notNull()
                table.column("nextVersion", .integer).notNull()
                table.column("tags", .text).notNull()
            }
        }
        return migrator
    }
}

struct RoleRecord: Codable, FetchableRecord, PersistableRecord {
    static let databaseTableName = "role"
    var name: String
    var path: String
    var identifier: String
    var created: Date
    var trustPolicy: String
    var description: String?
    var longestSession: Int
    var tags: [String: String]
}

struct RolePolicyRecord: Codable, FetchableRecord, PersistableRecord {
    static let databaseTableName = "rolePolicy"
    var role: String
    var name: String
    var document: String
}

struct AttachmentRecord: Codable, FetchableRecord, PersistableRecord {
    static let databaseTableName = "attachment"
    var role: String
    var arn: String
    var name: String
}

struct PolicyRecord: Codable, FetchableRecord, PersistableRecord {
    static let databaseTableName = "policy"
    var arn: String
    var name: String
    var path: String
    var identifier: String
    var created: Date
    var updated: Date
    var description: String?
    var versions: [IdentityPolicy.Version]
    var defaultVersion: String
    var nextVersion: Int
    var tags: [String: String]
}
