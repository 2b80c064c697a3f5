import ControlPlane
import Datasets
import Filters
import Foundation
package import PersonalizeAPI
import Recipes
import Recommenders

extension RecommendationService {
    /// The most items that a request may list (API reference, "GetPersonalizedRanking").
    static let maximumRankedItems = 500

    /// Orders the items of a list for a user.
    ///
    /// The scores are probabilities over the ranked items, which sum to 1. Items without interactions in the training
    /// stand at the end in the order given, with a score of 0. Items that a filter leaves out are not in the answer, and
    /// an item that is listed twice is in it once (developer guide, "Getting a personalized ranking").
    ///
    /// - Throws: `PersonalizeError` with `InvalidInputException` or `ResourceNotFoundException`.
    package func getPersonalizedRanking(
        _ input: GetPersonalizedRankingRequest
    ) async throws -> GetPersonalizedRankingResponse {
        let campaign = try live(campaignArn: input.campaignArn)
        try campaign.check(answers: .personalizedRanking, to: "GetPersonalizedRanking")
        guard !input.userId.isEmpty else { throw PersonalizeError.invalidInput("userId must not be empty.") }
        guard input.inputList.count <= Self.maximumRankedItems else {
            throw PersonalizeError.invalidInput(
                "inputList has \(input.inputList.count) items; it can have at most \(Self.maximumRankedItems).")
        }
        let metadata = try metadataSelection(
            input.metadataColumns, of: campaign, items: input.inputList.count, named: "The length of inputList")
        try checkContext(input.context, of: campaign)
        guard input.filterArn != nil || input.filterValues?.isEmpty ?? true else {
            throw PersonalizeError.invalidInput("filterValues is given without filterArn.")
        }
        let request = Request(
            campaign: campaign, arn: input.campaignArn, user: input.userId,
            past: try await past(ofUser: input.userId, for: campaign), values: input.context ?? [:],
            time: Int64(clock().timeIntervalSince1970))
        var asked = Vocabulary(input.inputList)
        if let filter = input.filterArn {
            asked = try await allowed(of: asked, by: filter, input.filterValues, for: request)
        }
        let items = campaign.ranking(of: asked, for: request.past.history, in: request.context)
        return GetPersonalizedRankingResponse(
            personalizedRanking: items.map {
                PredictedItem(
                    itemId: $0.identifier, score: $0.score, metadata: itemMetadata(for: $0.identifier, metadata))
            },
            recommendationId: recommendationIdentifier(
                of: items.lazy.map(\.identifier), by: campaign, input.campaignArn))
    }

    /// The items that a filter lets pass, whether the model knows them or not.
    private func allowed(
        of asked: Vocabulary, by filterArn: String, _ values: [String: String]?, for request: Request
    ) async throws -> Vocabulary {
        let (filter, metadata) = try await compiled(filterArn, for: request)
        return try Self.allowed(of: asked, by: filter, filterArn, values, metadata: metadata, for: request)
    }

    /// The same for campaigns and for batch jobs.
    static func allowed(
        of asked: Vocabulary, by filter: CompiledFilter, _ filterArn: String, _ values: [String: String]?,
        metadata: GroupMetadata, for request: Request
    ) throws -> Vocabulary {
        let items = request.campaign.model.items
        let known = try allowedItems(filter, filterArn, values, at: "filterValues", metadata: metadata, for: request)
        let unknown = Vocabulary(asked.identifiers.filter { items.index(of: $0) == nil })
        var allowedUnknown = ItemSet(universe: unknown.count)
        if !unknown.isEmpty {
            // The compiled filter numbers only the model's.
            let catalogue = FilterCatalogue(items: unknown, metadata: metadata.items?.selecting(unknown.identifiers))
            let context = FilterContext(
                history: request.past.recent(on: unknown), eventTypes: request.past.eventTypes, users: metadata.users,
                user: request.user)
            do {
                allowedUnknown = try CompiledFilter(filter.expression, catalogue: catalogue).allowedItems(
                    for: context, values: values ?? [:])
            } catch {
                throw PersonalizeError.invalidInput("filterValues: \(error)")
            }
        }
        return Vocabulary(
            asked.identifiers.filter { item in
                if let index = items.index(of: item) { return known.contains(index) }
                return unknown.index(of: item).map { allowedUnknown.contains($0) } ?? false
            })
    }
}

extension LiveCampaign {
    /// Items in the order in which a user is likely to want them; those that cannot be compared are last.
    func ranking(of asked: Vocabulary, for history: History, in context: RequestContext) -> [RankedItem] {
        let scores = model.recommender.scores(for: history, in: context)
        var ranked: [(identifier: String, score: Float)] = []
        var unranked: [String] = []
        for identifier in asked.identifiers {
            if let item = model.items.index(of: identifier), model.popularity.counts[item] > 0, scores[item].isFinite {
                ranked.append((identifier, scores[item]))
            } else {
                unranked.append(identifier)
            }
        }
        let probabilities = Softmax(ranked.map(\.score))
        // Equal scores keep the order of the request.
        let order = ranked.indices.sorted { left, right in
            ranked[left].score == ranked[right].score ? left < right : ranked[left].score > ranked[right].score
        }
        return order.map { RankedItem(identifier: ranked[$0].identifier, score: probabilities[$0]) }
            + unranked.map { RankedItem(identifier: $0, score: 0) }
    }
}
