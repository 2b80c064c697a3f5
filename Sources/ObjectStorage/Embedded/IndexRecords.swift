import Foundation
import GRDB

/// Milliseconds since 1970: what the index keeps of a time.
struct IndexTime {
    static func milliseconds(_ date: Date) -> Int64 { Int64((date.timeIntervalSince1970 * 1000).rounded()) }
    static func date(_ milliseconds: Int64) -> Date { Date(timeIntervalSince1970: Double(milliseconds) / 1000) }
}

struct BucketRecord: Codable, FetchableRecord, PersistableRecord {
    static let databaseTableName = "bucket"
    var name: String
    var region: String
    var created: Int64
}

struct BucketSettingRecord: Codable, FetchableRecord, PersistableRecord {
    static let databaseTableName = "bucketSetting"
    var bucket: String
    var setting: String
    var document: String
}

struct ObjectRecord: Codable, FetchableRecord, MutablePersistableRecord {
    static let databaseTableName = "object"
    var id: Int64?
    var bucket: String
    var key: Data
    var size: Int64
    var etag: String
    var modified: Int64
    var attributes: ObjectAttributes
    var checksumAlgorithm: ChecksumAlgorithm?
    var checksum: String?
    var checksumType: ChecksumType?
    /// Nil for an object that was not uploaded in parts.
    var partCount: Int?

    mutating func didInsert(_ inserted: InsertionSuccess) { id = inserted.rowID }

    var objectChecksum: ObjectChecksum? {
        guard let checksumAlgorithm, let checksum else { return nil }
        return ObjectChecksum(algorithm: checksumAlgorithm, value: checksum, type: checksumType ?? .fullObject)
    }

    var keyText: String { String(decoding: key, as: UTF8.self) }

    var summary: ObjectSummary {
        ObjectSummary(key: keyText, size: size, etag: etag, modified: IndexTime.date(modified))
    }
}

struct SegmentRecord: Codable, FetchableRecord, PersistableRecord {
    static let databaseTableName = "segment"
    var object: Int64
    var ordinal: Int
    var file: String
    var size: Int64
    var checksum: String?
}

struct UploadRecord: Codable, FetchableRecord, PersistableRecord {
    static let databaseTableName = "upload"
    var id: String
    var bucket: String
    var key: Data
    var started: Int64
    var attributes: ObjectAttributes
    var checksumAlgorithm: ChecksumAlgorithm?
    var checksumType: ChecksumType?
}

struct PartRecord: Codable, FetchableRecord, PersistableRecord {
    static let databaseTableName = "part"
    var upload: String
    var number: Int
    var file: String
    var size: Int64
    var etag: String
    var modified: Int64
    var checksumAlgorithm: ChecksumAlgorithm?
    var checksum: String?
}
