package import Foundation
import GRDB

package struct StoredBucket: Sendable, Equatable {
    package var name: String
    package var region: String
    package var created: Date
}

extension EmbeddedObjectStore {
    package func createBucket(_ name: String, region: String) async throws {
        guard BucketName.isValid(name) else { throw ObjectStorageError.invalidBucketName(name) }
        let record = BucketRecord(name: name, region: region, created: IndexTime.milliseconds(now()))
        try await commit { db in
            guard try !BucketRecord.exists(db, key: name) else { throw ObjectStorageError.bucketExists(name) }
            try record.insert(db)
        }
    }

    package func bucket(_ name: String) async throws -> StoredBucket {
        let record = try await index.read { db in try BucketRecord.fetchOne(db, key: name) }
        guard let record else { throw ObjectStorageError.noSuchBucket(name) }
        return StoredBucket(name: record.name, region: record.region, created: IndexTime.date(record.created))
    }

    /// All buckets, by name.
    package func buckets() async throws -> [StoredBucket] {
        try await index.read { db in try BucketRecord.order(Column("name")).fetchAll(db) }
            .map { StoredBucket(name: $0.name, region: $0.region, created: IndexTime.date($0.created)) }
    }

    /// Deletes an empty bucket, its settings, and the uploads under way in it.
    package func deleteBucket(_ name: String) async throws {
        let files: [String] = try await commit { db in
            try db.requireBucket(name)
            guard try ObjectRecord.filter(Column("bucket") == name).isEmpty(db) else {
                throw ObjectStorageError.bucketNotEmpty(name)
            }
            let uploads = try String.fetchAll(db, UploadRecord.filter(Column("bucket") == name).select(Column("id")))
            let files = try String.fetchAll(
                db, PartRecord.filter(uploads.contains(Column("upload"))).select(Column("file")))
            try UploadRecord.filter(Column("bucket") == name).deleteAll(db)
            try BucketRecord.deleteOne(db, key: name)
            return files
        }
        await bodies.discard(files)
    }

    /// Nil if the bucket has no such setting.
    package func setting(_ setting: BucketSetting, ofBucket bucket: String) async throws -> String? {
        try await index.read { db in
            try db.requireBucket(bucket)
            return try BucketSettingRecord.fetchOne(db, key: ["bucket": bucket, "setting": setting.rawValue])?.document
        }
    }

    /// Stores a setting, or removes it when `document` is nil.
    package func setSetting(_ setting: BucketSetting, to document: String?, ofBucket bucket: String) async throws {
        try await commit { db in
            try db.requireBucket(bucket)
            if let document {
                try BucketSettingRecord(bucket: bucket, setting: setting.rawValue, document: document).upsert(db)
            } else {
                try BucketSettingRecord.deleteOne(db, key: ["bucket": bucket, "setting": setting.rawValue])
            }
        }
    }
}
