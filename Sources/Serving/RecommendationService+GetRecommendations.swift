import ControlPlane
package import PersonalizeAPI

extension RecommendationService {
    /// - Throws: `PersonalizeError` with `InvalidInputException` or `ResourceNotFoundException`.
    package func getRecommendations(_ input: GetRecommendationsRequest) async throws -> GetRecommendationsResponse {
        let (campaign, arn) = try campaign(for: input)
        try campaign.checkRecommendsItems()
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
            recommendationId: RecommendationIdentifier(sourceArn: arn).next())
    }

    private func campaign(for input: GetRecommendationsRequest) throws -> (LiveCampaign, arn: String) {
        switch (input.campaignArn, input.recommenderArn) {
        case (nil, nil): throw PersonalizeError.invalidInput("One of campaignArn and recommenderArn is required.")
        case (.some, .some):
            throw PersonalizeError.invalidInput("Only one of campaignArn and recommenderArn can be given.")
        case (nil, let arn?):
            return (try live(recommenderArn: arn), arn)
        case (let arn?, nil):
            return (try live(campaignArn: arn), arn)
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
}
