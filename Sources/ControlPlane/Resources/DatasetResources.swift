import Foundation
import PersonalizeAPI

package struct SchemaResource: Resource {
    package static let kind = ResourceKind.schema
    package var header: ResourceHeader
    /// The Avro text exactly as it was sent.
    let schema: String
    let domain: String?

    package var references: [String] { [] }

    var wire: PersonalizeAPI.DatasetSchema {
        .init(
            name: name, schemaArn: arn, schema: schema, creationDateTime: creationDateTime,
            lastUpdatedDateTime: lastUpdatedDateTime, domain: domain)
    }

    var summary: DatasetSchemaSummary {
        .init(
            name: name, schemaArn: arn, creationDateTime: creationDateTime, lastUpdatedDateTime: lastUpdatedDateTime,
            domain: domain)
    }
}

package struct DatasetGroupResource: Resource {
    package static let kind = ResourceKind.datasetGroup
    package var header: ResourceHeader
    let roleArn: String?
    let kmsKeyArn: String?
    let domain: String?

    package var references: [String] { [] }

    var wire: DatasetGroup {
        .init(
            name: name, datasetGroupArn: arn, status: status.rawValue, roleArn: roleArn, kmsKeyArn: kmsKeyArn,
            creationDateTime: creationDateTime, lastUpdatedDateTime: lastUpdatedDateTime,
            failureReason: header.failureReason, domain: domain)
    }

    var summary: DatasetGroupSummary {
        .init(
            name: name, datasetGroupArn: arn, status: status.rawValue, creationDateTime: creationDateTime,
            lastUpdatedDateTime: lastUpdatedDateTime, failureReason: header.failureReason, domain: domain)
    }
}

package struct DatasetResource: Resource {
    package static let kind = ResourceKind.dataset
    package var header: ResourceHeader
    let datasetGroupArn: String
    var schemaArn: String
    let datasetType: String
    /// What a caller of PutActionInteractions names; only datasets of action interactions have it.
    var trackingId: String?
    /// The newest replacement of the schema.
    var latestUpdate: DatasetUpdate?
    /// The bulk data that the newest finished import published; nil before the first.
    var bulkData: BulkData?

    package var references: [String] { [datasetGroupArn, schemaArn] }

    /// Names the dataset's streamed records: a dataset that is made anew under its name does not find the old ones.
    package var stream: String { "\(arn)#\(Int64((header.created.timeIntervalSince1970 * 1000).rounded()))" }

    var wire: Dataset {
        .init(
            name: name, datasetArn: arn, datasetGroupArn: datasetGroupArn, datasetType: datasetType,
            schemaArn: schemaArn, status: status.rawValue, creationDateTime: creationDateTime,
            lastUpdatedDateTime: lastUpdatedDateTime, latestDatasetUpdate: latestUpdate?.wire, trackingId: trackingId)
    }

    var summary: DatasetSummary {
        .init(
            name: name, datasetArn: arn, datasetType: datasetType, status: status.rawValue,
            creationDateTime: creationDateTime, lastUpdatedDateTime: lastUpdatedDateTime)
    }
}

/// Where the columns of an import are, and how many rows they hold.
package struct BulkData: Codable, Sendable, Equatable {
    /// Relative to the folder of datasets in the data directory.
    package let directory: String
    package let rowCount: Int
    /// The place in the dataset's stream when the import began: rows of items, users and actions are newer than records
    /// up to it and older than those after it. Nil in what versions without streams wrote.
    package internal(set) var streamPosition: Int64?
}

/// A replacement of a dataset's schema.
package struct DatasetUpdate: Codable, Sendable, Equatable {
    let schemaArn: String
    let date: Date

    var wire: DatasetUpdateSummary {
        .init(
            schemaArn: schemaArn, status: ResourceStatus.active.rawValue, creationDateTime: Timestamp(date),
            lastUpdatedDateTime: Timestamp(date))
    }
}

package struct DatasetImportJobResource: Resource {
    package static let kind = ResourceKind.datasetImportJob
    package var header: ResourceHeader
    let datasetArn: String
    let dataLocation: String
    let roleArn: String?
    let importMode: String
    let publishAttributionMetricsToS3: Bool?

    package var references: [String] { [datasetArn] }

    var wire: DatasetImportJob {
        .init(
            jobName: name, datasetImportJobArn: arn, datasetArn: datasetArn,
            dataSource: DataSource(dataLocation: dataLocation), roleArn: roleArn, status: status.rawValue,
            creationDateTime: creationDateTime, lastUpdatedDateTime: lastUpdatedDateTime,
            failureReason: header.failureReason, importMode: importMode,
            publishAttributionMetricsToS3: publishAttributionMetricsToS3)
    }

    var summary: DatasetImportJobSummary {
        .init(
            datasetImportJobArn: arn, jobName: name, status: status.rawValue, creationDateTime: creationDateTime,
            lastUpdatedDateTime: lastUpdatedDateTime, failureReason: header.failureReason, importMode: importMode)
    }
}
