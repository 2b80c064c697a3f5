package import Filters
import GRDB
import PersonalizeAPI

/// A filter for a campaign or recommender of its dataset group; the same object until a resource changes.
package final class ServedFilter: Sendable {
    package let arn: String
    package let expression: String
    package let catalogue: ServedCatalogue
    package let limits: FilterLimits

    init(arn: String, expression: String, catalogue: ServedCatalogue, limits: FilterLimits) {
        self.arn = arn
        self.expression = expression
        self.catalogue = catalogue
        self.limits = limits
    }
}

extension ControlPlane {
    /// A filter and the data that it looks at.
    ///
    /// - Parameter arn: Of a campaign or recommender.
    /// - Throws: `PersonalizeError` with `ResourceNotFoundException` when there is no such filter or campaign, and
    ///   `InvalidInputException` when the filter is not ACTIVE or is one of another dataset group.
    package func servedFilter(_ filterArn: String, forCampaign arn: String) async throws -> ServedFilter {
        try await servedFilters.value(Self.name(filterArn, arn)) {
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
    }

    package func servedFilterInMemory(_ filterArn: String, forCampaign arn: String) -> ServedFilter? {
        servedFilters.known(Self.name(filterArn, arn))
    }

    /// No ARN has a space.
    private static func name(_ filterArn: String, _ arn: String) -> String { filterArn + " " + arn }

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
}
