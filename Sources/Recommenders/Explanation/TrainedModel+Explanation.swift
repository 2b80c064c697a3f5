public import Datasets
public import LinearAlgebra

extension TrainedModel {
    /// Items of a history that are left out in turn, at most; the newest.
    private static let mostTried = 300

    /// Why an item is where it is in the list of a user with this history.
    ///
    /// Models whose scores are sums over the history are taken apart exactly. All others are asked again with each item of
    /// the history left out (M. D. Zeiler, R. Fergus, "Visualizing and Understanding Convolutional Networks", ECCV 2014,
    /// section 4.2, for the idea on images): as many scorings of the catalogue as the history has distinct items.
    ///
    /// - Precondition: `item` is in the model's vocabulary.
    public func explanation(of item: Int, for history: History, threads: Int = Parallel.availableThreads) -> Explanation
    {
        let scores = recommender.scores(for: history)
        let distinct = Self.newestDistinct(of: history, itemCount: items.count)
        let features = (contentBased?.featureContributions(to: item, from: history) ?? []).map {
            Explanation.Feature(name: $0.feature, value: Double($0.contribution))
        }
        let standing = Standing(of: item, in: scores)
        let exact =
            objective == nil
            ? (storable as? any ExactlyExplained)?.contributions(to: item, from: history) : nil
        let method: Explanation.Method
        let baseline: Double
        let contributions: [Explanation.Contribution]
        let tried: Int
        if let exact {
            method = .exact
            baseline = exact.baseline
            contributions = distinct.map {
                Explanation.Contribution(item: Int($0), value: exact.values[$0] ?? 0, rankWithout: nil)
            }
            tried = distinct.count
        } else {
            method = .leaveOneOut
            baseline = Standing(of: item, in: recommender.scores(for: History())).relative
            tried = algorithm.subject == .everybody ? distinct.count : min(distinct.count, Self.mostTried)
            // The same list for everybody rests on nobody's history.
            let left = algorithm.subject == .everybody ? [] : Array(distinct.prefix(tried))
            contributions = Parallel.map(left.count, threads: threads) { index in
                let without = Standing(
                    of: item, in: recommender.scores(for: history.without(item: left[index])))
                return Explanation.Contribution(
                    item: Int(left[index]), value: standing.relative - without.relative, rankWithout: without.rank)
            }
        }
        return Explanation(
            item: item, score: standing.score, rank: standing.rank, isInHistory: distinct.contains(UInt32(item)),
            method: method, explained: exact == nil ? standing.relative : Double(standing.score), baseline: baseline,
            contributions: contributions.enumerated().sorted {
                abs($0.element.value) == abs($1.element.value)
                    ? $0.offset < $1.offset : abs($0.element.value) > abs($1.element.value)
            }.map(\.element),
            untried: distinct.count - tried, features: features,
            likeMindedUsers: (storable as? UserKNN)?.likeMindedUsers(for: history)[item])
    }

    /// The distinct items of a history, the newest first.
    private static func newestDistinct(of history: History, itemCount: Int) -> [UInt32] {
        var seen: Set<UInt32> = []
        return history.items.reversed().filter { Int($0) < itemCount && seen.insert($0).inserted }
    }
}

/// Where an item stands in one answer.
private struct Standing {
    let score: Float
    let rank: Int?
    /// From 0 in the middle of the catalogue to 1 at the top; down to -1, where those stand that must not be recommended.
    let relative: Double

    init(of item: Int, in scores: [Float]) {
        score = scores[item]
        guard score > -.infinity else {
            rank = nil
            relative = -1
            return
        }
        let own = score
        // Of equal scores the first in the catalogue comes first, as in lists.
        rank = 1 + scores.indices.count { scores[$0] > own || scores[$0] == own && $0 < item }
        let sorted = scores.filter { $0 > -.infinity }.sorted()
        let (middle, best) = (Double(sorted[sorted.count / 2]), Double(sorted[sorted.count - 1]))
        relative = best > middle ? max((Double(own) - middle) / (best - middle), -1) : 0
    }
}

extension History {
    /// Without all events of an item.
    func without(item: UInt32) -> History {
        var rest = History()
        for event in items.indices where items[event] != item {
            rest.append(
                item: items[event], timestamp: event < timestamps.count ? timestamps[event] : 0,
                eventType: event < eventTypes.count ? eventTypes[event] : .max,
                eventValue: event < eventValues.count ? eventValues[event] : .nan)
        }
        return rest
    }
}
