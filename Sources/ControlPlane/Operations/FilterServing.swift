import Datasets
package import Filters
package import Foundation
import GRDB
import PersonalizeAPI

/// Where the newest data of a dataset group's items and users is; a directory is never changed, but may be gone after
/// the next import.
package struct ServedCatalogue: Sendable, Hashable {
    package let datasetGroupArn: String
    package let items: URL?
    package let users: URL?
}

/// A filter for a campaign or recommender of its dataset group.
package struct ServedFilter: Sendable {
    package let arn: String
    package let expression: String
    package let catalogue: ServedCatalogue
    package let limits: FilterLimits
}

extension ControlPlane {
    package func servedCatalogue(ofDatasetGroup arn: String) async throws -> ServedCatalogue {
        try await database.pool.read { [directories] in
            try Self.servedCatalogue(ofDatasetGroup: arn, directories, in: $0)
        }
    }

    /// A filter and the data that it looks at.
    ///
    /// - Parameter arn: Of a campaign or recommender.
    /// - Throws: `PersonalizeError` with `ResourceNotFoundException` when there is no such filter or campaign, and
    ///   `InvalidInputException` when the filter is not ACTIVE or is one of another dataset group.
    package func servedFilter(_ filterArn: String, forCampaign arn: String) async throws -> ServedFilter {
        try await database.pool.read { [directories, settings] database in
            let group: String
            if let recommender = try ResourceStore.find(arn, as: RecommenderResource.self, in: database) {
                group = recommender.datasetGroupArn
            } else {
                let campaign: CampaignResource = try ResourceStore.get(arn, in: database)
                let version: SolutionVersionResource = try ResourceStore.get(
                    campaign.solutionVersionArn, in: database)
                group = version.datasetGroupArn
            }
            return try Self.servedFilter(
                filterArn, for: arn, ofDatasetGroup: group, directories, settings.quotas.filterLimits, in: database)
        }
    }

    /// A filter for a batch job of a solution version.
    func servedFilter(_ filterArn: String, for version: SolutionVersionResource) async throws -> ServedFilter {
        try await database.pool.read { [directories, settings] database in
            try Self.servedFilter(
                filterArn, for: version.arn, ofDatasetGroup: version.datasetGroupArn, directories,
                settings.quotas.filterLimits, in: database)
        }
    }

    /// - Parameter arn: What the filter is used with, for the message.
    private static func servedFilter(
        _ filterArn: String, for arn: String, ofDatasetGroup group: String, _ directories: DataDirectories,
        _ limits: FilterLimits, in database: Database
    ) throws -> ServedFilter {
        let filter: FilterResource = try ResourceStore.get(filterArn, in: database)
        guard filter.status == .active else {
            throw PersonalizeError.invalidInput(
                "The filter \(filterArn) is in state \(filter.status.rawValue); it must be ACTIVE.")
        }
        guard filter.datasetGroupArn == group else {
            throw PersonalizeError.invalidInput(
                "The filter \(filterArn) belongs to another dataset group than \(arn).")
        }
        return ServedFilter(
            arn: filterArn, expression: filter.expression,
            catalogue: try servedCatalogue(ofDatasetGroup: group, directories, in: database), limits: limits)
    }

    private static func servedCatalogue(
        ofDatasetGroup arn: String, _ directories: DataDirectories, in database: Database
    ) throws -> ServedCatalogue {
        let datasets = try ResourceStore.list(DatasetResource.self, referencing: arn, in: database).map(\.resource)
        func directory(of type: DatasetType) -> URL? {
            datasets.first { $0.datasetType == type.rawValue && !$0.status.isBeingDeleted }?.bulkData.map {
                directories.datasets.appending(path: $0.directory)
            }
        }
        return ServedCatalogue(datasetGroupArn: arn, items: directory(of: .items), users: directory(of: .users))
    }
}
