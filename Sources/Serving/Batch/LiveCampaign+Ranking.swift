import Datasets
import Recommenders

extension LiveCampaign {
    /// Items in the order in which a user is likely to want them; those that cannot be compared are last.
    func ranking(of asked: Vocabulary, for history: History) -> [RankedItem] {
        let scores = model.recommender.scores(for: history)
        let numbers = asked.identifiers.map { model.items.index(of: $0) }
        let known = numbers.indices.filter { numbers[$0].map { scores[$0].isFinite } ?? false }
        let probabilities = Softmax(known.map { scores[numbers[$0] ?? 0] })
        let order = known.indices.sorted {
            probabilities[$0] == probabilities[$1] ? $0 < $1 : probabilities[$0] > probabilities[$1]
        }
        let isKnown = Set(known)
        return order.map { RankedItem(identifier: asked[known[$0]], score: probabilities[$0]) }
            + asked.identifiers.indices.filter { !isKnown.contains($0) }
            .map { RankedItem(identifier: asked[$0], score: 0) }
    }
}
