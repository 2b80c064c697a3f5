import ControlPlane
import Datasets
import Filters
import Foundation
import PersonalizeAPI
import Recipes
import Recommenders

/// Answers the lines of a batch inference job by what answers a campaign's requests.
struct CampaignRanking: BatchRanking {
    let campaign: LiveCampaign
    let filter: Filter?

    struct Filter: Sendable {
        let arn: String
        let compiled: CompiledFilter
        let metadata: GroupMetadata
    }

    func rank(_ line: BatchLine, count: Int?) throws(BatchLineError) -> RankedLine {
        do {
            return try ranked(line, count: count)
        } catch let error as BatchLineError {
            throw error
        } catch let error as PersonalizeError {
            throw BatchLineError(error.message)
        } catch {
            throw BatchLineError("\(error)")
        }
    }

    private func ranked(_ line: BatchLine, count: Int?) throws -> RankedLine {
        guard filter != nil || line.filterValues?.isEmpty ?? true else {
            throw BatchLineError("filterValues is given, but the job has no filter.")
        }
        switch campaign.recipe.recipeType {
        case .personalizedRanking: return try rankedList(line, count: count)
        case .relatedItems: return try related(line, count: count ?? RecommendationService.defaultResults)
        default:
            if campaign.recipe.takesItem, line.itemId.map({ !$0.isEmpty }) ?? false {
                return try related(line, count: count ?? RecommendationService.defaultResults)
            }
            return try personal(line, count: count ?? RecommendationService.defaultResults)
        }
    }

    private func personal(_ line: BatchLine, count: Int) throws -> RankedLine {
        let request = try request(ofUser: line)
        var generator = generator(for: request.user ?? "")
        let items = campaign.recommendations(
            for: request.past, in: request.context, count: count, allowed: try allowedItems(line, for: request),
            using: &generator)
        return RankedLine(items: items.map(\.identifier), scores: items.map(\.score))
    }

    private func related(_ line: BatchLine, count: Int) throws -> RankedLine {
        guard let item = line.itemId, !item.isEmpty else { throw BatchLineError("itemId is missing.") }
        let user = line.userId.flatMap { $0.isEmpty ? nil : $0 }
        let request = RecommendationService.Request(
            campaign: campaign, arn: "", user: user,
            past: user.map { campaign.past(ofUser: $0) } ?? campaign.nobodysPast,
            item: item)
        var generator = generator(for: item)
        let items = campaign.recommendations(
            for: request.past, in: request.context, item: item, count: count,
            allowed: try allowedItems(line, for: request),
            using: &generator)
        return RankedLine(items: items.map(\.identifier), scores: nil)
    }

    private func rankedList(_ line: BatchLine, count: Int?) throws -> RankedLine {
        let request = try request(ofUser: line)
        guard let list = line.itemList, !list.isEmpty else { throw BatchLineError("itemList is missing or empty.") }
        guard list.count <= RecommendationService.maximumRankedItems else {
            throw BatchLineError(
                "itemList has \(list.count) items; it can have at most \(RecommendationService.maximumRankedItems).")
        }
        var asked = Vocabulary(list)
        if let filter {
            asked = try RecommendationService.allowed(
                of: asked, by: filter.compiled, filter.arn, line.filterValues, metadata: filter.metadata, for: request)
        }
        let items = campaign.ranking(of: asked, for: request.past.history, in: request.context).prefix(
            count ?? list.count)
        return RankedLine(items: items.map(\.identifier), scores: items.map(\.score))
    }

    private func request(ofUser line: BatchLine) throws -> RecommendationService.Request {
        guard let user = line.userId, !user.isEmpty else { throw BatchLineError("userId is missing.") }
        return RecommendationService.Request(
            campaign: campaign, arn: "", user: user, past: campaign.past(ofUser: user), values: line.context ?? [:])
    }

    private func allowedItems(_ line: BatchLine, for request: RecommendationService.Request) throws -> ItemSet? {
        guard let filter else { return nil }
        return try RecommendationService.allowedItems(
            filter.compiled, filter.arn, line.filterValues, at: "filterValues", metadata: filter.metadata, for: request)
    }

    /// The same for the same line, so that a job that runs again writes the same.
    private func generator(for identifier: String) -> SeededGenerator {
        SeededGenerator(
            seed: identifier.utf8.reduce(0xcbf2_9ce4_8422_2325) { ($0 ^ UInt64($1)) &* 0x0000_0100_0000_01b3 })
    }
}
