import ControlPlane
import Datasets
import Filters
import PersonalizeAPI
import Recommenders

extension RecommendationService {
    /// A request as filters see it.
    struct Request {
        let campaign: LiveCampaign
        let arn: String
        let user: String
        let history: History
    }

    /// What a filter lets pass; nil without a filter.
    func allowedItems(
        _ arn: String?, _ values: [String: String]?, at place: String, for request: Request
    ) async throws -> ItemSet? {
        guard let arn else { return nil }
        let (filter, metadata) = try await compiled(arn, for: request)
        return try Self.allowedItems(filter, arn, values, at: place, metadata: metadata, for: request)
    }

    /// What a filter lets pass, given to campaigns and to batch jobs alike.
    ///
    /// - Parameter place: Names the values in a message.
    static func allowedItems(
        _ filter: CompiledFilter, _ arn: String, _ values: [String: String]?, at place: String,
        metadata: GroupMetadata, for request: Request
    ) throws -> ItemSet {
        guard filter.expression.subject == .item else {
            throw PersonalizeError.invalidInput(
                "The filter \(arn) filters \(filter.expression.subject.rawValue), but recommendations are items.")
        }
        guard !filter.expression.usesCurrentItem else {
            throw PersonalizeError.invalidInput(
                "The filter \(arn) uses CurrentItem, which only recommendations of related items have.")
        }
        let context = FilterContext(
            history: request.history, eventTypes: request.campaign.model.eventTypes, users: metadata.users,
            user: request.user)
        do {
            return try filter.allowedItems(
                for: context, values: try FilterValues(parsing: values ?? [:], for: filter.expression))
        } catch {
            throw PersonalizeError.invalidInput("\(place): \(error)")
        }
    }

    func compiled(_ arn: String, for request: Request) async throws -> (CompiledFilter, GroupMetadata) {
        let filter = try await filters.servedFilter(arn, forCampaign: request.arn)
        do {
            let metadata = try await campaigns.metadata.metadata(of: filter.catalogue)
            return (try request.campaign.filters.compiled(filter, metadata: metadata), metadata)
        } catch let error as SegmentError {
            // An import may have replaced the data while it was being read.
            let newest = try await filters.servedFilter(arn, forCampaign: request.arn)
            guard newest.catalogue != filter.catalogue else { throw error }
            let metadata = try await campaigns.metadata.metadata(of: newest.catalogue)
            return (try request.campaign.filters.compiled(newest, metadata: metadata), metadata)
        }
    }
}
