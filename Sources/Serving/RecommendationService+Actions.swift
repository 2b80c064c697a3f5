import ControlPlane
import Datasets
import Filters
import Foundation
package import PersonalizeAPI
import Recipes
import Recommenders

extension RecommendationService {
    /// API reference, "GetActionRecommendations".
    static let defaultActions = 5
    static let maximumActions = 100
    /// How many of a user's streamed action interactions are looked at.
    private static let streamedActionEvents = 1_000

    /// The actions that a user is most likely to take, those of equal probability by their value.
    ///
    /// Expired actions, and those that the user met within their repeat frequency, are not among them. Scores are
    /// probabilities; actions without enough action interactions have 0 and stand at the end, where one of five places is
    /// theirs for exploration (developer guide, "Real-time action recommendations in Amazon Personalize"). What
    /// PutActions and PutActionInteractions acknowledged counts at once.
    ///
    /// - Throws: `PersonalizeError` with `InvalidInputException` or `ResourceNotFoundException`.
    package func getActionRecommendations(
        _ input: GetActionRecommendationsRequest
    ) async throws -> GetActionRecommendationsResponse {
        guard let arn = input.campaignArn else { throw PersonalizeError.invalidInput("campaignArn is required.") }
        let campaign = try live(campaignArn: arn)
        try campaign.check(answers: .personalizedActions, to: "GetActionRecommendations")
        guard let user = input.userId, !user.isEmpty else {
            throw PersonalizeError.invalidInput("userId is required by the recipe of this campaign.")
        }
        let count = input.numResults ?? Self.defaultActions
        guard count <= Self.maximumActions else {
            throw PersonalizeError.invalidInput("numResults is \(count); it must be at most \(Self.maximumActions).")
        }
        guard input.filterArn != nil || input.filterValues?.isEmpty ?? true else {
            throw PersonalizeError.invalidInput("filterValues is given without filterArn.")
        }
        let served = try await actions.servedActions(forCampaign: arn)
        let assortment = try await campaign.actionAssortments.assortment(
            of: served, for: campaign.model, from: actions)
        var past = ActionPast(ofUser: user, in: campaign.model)
        past.add(
            try await actions.newestActionEvents(ofUser: user, in: served, limit: Self.streamedActionEvents),
            numberedBy: assortment.actions)
        let allowed = try await allowedActions(
            input.filterArn, input.filterValues, campaign: arn, user: user, past: past, of: assortment)
        var generator = randomness()
        let list = campaign.actions(
            for: past, of: assortment, count: count, at: Int64(clock().timeIntervalSince1970),
            where: { allowed?.contains($0) ?? true }, using: &generator)
        return GetActionRecommendationsResponse(
            actionList: list.map { PredictedAction(actionId: assortment.actions[$0.action], score: $0.score) },
            recommendationId: RecommendationIdentifier(sourceArn: arn).next())
    }

    /// What a filter lets pass; nil without a filter.
    private func allowedActions(
        _ filterArn: String?, _ values: [String: String]?, campaign arn: String, user: String, past: ActionPast,
        of assortment: ActionAssortment
    ) async throws -> ItemSet? {
        guard let filterArn else { return nil }
        let filter = try await filters.servedFilter(filterArn, forCampaign: arn)
        do {
            let expression = try FilterExpression(parsing: filter.expression)
            guard expression.subject == .action else {
                throw PersonalizeError.invalidInput(
                    "The filter \(filterArn) filters \(expression.subject.rawValue), but recommendations are actions.")
            }
            let users = try await campaigns.groupMetadata(of: filter.catalogue).users
            let context = FilterContext(
                history: past.history, eventTypes: past.eventTypes, users: users, user: user)
            return try CompiledFilter(
                expression, catalogue: assortment.filters, eventsPerType: filter.limits.eventsPerType
            ).allowedItems(for: context, values: values ?? [:])
        } catch let error as FilterMistake {
            throw PersonalizeError.invalidInput("The filter \(filterArn) cannot be used: \(error)")
        } catch let error as FilterValueError {
            throw PersonalizeError.invalidInput("filterValues: \(error)")
        }
    }
}

