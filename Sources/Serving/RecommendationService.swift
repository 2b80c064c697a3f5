package import ControlPlane
package import Datasets
package import Foundation
import PersonalizeAPI
import Synchronization

/// The runtime operations.
package struct RecommendationService: Sendable {
    /// The most items an answer may have (API reference, "GetRecommendations").
    static let maximumResults = 500
    static let defaultResults = 25

    let campaigns: CampaignRegistry
    let filters: any FilterSource
    let actions: any ActionSource
    let events: any RecentEventSource
    /// Remembers what was recommended.
    let answers: AnsweredLists
    /// What the chances of one request are drawn from.
    let randomness: @Sendable () -> SeededGenerator
    let clock: @Sendable () -> Date
    let stages: RequestStages

    /// The system is asked for the first seed alone.
    private static let seeds = Mutex(SeededGenerator(seed: .random(in: .min ... .max)))

    package init(
        campaigns: CampaignRegistry, filters: any FilterSource, actions: any ActionSource,
        events: any RecentEventSource, answers: AnsweredLists = AnsweredLists(),
        stages: RequestStages = RequestStages(),
        randomness: (@Sendable () -> SeededGenerator)? = nil,
        clock: @escaping @Sendable () -> Date = { Date() }
    ) {
        self.campaigns = campaigns
        self.filters = filters
        self.actions = actions
        self.events = events
        self.stages = stages
        self.answers = answers
        self.randomness = randomness ?? { SeededGenerator(seed: Self.seeds.withLock { $0.next() }) }
        self.clock = clock
    }

    /// A new `recommendationId`, by which events may name the list that was given.
    func recommendationIdentifier(of items: [String], by campaign: LiveCampaign, _ arn: String) -> String {
        let identifier = RecommendationIdentifier(sourceArn: arn).next()
        answers.keep(items, as: identifier, ofDatasetGroup: campaign.datasetGroupArn)
        return identifier
    }

    /// The campaign or recommender that a request names.
    ///
    /// - Throws: `PersonalizeError` with `ResourceNotFoundException` when it answers no requests.
    func live(campaignArn: String) throws -> LiveCampaign {
        guard let campaign = campaigns.campaign(campaignArn), Self.kind(ofArn: campaignArn) == "campaign" else {
            throw PersonalizeError.notFound("Could not find an ACTIVE campaign with Arn \(campaignArn).")
        }
        return campaign
    }

    /// What stands between the last colon and the slash.
    private static func kind(ofArn arn: String) -> Substring {
        let start = arn.utf8.lastIndex(of: UInt8(ascii: ":")).map { arn.utf8.index(after: $0) } ?? arn.startIndex
        return arn[start...].prefix { $0 != "/" }
    }

    /// - Throws: `PersonalizeError` with `ResourceNotFoundException` when it answers no requests.
    func live(recommenderArn: String) throws -> LiveCampaign {
        guard let recommender = campaigns.campaign(recommenderArn), Self.kind(ofArn: recommenderArn) == "recommender"
        else {
            throw PersonalizeError.notFound("Could not find an ACTIVE recommender with Arn \(recommenderArn).")
        }
        return recommender
    }
}
