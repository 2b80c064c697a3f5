import Foundation
package import PersonalizeAPI

/// The runtime operations.
package struct RecommendationService: Sendable {
    /// The most items an answer may have (API reference, "GetRecommendations").
    static let maximumResults = 500
    static let defaultResults = 25

    let campaigns: CampaignRegistry

    package init(campaigns: CampaignRegistry) { self.campaigns = campaigns }

    /// - Throws: `PersonalizeError` with `InvalidInputException` or `ResourceNotFoundException`.
    package func getRecommendations(_ input: GetRecommendationsRequest) throws -> GetRecommendationsResponse {
        let campaign = try campaign(for: input)
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
        let items = campaign.recommendations(forUser: user, count: count)
        return GetRecommendationsResponse(
            itemList: items.map { PredictedItem(itemId: $0.identifier, score: $0.score) },
            recommendationId: "RID-\(UUID().uuidString.lowercased())")
    }

    private func campaign(for input: GetRecommendationsRequest) throws -> LiveCampaign {
        switch (input.campaignArn, input.recommenderArn) {
        case (nil, nil): throw PersonalizeError.invalidInput("One of campaignArn and recommenderArn is required.")
        case (.some, .some):
            throw PersonalizeError.invalidInput("Only one of campaignArn and recommenderArn can be given.")
        case (nil, let arn?):
            try Self.checkFilters(of: input)
            guard arn.contains(":recommender/"), let recommender = campaigns.campaign(arn) else {
                throw PersonalizeError.notFound("Could not find an ACTIVE recommender with Arn \(arn).")
            }
            return recommender
        case (let arn?, nil):
            try Self.checkFilters(of: input)
            guard arn.contains(":campaign/"), let campaign = campaigns.campaign(arn) else {
                throw PersonalizeError.notFound("Could not find an ACTIVE campaign with Arn \(arn).")
            }
            return campaign
        }
    }

    /// No filter can be created yet, so none can be found.
    private static func checkFilters(of input: GetRecommendationsRequest) throws {
        let filters = [input.filterArn] + (input.promotions ?? []).map(\.filterArn)
        if let filter = filters.compactMap(\.self).first {
            throw PersonalizeError.notFound("Could not find filter with Arn \(filter).")
        }
    }
}
