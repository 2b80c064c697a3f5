import ControlPlane
import Datasets
import Filters
import Foundation
package import PersonalizeAPI
import Recommenders

/// The runtime operations.
package struct RecommendationService: Sendable {
    /// The most items an answer may have (API reference, "GetRecommendations").
    static let maximumResults = 500
    static let defaultResults = 25

    let campaigns: CampaignRegistry
    let filters: any FilterSource

    package init(campaigns: CampaignRegistry, filters: any FilterSource) {
        self.campaigns = campaigns
        self.filters = filters
    }

    /// - Throws: `PersonalizeError` with `InvalidInputException` or `ResourceNotFoundException`.
    package func getRecommendations(_ input: GetRecommendationsRequest) async throws -> GetRecommendationsResponse {
        let (campaign, arn) = try campaign(for: input)
        guard let user = input.userId, !user.isEmpty else {
            throw PersonalizeError.invalidInput("userId is required by the recipe of this campaign.")
        }
        let count = input.numResults ?? Self.defaultResults
        guard count <= Self.maximumResults else {
            throw PersonalizeError.invalidInput("numResults is \(count); it must be at most \(Self.maximumResults).")
        }
        guard input.metadataColumns == nil else {
            throw PersonalizeError.invalidInput("metadataColumns is given, but this version returns no metadata.")
        }
        let request = Request(campaign: campaign, arn: arn, user: user, history: campaign.history(ofUser: user))
        guard input.filterArn != nil || input.filterValues?.isEmpty ?? true else {
            throw PersonalizeError.invalidInput("filterValues is given without filterArn.")
        }
        let allowed = try await allowedItems(input.filterArn, input.filterValues, at: "filterValues", for: request)
        let promotion = try await promotion(input.promotions?.first, for: request)
        var generator = SystemRandomNumberGenerator()
        let items = campaign.recommendations(
            for: request.history, count: count, allowed: allowed, promotion: promotion, using: &generator)
        return GetRecommendationsResponse(
            itemList: items.map { PredictedItem(itemId: $0.identifier, score: $0.score, promotionName: $0.promotion) },
            recommendationId: "RID-\(UUID().uuidString.lowercased())")
    }

    private struct Request {
        let campaign: LiveCampaign
        let arn: String
        let user: String
        let history: History
    }

    private func campaign(for input: GetRecommendationsRequest) throws -> (LiveCampaign, arn: String) {
        switch (input.campaignArn, input.recommenderArn) {
        case (nil, nil): throw PersonalizeError.invalidInput("One of campaignArn and recommenderArn is required.")
        case (.some, .some):
            throw PersonalizeError.invalidInput("Only one of campaignArn and recommenderArn can be given.")
        case (nil, let arn?):
            guard arn.contains(":recommender/"), let recommender = campaigns.campaign(arn) else {
                throw PersonalizeError.notFound("Could not find an ACTIVE recommender with Arn \(arn).")
            }
            return (recommender, arn)
        case (let arn?, nil):
            guard arn.contains(":campaign/"), let campaign = campaigns.campaign(arn) else {
                throw PersonalizeError.notFound("Could not find an ACTIVE campaign with Arn \(arn).")
            }
            return (campaign, arn)
        }
    }

    private func promotion(_ input: Promotion?, for request: Request) async throws -> LiveCampaign.Promotion? {
        guard let input else { return nil }
        guard let percent = input.percentPromotedItems else {
            throw PersonalizeError.invalidInput("A promotion needs percentPromotedItems.")
        }
        let place = "promotions.1.member.filterValues"
        guard let items = try await allowedItems(input.filterArn, input.filterValues, at: place, for: request) else {
            throw PersonalizeError.invalidInput("A promotion needs a filterArn.")
        }
        return LiveCampaign.Promotion(name: input.name, percent: percent, items: items)
    }

    /// What a filter lets pass; nil without a filter.
    private func allowedItems(
        _ arn: String?, _ values: [String: String]?, at place: String, for request: Request
    ) async throws -> ItemSet? {
        guard let arn else { return nil }
        let (filter, metadata) = try await compiled(arn, for: request)
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

    private func compiled(_ arn: String, for request: Request) async throws -> (CompiledFilter, GroupMetadata) {
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
