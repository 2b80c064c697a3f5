public import Datasets
import Foundation
import LinearAlgebra

/// The chance that a user's next event is on an item, from the user, the item and the request: the recipe
/// `palate-neural-classifier`.
///
/// A tower for the user reads the history, the user's attributes and the request's context; a tower for the item reads the item
/// itself, its description and its popularity. Their product and a layer of rectified units that sees both make the logit.
/// After P. Covington, J. Adams, E. Sargin, "Deep Neural Networks for YouTube Recommendations" (RecSys 2016); the wide part
/// of H.-T. Cheng and others, "Wide & Deep Learning for Recommender Systems" (DLRS 2016), is what a candidate gains by being
/// in the history; units beside the product are those of X. He and others, "Neural Collaborative Filtering" (WWW 2017), and
/// S. Rendle, W. Krichene, L. Zhang, J. Anderson, "Neural Collaborative Filtering vs. Matrix Factorization Revisited"
/// (RecSys 2020) is why the product is there.
///
/// Scores are log-odds, calibrated on held-out users: of the recommendations with a probability near p, a part near p is what
/// the user met next. A user needs no row in the model. Items without events are scored by their description.
///
/// The item's tower is computed once, so an answer takes 2 · items · (d + 1 + rectified units) operations.
public struct NeuralClassifier: Recommender {
    public let items: Vocabulary
    let network: ServedNetwork
    let kinds: EventKinds
    let users: AttributeEncoder
    let contexts: AttributeEncoder
    let calibration: Calibration
    let learned: [String: Double]

    /// From the log-odds of the network to those that came true: J. Platt, "Probabilistic Outputs for Support Vector
    /// Machines" (Advances in Large Margin Classifiers 1999).
    struct Calibration: Sendable, Equatable {
        var slope: Double
        var offset: Double

        static let none = Calibration(slope: 1, offset: 0)
    }

    init(
        items: Vocabulary, network: ServedNetwork, kinds: EventKinds, users: AttributeEncoder,
        contexts: AttributeEncoder, calibration: Calibration, learned: [String: Double] = [:]
    ) {
        self.items = items
        self.network = network
        self.kinds = kinds
        self.users = users
        self.contexts = contexts
        self.calibration = calibration
        self.learned = learned
    }

    public func scores(for history: History) -> [Float] { scores(for: history, in: .empty) }

    /// The logarithm of the odds that the next event is on each item.
    public func scores(for history: History, in context: RequestContext) -> [Float] {
        let (slope, offset) = (Float(calibration.slope), Float(calibration.offset))
        return uncalibratedScores(for: history, in: context).map { slope * $0 + offset }
    }

    /// The chance that the next event is on each item.
    public func probabilities(for history: History, in context: RequestContext = .empty) -> [Double] {
        scores(for: history, in: context).map { 1 / (1 + exp(-Double($0))) }
    }

    /// The log-odds of the network alone, whose probabilities sum to 1.
    package func uncalibratedScores(for history: History, in context: RequestContext = .empty) -> [Float] {
        var scores = logits(for: history, in: context)
        let greatest = scores.max() ?? 0
        var sum: Double = 0
        for score in scores { sum += Double(expf(score - greatest)) }
        let logSum = greatest + Float(log(sum))
        for item in scores.indices {
            let logProbability = scores[item] - logSum
            // Far from certainty, the odds are the probability.
            scores[item] =
                logProbability < -16 ? logProbability : logProbability - logf(max(1 - expf(logProbability), 1e-6))
        }
        return scores
    }

    func logits(for history: History, in context: RequestContext) -> [Float] {
        let events = history.items.indices.reversed().lazy.filter { Int(history.items[$0]) < items.count }
            .prefix(HistoryPools.longest)
        let attributes =
            users.features(of: context.userAttributes)
            + contexts.features(of: context.values).map { ($0.feature + users.featureCount, $0.value) }
        return network.logits(
            items: events.map { history.items[$0] }, kinds: events.map { kinds.kind(of: $0, in: history) },
            attributes: attributes)
    }
}

extension TrainedModel {
    /// The model as a neural classifier; nil for other recipes.
    public var neuralClassifier: NeuralClassifier? { storable as? NeuralClassifier }
}
