import ControlPlane
import Datasets
import Filters
import PersonalizeAPI
import Recommenders

extension RecommendationService {
    /// A request as filters and recommenders see it.
    struct Request {
        let campaign: LiveCampaign
        let arn: String
        /// Nil when the request names nobody, as the recipe allows.
        let user: String?
        let past: UserPast
        /// The item that the request is about; nil when the recipe uses none.
        var item: String?
        /// The values that the request's `context` gives.
        var values: [String: String] = [:]
        /// Seconds since 1970; nil when nothing depends on it.
        var time: Int64?

        /// What recommenders may read beside the past.
        var context: RequestContext {
            var context = campaign.context(ofUser: user, values: values)
            context.time = time
            return context
        }
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
        try check(filter.expression, arn, for: request)
        let context = FilterContext(
            history: request.past.all, eventTypes: request.past.eventTypes, users: metadata.users,
            user: request.user, currentItem: request.item)
        do {
            return try filter.allowedItems(for: context, values: values ?? [:])
        } catch {
            throw PersonalizeError.invalidInput("\(place): \(error)")
        }
    }

    /// The same as ``compiled(_:for:)``, if it takes no look at a store; else nil.
    func compiledInMemory(_ arn: String, for request: Request) throws -> (CompiledFilter, GroupMetadata)? {
        let assortment = request.campaign.assortments.current
        guard let filter = filters.servedFilterInMemory(arn, forCampaign: request.arn) else { return nil }
        if let known = assortment.filters.known(filter) { return (known, assortment.metadata) }
        guard assortment.metadata.catalogue == filter.catalogue else { return nil }
        let compiled = try assortment.filters.compiled(filter)
        assortment.filters.remember(filter, as: compiled)
        return (compiled, assortment.metadata)
    }

    /// The filter for the items of the campaign, with the newest import in sight.
    func compiled(_ arn: String, for request: Request) async throws -> (CompiledFilter, GroupMetadata) {
        let filter = try await filters.servedFilter(arn, forCampaign: request.arn)
        let assortments = request.campaign.assortments
        if assortments.current.metadata.catalogue != filter.catalogue {
            do {
                assortments.publish(try await campaigns.groupMetadata(of: filter.catalogue))
            } catch let error as SegmentError {
                // An import may have replaced the data while it was being read.
                let newest = try await filters.servedFilter(arn, forCampaign: request.arn)
                guard newest.catalogue != filter.catalogue else { throw error }
                assortments.publish(try await campaigns.groupMetadata(of: newest.catalogue))
            }
        }
        let assortment = assortments.current
        return (try assortment.filters.compiled(filter), assortment.metadata)
    }
}
