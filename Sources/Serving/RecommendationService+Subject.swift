import ControlPlane
import Datasets
import Filters
import Foundation
import PersonalizeAPI
import Recipes
import Recommenders

/// Whom and what a request is about (API reference, "GetRecommendations"; developer guide, "VIDEO_ON_DEMAND use cases"
/// and "ECOMMERCE use cases").
extension RecommendationService {
    /// - Throws: `PersonalizeError` when the request lacks the user or the item that the recipe needs.
    func request(_ input: GetRecommendationsRequest, campaign: LiveCampaign, arn: String) async throws -> Request {
        let (user, item) = try subject(of: input, campaign.recipe)
        return request(input, user, item, try await past(ofUser: user, for: campaign), campaign: campaign, arn: arn)
    }

    /// The same, if it takes no look at a store; else nil.
    func requestFromMemory(
        _ input: GetRecommendationsRequest, campaign: LiveCampaign, arn: String
    ) throws -> Request? {
        let (user, item) = try subject(of: input, campaign.recipe)
        guard let user else { return request(input, nil, item, campaign.nobodysPast, campaign: campaign, arn: arn) }
        guard let recent = events.recentEventsInMemory(ofUser: user, inDatasetGroup: campaign.datasetGroupArn)
        else { return nil }
        return request(input, user, item, campaign.past(ofUser: user, since: recent), campaign: campaign, arn: arn)
    }

    private func request(
        _ input: GetRecommendationsRequest, _ user: String?, _ item: String?, _ past: UserPast,
        campaign: LiveCampaign, arn: String
    ) -> Request {
        Request(
            campaign: campaign, arn: arn, user: user, past: past, item: campaign.recipe.takesItem ? item : nil,
            values: input.context ?? [:], time: Int64(clock().timeIntervalSince1970))
    }

    private func subject(
        of input: GetRecommendationsRequest, _ recipe: Recipes.Recipe
    ) throws -> (user: String?, item: String?) {
        let item = input.itemId.flatMap { $0.isEmpty ? nil : $0 }
        guard item != nil || !recipe.requiresItem else {
            throw PersonalizeError.invalidInput("itemId is required by the recipe \(recipe.name).")
        }
        let user = input.userId.flatMap { $0.isEmpty ? nil : $0 }
        guard user != nil || !recipe.requiresUser || (recipe.takesItemInsteadOfUser && item != nil) else {
            throw PersonalizeError.invalidInput("userId is required by the recipe \(recipe.name).")
        }
        return (user, item)
    }

    /// What the user did, up to the newest event that was acknowledged.
    func past(ofUser user: String?, for campaign: LiveCampaign) async throws -> UserPast {
        guard let user else { return campaign.nobodysPast }
        let recent = try await events.recentEvents(ofUser: user, inDatasetGroup: campaign.datasetGroupArn)
        return campaign.past(ofUser: user, since: recent)
    }

    /// Refuses a filter that looks at a user or an item that the request does not have.
    static func check(_ filter: FilterExpression, _ arn: String, for request: Request) throws {
        guard request.item != nil || !filter.usesCurrentItem else {
            throw PersonalizeError.invalidInput(
                "The filter \(arn) uses CurrentItem, which only recommendations of related items have.")
        }
        guard request.user != nil || !filter.usesUser else {
            throw PersonalizeError.invalidInput(
                "userId is required by the filter \(arn), which uses CurrentUser or the user's events.")
        }
    }
}

extension LiveCampaign {
    /// What the model is asked about an item: a history of one event, or of none if the model does not know the item.
    func itemHistory(_ identifier: String) -> History {
        var history = History()
        if let item = model.items.index(of: identifier).flatMap({ UInt32(exactly: $0) }) {
            history.append(item: item, timestamp: 0)
        }
        return history
    }
}
