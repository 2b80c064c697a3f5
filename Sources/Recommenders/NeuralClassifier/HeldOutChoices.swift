import Datasets
import Foundation
import LinearAlgebra

/// What users who are held out of training met next, by which epochs are compared and probabilities calibrated.
struct HeldOutChoices: Sendable {
    private struct Case: Sendable {
        let input: History
        let context: RequestContext
        let targets: Set<Int>
        let next: Int
    }

    static let most = 500
    private static let fewest = 20
    /// Moments of a user at which probabilities are compared with what came next.
    private static let moments = 5
    /// The best items of a moment, among which they are.
    private static let depth = 100

    let users: [Int]
    private let cases: [Case]

    var canChoose: Bool { cases.count >= Self.fewest }

    /// - Parameter contexts: Knows the columns of the interactions that a request may have, which is given as the next event
    ///   has it.
    init(
        _ users: [Int], _ histories: UserHistories, _ interactions: Interactions, contexts: AttributeEncoder,
        metadata: TrainingMetadata
    ) {
        let columns = interactions.contextColumns.filter { column in
            contexts.columns.contains { $0.name == column.name }
        }
        let rows = columns.isEmpty ? [] : UserHistories.rows(of: interactions).rows
        self.users = users
        var cases: [Case] = []
        for user in users {
            let history = histories[user]
            let known = RequestContext(ofUser: interactions.users[user], in: metadata.users)
            let count = min(Self.moments, history.count)
            for moment in 0..<count {
                let kept = history.count * (moment + 1) / (count + 1)
                var context = known
                for column in columns {
                    let text = column.text(ofRow: rows[histories.offsets[user] + kept])
                    if !text.isEmpty { context.values[column.name] = text }
                }
                let following = history.items[kept...].prefix(ExampleSource.window)
                cases.append(
                    Case(
                        input: history.prefix(kept), context: context,
                        targets: Set(following.map { Int($0) }).subtracting(history.items[..<kept].map { Int($0) }),
                        next: Int(history.items[kept])))
            }
        }
        self.cases = cases
    }

    /// How well a model finds what is new to users among their next events, and how surprised it is by what came next.
    func measure(
        _ model: NeuralClassifier, threads: Int
    ) -> (loss: Double, measurements: [String: Double]) {
        let results = Parallel.map(cases.count, threads: threads) { index -> (gain: Double?, loss: Double) in
            let one = cases[index]
            var scores = model.uncalibratedScores(for: one.input, in: one.context)
            let loss = log(1 + exp(-Double(scores[one.next])))
            guard !one.targets.isEmpty else { return (nil, loss) }
            for item in one.input.items { scores[Int(item)] = -.infinity }
            let list = topIndices(of: scores, count: 25)
            let gain = list.enumerated().reduce(0.0) {
                $0 + (one.targets.contains($1.element) ? 1 / log2(Double($1.offset + 2)) : 0)
            }
            let ideal = (0..<min(25, one.targets.count)).reduce(0.0) { $0 + 1 / log2(Double($1 + 2)) }
            return (gain / ideal, loss)
        }
        let gains = results.compactMap(\.gain)
        let gain = gains.reduce(0, +) / Double(max(gains.count, 1))
        let loss = results.reduce(0) { $0 + $1.loss } / Double(max(results.count, 1))
        return (loss, ["validation_ndcg_at_25": gain, "validation_loss": loss])
    }

    /// The logistic regression of what came next on the log-odds of the model, among its best items.
    func calibration(of model: NeuralClassifier, threads: Int) throws -> NeuralClassifier.Calibration {
        let found = Parallel.map(cases.count, threads: threads) { index -> [(odds: Double, isNext: Bool)] in
            let one = cases[index]
            let scores = model.uncalibratedScores(for: one.input, in: one.context)
            return topIndices(of: scores, count: Self.depth).map { (Double(scores[$0]), $0 == one.next) }
        }
        var examples = LogisticRegression.Examples(featureCount: 2)
        for (odds, isNext) in found.joined() { examples.append([1, odds], outcome: isNext) }
        guard examples.outcomes.contains(1), examples.outcomes.contains(0) else { return .none }
        let weights = try LogisticRegression(fitting: examples, penalty: 1e-3, threads: threads).weights
        // An order that held-out users contradict is no reason to turn the list around.
        guard weights.count == 2, weights.allSatisfy(\.isFinite), weights[1] > 0.05 else { return .none }
        return NeuralClassifier.Calibration(slope: weights[1], offset: weights[0])
    }
}

extension History {
    /// The oldest events.
    fileprivate func prefix(_ count: Int) -> History {
        History(
            items: Array(items.prefix(count)), timestamps: Array(timestamps.prefix(count)),
            eventTypes: Array(eventTypes.prefix(count)), eventValues: Array(eventValues.prefix(count)))
    }
}
