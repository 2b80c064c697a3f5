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
    let schemaArn: String
    let datasetType: String
    /// The bulk data that the newest finished import published; nil before the first.
    var bulkData: BulkData?

    package var references: [String] { [datasetGroupArn, schemaArn] }

    var wire: Dataset {
        .init(
            name: name, datasetArn: arn, datasetGroupArn: datasetGroupArn, datasetType: datasetType,
            schemaArn: schemaArn, status: status.rawValue, creationDateTime: creationDateTime,
            lastUpdatedDateTime: lastUpdatedDateTime)
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
    let directory: String
    let rowCount: Int
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
