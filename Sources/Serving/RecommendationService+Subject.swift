import ControlPlane
import Datasets
import Filters
import PersonalizeAPI
import Recipes
import Recommenders

/// Whom and what a request is about (API reference, "GetRecommendations"; developer guide, "VIDEO_ON_DEMAND use cases"
/// and "ECOMMERCE use cases").
extension RecommendationService {
    /// - Throws: `PersonalizeError` when the request lacks the user or the item that the recipe needs.
    func request(_ input: GetRecommendationsRequest, campaign: LiveCampaign, arn: String) throws -> Request {
        let recipe = campaign.recipe
        let item = input.itemId.flatMap { $0.isEmpty ? nil : $0 }
        guard item != nil || !recipe.requiresItem else {
            throw PersonalizeError.invalidInput("itemId is required by the recipe \(recipe.name).")
        }
        let user = input.userId.flatMap { $0.isEmpty ? nil : $0 }
        guard user != nil || !recipe.requiresUser else {
            throw PersonalizeError.invalidInput("userId is required by the recipe \(recipe.name).")
        }
        return Request(
            campaign: campaign, arn: arn, user: user, history: user.map { campaign.history(ofUser: $0) } ?? History(),
            item: recipe.requiresItem ? item : nil)
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
