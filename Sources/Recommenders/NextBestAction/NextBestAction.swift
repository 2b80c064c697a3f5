public import Datasets
import Foundation

/// How likely a user is to take an action within a number of days: the recipe `aws-next-best-action`.
///
/// A logistic regression over the rate at which the action was taken of late, the user's own rate, what the user did with
/// this action before and how long ago, and how active the user is with items (see ``ActionFeatures``). It learns from
/// every chance that a user had: a view, or a decision without one before; the outcome is whether the user took the
/// action within the period after it. The regression has a constant, so that its probabilities have the right level.
///
/// The items of the model are actions. One with fewer than 50 takes or 50 other events in the six weeks before the newest
/// event has no probability (developer guide, "Next-Best-Action recipe").
public struct NextBestAction: Recommender, Equatable {
    public let items: Vocabulary
    let eventTypes: Vocabulary
    let periodDays: Int
    let regression: LogisticRegression
    let overall: Double
    let rates: [ActionRate]
    /// Whether an action has a probability.
    let isScored: [Bool]
    /// By user number of the model.
    let activities: [ItemActivity]

    var period: Int64 { Int64(periodDays) * 86_400 }

    /// The probability of each action; nil for one without enough events.
    ///
    /// - Parameters:
    ///   - history: The user's action interactions, oldest first; empty for a user about whom nothing is known.
    ///   - types: What the numbers of the history's event types mean; nil for those of the model.
    ///   - activity: With items.
    ///   - time: Of the request, in seconds since 1970.
    /// O(history + actions).
    package func propensities(
        for history: History, eventTypes types: Vocabulary? = nil, activity: ItemActivity, at time: Int64
    ) -> [Double?] {
        let user = UserActions(history, meanings: ActionEvent.meanings(of: types ?? eventTypes), period: period)
        return rates.indices.map { action in
            guard isScored[action], let number = UInt32(exactly: action) else { return nil }
            let row = ActionFeatures.row(
                of: number, rates[action], overall: overall, user: user, items: activity, at: time)
            return 1 / (1 + exp(-regression.logit(row)))
        }
    }

    /// What training knew of a user's events on items.
    ///
    /// - Parameter user: A number of the model's users; nil for one it does not know.
    package func activity(ofUser user: Int?) -> ItemActivity {
        guard let user, activities.indices.contains(user) else { return ItemActivity() }
        return activities[user]
    }

    /// The logarithm of the odds at the moment of the history's newest event, -∞ for an action without a probability.
    public func scores(for history: History) -> [Float] {
        propensities(for: history, activity: ItemActivity(), at: history.timestamps.last ?? 0).map {
            $0.map { Float(log($0 / (1 - $0))) } ?? -.infinity
        }
    }
}

extension NextBestAction {
    struct Hyperparameters: Sendable, Equatable {
        var periodDays = 14

        init() {}

        init(_ values: [String: String]) throws(TrainingError) {
            var reader = HyperparameterReader(values)
            periodDays = try reader.integer("action_optimization_period", in: 7...28, default: periodDays)
            try reader.finish()
        }
    }

    /// How strongly weights are drawn to 0.
    private static let penalty = 1.0

    init(training data: ActionData, hyperparameters: Hyperparameters, options: TrainingOptions) throws {
        periodDays = hyperparameters.periodDays
        items = data.interactions.items
        eventTypes = data.interactions.eventTypes
        try options.announce(memory: ActionChances.memory(data.interactions), at: 0)
        try options.advance(to: 0, "reading action interactions")
        let chances = try ActionChances(data, period: Int64(periodDays) * 86_400)
        try options.advance(
            to: 0.5, "fitting the probability of taking an action",
            measurements: ["chances": Double(chances.examples.count)])
        regression = try LogisticRegression(
            fitting: chances.examples, penalty: Self.penalty, threads: options.threads)
        overall = chances.overall
        rates = chances.rates
        isScored = chances.recentEvents.map {
            $0.taken >= ActionChances.leastEvents && $0.others >= ActionChances.leastEvents
        }
        activities = data.activities
    }

    /// Trains a model whose items are actions. There may be no action interactions at all.
    ///
    /// - Throws: ``TrainingError`` for hyperparameters that cannot be used, `CancellationError`.
    public static func train(
        on data: ActionData, hyperparameters: [String: String] = [:], options: TrainingOptions = TrainingOptions()
    ) throws -> TrainedModel {
        let recorder = TrainingRecorder()
        let options = recorder.following(options)
        let recommender = try NextBestAction(
            training: data, hyperparameters: try Hyperparameters(hyperparameters),
            options: options.holding(UserHistories.memory(of: data.interactions)))
        options.progress(TrainingProgress(fraction: 1, stage: "trained"))
        return TrainedModel(
            algorithm: .nextBestAction, hyperparameters: hyperparameters, seed: options.seed,
            interactions: data.interactions, histories: UserHistories(data.interactions), recommender: recommender,
            training: recorder.current)
    }
}

extension TrainedModel {
    /// The model of an action recipe; nil for every other.
    public var nextBestAction: NextBestAction? { storable as? NextBestAction }
}
