public import Datasets
import LinearAlgebra

/// Something that has learned from interactions and rates items for one history.
///
/// This is the one score function of the project: evaluation, campaigns, batch jobs and the command line all rank by it,
/// so that a metric measured offline describes what is served. Implementations are values, may be called from many
/// threads at once, and never change after training.
public protocol Recommender: Sendable {
    /// The catalogue: item numbers in histories and positions in scores are numbers of this vocabulary.
    var items: Vocabulary { get }

    /// One score per item of the catalogue, higher is better, comparable only within one answer.
    ///
    /// Items of the history are scored like any other; whoever does not want to repeat them leaves them out. An item
    /// that must not be recommended at all has -∞. Entries of the history that are not in the catalogue are skipped.
    ///
    /// - Parameter history: Events of one user, oldest first; empty for a user about whom nothing is known.
    func scores(for history: History) -> [Float]

    /// The same for a request of which more is known. Recommenders that read nothing but histories leave this out.
    func scores(for history: History, in context: RequestContext) -> [Float]
}

extension Recommender {
    public func scores(for history: History, in context: RequestContext) -> [Float] { scores(for: history) }
}

/// An item and the score it was ranked by.
public struct ScoredItem: Sendable, Equatable {
    /// A number in the recommender's vocabulary.
    public let item: Int
    public let score: Float

    public init(item: Int, score: Float) {
        self.item = item
        self.score = score
    }
}

extension Recommender {
    /// The best `count` items, best first, without those that `isExcluded` rejects.
    public func recommendations(
        for history: History, in context: RequestContext = .empty, count: Int,
        excluding isExcluded: (Int) -> Bool = { _ in false }
    ) -> [ScoredItem] {
        var scores = scores(for: history, in: context)
        for item in scores.indices where isExcluded(item) { scores[item] = -.infinity }
        return topIndices(of: scores, count: count).map { ScoredItem(item: $0, score: scores[$0]) }
    }
}
