import GRDB

/// The index of the embedded store. Migrations are only ever added at the end.
///
/// Keys are stored as their UTF-8 bytes: compared and ordered byte by byte as S3 does, with zero bytes and without any
/// Unicode equivalence.
enum IndexMigrations {
    static var migrator: DatabaseMigrator {
        var migrator = DatabaseMigrator()
        migrator.registerMigration("buckets and objects") { db in
            try db.create(table: "bucket") { table in
                table.primaryKey("name", .text)
                table.column("region", .text).notNull()
                table.column("created", .integer).notNull()
            }
            try db.create(table: "bucketSetting") { table in
                table.column("bucket", .text).notNull().references("bucket", onDelete: .cascade)
                table.column("setting", .text).notNull()
                table.column("document", .text).notNull()
                table.primaryKey(["bucket", "setting"])
            }
            try db.create(table: "object") { table in
                table.autoIncrementedPrimaryKey("id")
                table.column("bucket", .text).notNull().references("bucket")
                table.column("key", .blob).notNull()
                table.column("size", .integer).notNull()
                table.column("etag", .text).notNull()
                table.column("modified", .integer).notNull()
                table.column("attributes", .text).notNull()
                table.column("checksumAlgorithm", .text)
                table.column("checksum", .text)
                table.column("checksumType", .text)
                table.column("partCount", .integer)
                table.uniqueKey(["bucket", "key"])
            }
            try db.create(table: "segment") { table in
                table.column("object", .integer).notNull().references("object", onDelete: .cascade)
                table.column("ordinal", .integer).notNull()
                table.column("file", .text).notNull()
                table.column("size", .integer).notNull()
                table.column("checksum", .text)
                table.primaryKey(["object", "ordinal"])
            }
        }
        migrator.registerMigration("multipart uploads") { db in
            try db.create(table: "upload") { table in
                table.primaryKey("id", .text)
                table.column("bucket", .text).notNull().references("bucket")
                table.column("key", .blob).notNull()
                table.column("started", .integer).notNull()
                table.column("attributes", .text).notNull()
                table.column("checksumAlgorithm", .text)
                table.column("checksumType", .text)
            }
            try db.create(index: "uploadByKey", on: "upload", columns: ["bucket", "key", "id"])
            try db.create(table: "part") { table in
                table.column("upload", .text).notNull().references("upload", onDelete: .cascade)
                table.column("number", .integer).notNull()
                table.column("file", .text).notNull()
                table.column("size", .integer).notNull()
                table.column("etag", .text).notNull()
                table.column("modified", .integer).notNull()
                table.column("checksumAlgorithm", .text)
                table.column("checksum", .text)
                table.primaryKey(["upload", "number"])
            }
        }
        return migrator
    }
}
