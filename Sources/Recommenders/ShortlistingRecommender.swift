package import Datasets
package import LinearAlgebra

/// A recommender that finds the best items without a score for every item.
package protocol ShortlistingRecommender: Recommender {
    /// The items that are first by ``Recommender/scores(for:in:)``; nil when only those scores can tell.
    func shortlist(
        for history: History, in context: RequestContext, count: Int, choosing choice: InnerProductIndex.Choice
    ) -> Shortlist?
}

/// The best items of a catalogue, best first.
package struct Shortlist: Sendable, Equatable {
    package let items: [Int]
    /// By item of the list: e^score over the sum of that over all items of the catalogue.
    package let probabilities: [Double]
}
