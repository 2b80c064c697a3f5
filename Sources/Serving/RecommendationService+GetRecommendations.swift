import ControlPlane
import Filters
package import PersonalizeAPI
import Recipes

extension RecommendationService {
    /// - Throws: `PersonalizeError` with `InvalidInputException` or `ResourceNotFoundException`.
    package func getRecommendations(_ input: GetRecommendationsRequest) async throws -> GetRecommendationsResponse {
        let (campaign, arn) = try campaign(for: input)
        try campaign.checkRecommendsItems()
        let request = try await stages.time(.history) {
            try await self.request(input, campaign: campaign, arn: arn)
        }
        let count = try Self.count(input)
        let metadata = try metadataSelection(input.metadataColumns, of: campaign, items: count, named: "numResults")
        try checkContext(input.context, of: campaign)
        guard input.filterArn != nil || input.filterValues?.isEmpty ?? true else {
            throw PersonalizeError.invalidInput("filterValues is given without filterArn.")
        }
        let allowed = try await stages.time(.filter) {
            try await allowedItems(input.filterArn, input.filterValues, at: "filterValues", for: request)
        }
        let promotion = try await self.promotion(input.promotions?.first, for: request)
        return answer(request, count: count, allowed: allowed, promotion: promotion, metadata: metadata)
    }

    /// The same answer, if it takes no look at a store; nil for a request that must be given to ``getRecommendations(_:)``.
    ///
    /// Runs on the calling thread.
    package func recommendationsFromMemory(
        _ input: GetRecommendationsRequest
    ) throws -> GetRecommendationsResponse? {
        guard input.promotions == nil, input.metadataColumns == nil else { return nil }
        let (campaign, arn) = try campaign(for: input)
        try campaign.checkRecommendsItems()
        let known = try stages.time(.history) { try requestFromMemory(input, campaign: campaign, arn: arn) }
        guard let request = known else { return nil }
        let count = try Self.count(input)
        try checkContext(input.context, of: campaign)
        guard let filterArn = input.filterArn else {
            return input.filterValues?.isEmpty ?? true ? answer(request, count: count) : nil
        }
        let allowed = try stages.time(.filter) {
            try compiledInMemory(filterArn, for: request).map { filter, metadata in
                try Self.allowedItems(
                    filter, filterArn, input.filterValues, at: "filterValues", metadata: metadata, for: request)
            }
        }
        return allowed.map { answer(request, count: count, allowed: $0) }
    }

    private static func count(_ input: GetRecommendationsRequest) throws -> Int {
        let count = input.numResults ?? defaultResults
        guard count <= maximumResults else {
            throw PersonalizeError.invalidInput("numResults is \(count); it must be at most \(maximumResults).")
        }
        return count
    }

    private func answer(
        _ request: Request, count: Int, allowed: ItemSet? = nil, promotion: LiveCampaign.Promotion? = nil,
        metadata: MetadataSelection? = nil
    ) -> GetRecommendationsResponse {
        let campaign = request.campaign
        var generator = randomness()
        let items = stages.time(.score) {
            campaign.recommendations(
                for: request.past, in: request.context, item: request.item, count: count, allowed: allowed,
                promotion: promotion, using: &generator)
        }
        return GetRecommendationsResponse(
            itemList: items.map { item in
                PredictedItem(
                    itemId: item.identifier, score: campaign.recipe.givesScores ? item.score : nil,
                    promotionName: item.promotion, metadata: itemMetadata(for: item.identifier, metadata),
                    reason: reasons(for: item, of: campaign.recipe))
            },
            recommendationId: recommendationIdentifier(of: items.map { $0.identifier }, by: campaign, request.arn))
    }

    /// Why an item is in the list of a recipe that explores (developer guide, "Recommendation reasons"); nil when it is
    /// there by relevance.
    private func reasons(for item: LiveCampaign.RankedItem, of recipe: Recipes.Recipe) -> [String]? {
        guard recipe.explores else { return nil }
        if item.isPromoted { return ["Promoted item"] }
        return item.isExplored ? ["Exploration"] : nil
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
