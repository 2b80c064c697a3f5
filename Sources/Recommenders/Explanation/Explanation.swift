import Datasets

/// Why a model puts an item where it does in a user's list.
///
/// What is explained is the item's score or, where scores of different answers cannot be compared, its relative score:
/// 0 in the middle of the catalogue, 1 at the top of the list. It is the sum of ``baseline``, ``contributions`` and
/// ``remainder``.
public struct Explanation: Sendable, Equatable {
    /// How contributions were found.
    public enum Method: String, Sendable, Codable {
        /// The score is a sum over the items of the history: the parts of that sum.
        case exact
        /// What the relative score loses when an item is left out of the history and the catalogue is scored again.
        case leaveOneOut = "leave-one-out"
    }

    /// What one item of the history does.
    public struct Contribution: Sendable, Equatable {
        /// A number in the model's vocabulary.
        public let item: Int
        public let value: Double
        /// The rank that the explained item would have without this one; nil when that was not tried.
        public let rankWithout: Int?
    }

    public let item: Int
    public let score: Float
    /// From 1; nil for an item that must not be recommended.
    public let rank: Int?
    /// Whether the user met the item.
    public let isInHistory: Bool
    public let method: Method
    /// The score or the relative score, by ``method``.
    public let explained: Double
    /// What the item would have without any history. Exact contributions count from there.
    public let baseline: Double
    /// Of distinct items, the greatest in size first.
    public let contributions: [Contribution]
    /// Items of the history that were not tried, because they are too many; the newest are tried.
    public let untried: Int
    /// What the items of the history do only together, or what was not tried.
    public var remainder: Double { explained - baseline - contributions.reduce(0) { $0 + $1.value } }
    /// What features of the item add, greatest first; empty unless the model knows features.
    public let features: [Feature]
    /// How many of the most similar users met the item; nil unless the model knows similar users.
    public let likeMindedUsers: Int?

    /// A feature of the item, such as a category.
    public struct Feature: Sendable, Equatable {
        public let name: String
        public let value: Double
    }
}

/// A recommender whose scores are sums over the items of a history.
protocol ExactlyExplained: Recommender {
    /// The parts of the score of `item`.
    ///
    /// - Returns: Nil when the score of this item is not such a sum, for example because the item is ranked by its
    ///   popularity.
    func contributions(to item: Int, from history: History) -> ScoreParts?
}

/// Parts that sum to a score.
struct ScoreParts: Sendable, Equatable {
    /// The part that no item of the history brings.
    var baseline: Double = 0
    /// By distinct item of the history.
    var values: [UInt32: Double]
}