/// A user's action interactions: those of the training, and those that came since.
struct ActionPast: Sendable {
    /// Oldest first, with action numbers of an assortment.
    private(set) var history: History
    /// Those of the model, then others that came since.
    private(set) var eventTypes: Vocabulary
    let activity: ItemActivity

    init(ofUser user: String, in model: TrainedModel) {
        let number = model.users.index(of: user)
        history = number.map { model.histories[$0] } ?? History()
        eventTypes = model.eventTypes
        activity = model.nextBestAction?.activity(ofUser: number) ?? ItemActivity()
    }

    private struct Moment: Hashable {
        let action: UInt32
        let time: Int64
        let type: UInt16
    }

    /// - Parameter events: Oldest first by arrival; those that the training knew are left out.
    mutating func add(_ events: [StreamedActionEvent], numberedBy actions: Vocabulary) {
        guard !events.isEmpty else { return }
        let known = Set(
            zip(history.items, zip(history.timestamps, history.eventTypes)).map {
                Moment(action: $0, time: $1.0, type: $1.1)
            })
        var all = history
        for event in events {
            guard let number = actions.index(of: event.action), let action = UInt32(exactly: number),
                let type = UInt16(exactly: eventTypes.insert(event.eventType)),
                !known.contains(Moment(action: action, time: event.time, type: type))
            else { continue }
            all.append(item: action, timestamp: event.time, eventType: type)
        }
        let order = all.items.indices.sorted { left, right in
            all.timestamps[left] == all.timestamps[right]
                ? left < right : all.timestamps[left] < all.timestamps[right]
        }
        history = History()
        for event in order {
            history.append(item: all.items[event], timestamp: all.timestamps[event], eventType: all.eventTypes[event])
        }
    }

    /// When the user last met each action.
    var lastEvents: [UInt32: Int64] {
        Dictionary(zip(history.items, history.timestamps), uniquingKeysWith: { max($0, $1) })
    }
}

extension LiveCampaign {
    /// The best actions, best first; explored ones at the end.
    func actions(
        for past: ActionPast, of assortment: ActionAssortment, count: Int, at time: Int64,
        where isAllowed: (Int) -> Bool, using generator: inout some RandomNumberGenerator
    ) -> [(action: Int, score: Double)] {
        let propensities =
            model.nextBestAction?.propensities(
                for: past.history, eventTypes: past.eventTypes, activity: past.activity, at: time) ?? []
        let lastEvents = past.lastEvents
        var scored: [(action: Int, score: Double)] = []
        var unscored: [(action: Int, key: Double)] = []
        for action in assortment.actions.identifiers.indices {
            let last = UInt32(exactly: action).flatMap { lastEvents[$0] }
            guard isAllowed(action), assortment.isOffered(action, at: time, lastEvent: last) else { continue }
            if action < propensities.count, let score = propensities[action] {
                scored.append((action, score))
            } else {
                // The best keys are a random sample in which actions of more value are more likely (Efraimidis and
                // Spirakis, "Weighted random sampling with a reservoir", 2006).
                let draw = Double.random(in: 0..<1, using: &generator)
                unscored.append((action, pow(draw, 1 / Double(assortment.value(of: action)))))
            }
        }
        scored.sort { left, right in
            if left.score != right.score { return left.score > right.score }
            let values = (assortment.value(of: left.action), assortment.value(of: right.action))
            return values.0 == values.1 ? left.action < right.action : values.0 > values.1
        }
        unscored.sort { $0.key > $1.key }
        let explored = min(unscored.count, max(count / 5, count - scored.count))
        return Array(scored.prefix(max(count - explored, 0))) + unscored.prefix(explored).map { ($0.action, 0) }
    }
}
