public import Datasets
import Foundation
import LinearAlgebra

/// Next items from the order of a user's events: the recipe `aws-user-personalization`.
///
/// New items are rated by a blend of four item-to-item models, all in closed form: ``SequentialRidge`` twice (what comes
/// next after this order of items, and what comes in the long run), ``EASE`` (what goes together over a whole history)
/// and ``NearbyItems`` (what was met close together, over the whole catalogue). ``RepeatModel`` rates the items
/// that the user already met. How fast a history fades, how strongly each part counts and whether anything repeats are
/// learned on held-out users; see ``BlendSearch``. Both kinds of item are brought to one scale, the logarithm of the odds
/// of being met soon.
///
/// A user needs no row in the model: any history of known items can be scored, in history · closed-form items
/// multiplications. An empty history is answered by popularity.
public struct UserPersonalization: Recommender {
    public let items: Vocabulary
    let eventTypes: Vocabulary
    let next: NextItems
    let repeats: RepeatModel
    let ranks: RankCalibration
    let popularity: Popularity
    /// What training chose, for the manifest.
    let learned: [String: Double]

    init(
        items: Vocabulary, eventTypes: Vocabulary, next: NextItems, repeats: RepeatModel, ranks: RankCalibration,
        popularity: Popularity, learned: [String: Double]
    ) {
        self.items = items
        self.eventTypes = eventTypes
        self.next = next
        self.repeats = repeats
        self.ranks = ranks
        self.popularity = popularity
        self.learned = learned
    }

    public func scores(for history: History) -> [Float] { scores(for: history, in: .empty) }

    /// What is popular, and what is new, is seen from the time of the request. Without a history, what is popular with users
    /// of such attributes and in such a context.
    public func scores(for history: History, in context: RequestContext) -> [Float] {
        let recent = RecentItems(history, itemCount: items.count)
        let situation = next.side?.situation(of: context) ?? .unknown
        guard !recent.entries.isEmpty else { return popular(in: situation) }
        var relevance = next.relevance(of: recent, in: situation, at: context.time)
        next.settings.widen(&relevance, logUserCounts: next.logUserCounts)
        return listed(relevance, after: recent)
    }

    private func popular(in situation: Situation) -> [Float] {
        var scores = popularity.counts.map { log1pf($0) }
        if let side = next.side { side.add(situation, to: &scores, scale: side.priorScale) }
        return scores
    }

    /// The scores of new items by the order of their relevance, and of the history's items by how they repeat.
    ///
    /// - Parameter relevance: One number per item, -∞ for items of the history.
    func listed(_ relevance: [Float], after recent: RecentItems) -> [Float] {
        var scores = relevance
        ranks.calibrate(&scores, distinctItems: recent.entries.count)
        for (age, item) in recent.items.enumerated() {
            scores[Int(item)] = Float(repeats.logit(recent, age: age))
        }
        return scores
    }
}

/// Turns the order of new items into the logarithm of the odds that each is met soon, so that they can be compared with
/// repeats: a logistic regression over the logarithm of the rank and of the number of distinct items in the history.
struct RankCalibration: Sendable, Equatable {
    let regression: LogisticRegression

    /// Ranks that are told apart; everything below goes on in order with less and less.
    static let depth = 200
    static let featureCount = 3
    /// Used when there are no held-out users to learn from.
    static let unfitted = RankCalibration(regression: LogisticRegression(weights: [-3, -0.6, 0.3]))

    static func features(rank: Int, distinctItems: Int) -> [Double] {
        [1, log1p(Double(rank)), log1p(Double(distinctItems))]
    }

    /// Replaces finite scores by log-odds in the same order.
    func calibrate(_ scores: inout [Float], distinctItems: Int) {
        let top = topIndices(of: scores, count: Self.depth)
        guard let last = top.last else { return }
        // A rank that gains by being later would turn the order around.
        let slope = min(regression.weights[1], -1e-3)
        let base = regression.weights[0] + regression.weights[2] * log1p(Double(distinctItems))
        func logit(_ rank: Int) -> Float { Float(base + slope * log1p(Double(rank))) }
        let floor = scores[last]
        let spread = max(scores[top[0]] - floor, 1e-6)
        let lowest = logit(top.count)
        for item in scores.indices where scores[item] > -.infinity {
            scores[item] = lowest - min((floor - scores[item]) / spread, 1e6)
        }
        for (rank, item) in top.enumerated() { scores[item] = logit(rank) }
    }
}

extension UserPersonalization {
    /// The hyperparameters of the managed recipe, and three of our own.
    public struct Hyperparameters: Sendable, Equatable {
        /// `hidden_dimension`: neighbours that are remembered for each item in the part that covers the whole catalogue.
        public var hiddenDimension: Int
        /// `bptt`: how many of the most recent items the order-sensitive part reads, in training and serving.
        public var recentEvents: Int
        /// `recency_mask`: whether recent events of a user count more; how much more is learned.
        public var recencyMask: Bool
        /// `min_user_history_length_percentile`, `max_user_history_length_percentile`: users with shorter or longer
        /// histories are left out of training; by default nobody is.
        public var minimumHistoryPercentile: Double
        public var maximumHistoryPercentile: Double
        /// `closed_form_items`: how many of the most used items the closed-form parts cover, memory permitting.
        public var closedFormItems: Int
        /// `coverage_tolerance`: the part of the validation gain that may be given for showing more of the catalogue.
        public var coverageTolerance: Double
        /// `validation_users`: users held out at most to choose settings.
        public var validationUsers: Int

        /// - Throws: ``TrainingError`` for an unknown name or a value outside the range.
        public init(_ values: [String: String] = [:]) throws(TrainingError) {
            var reader = HyperparameterReader(values)
            hiddenDimension = try reader.integer("hidden_dimension", in: 32...256, default: 149)
            recentEvents = try reader.integer("bptt", in: 2...32, default: 32)
            recencyMask = try reader.flag("recency_mask", default: true)
            minimumHistoryPercentile = try reader.number(
                "min_user_history_length_percentile", in: 0...1, default: 0)
            maximumHistoryPercentile = try reader.number(
                "max_user_history_length_percentile", in: 0...1, default: 1)
            closedFormItems = try reader.integer("closed_form_items", in: 1...50_000, default: 4_096)
            coverageTolerance = try reader.number("coverage_tolerance", in: 0...0.5, default: 0.06)
            validationUsers = try reader.integer("validation_users", in: 0...10_000, default: 2_000)
            try reader.finish()
        }

        /// How fast each memory of the ridge fades, until held-out users choose among ``ridgeCandidates``.
        var ridgeDecays: [Float] { recencyMask ? [1.5, 12] : [.greatestFiniteMagnitude] }

        /// As many memories each as ``ridgeDecays``, which the memory that is announced is for.
        var ridgeCandidates: [[Float]] { recencyMask ? [ridgeDecays, [3, 30], [1, 6]] : [ridgeDecays] }

        /// After how many items what is read for the long run has faded to 1/e.
        var horizonDecay: Float { recencyMask ? 20 : .greatestFiniteMagnitude }
    }
}
