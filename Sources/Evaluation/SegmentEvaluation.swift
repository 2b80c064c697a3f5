public import Datasets
import Foundation
import LinearAlgebra
public import Recommenders

/// How well users are found for items: the metrics of recipes of the type USER_SEGMENTATION.
///
/// The newest fifth of every user's events, at least one, is held out and the rest trains. For each item of the held-out
/// events, of at most ``itemLimit`` chosen at random, the top hundredth of all users is compared with the users who have a
/// held-out event on it (developer guide, "Evaluating an Amazon Personalize solution version with metrics").
public struct SegmentEvaluation: Sendable {
    /// Items that are asked for; more would not change the averages by much.
    public static let itemLimit = 2_000

    public static let names = ["coverage", "hits_at_1_percent", "recall_at_1_percent"]

    public var algorithm: Algorithm
    public var hyperparameters: [String: String]

    public init(of algorithm: Algorithm, hyperparameters: [String: String] = [:]) {
        self.algorithm = algorithm
        self.hyperparameters = hyperparameters
    }

    /// By the names of ``names``: `hits_at_1_percent` is the number of users that were found, `recall_at_1_percent` their
    /// share of those to be found, both averaged over the items; `coverage` is the share of all users who are in a
    /// segment.
    ///
    /// - Throws: ``EvaluationError``, and what training throws.
    public func run(
        on interactions: Interactions, options: TrainingOptions = TrainingOptions()
    ) throws -> [String: Double] {
        let (trainingRows, wanted) = Self.split(interactions)
        guard !trainingRows.isEmpty, !wanted.isEmpty else { throw EvaluationError.tooFewUsers }
        let model = try algorithm.train(
            on: interactions.selecting(rows: trainingRows), hyperparameters: hyperparameters,
            options: options.within(0...0.9))
        guard let affinity = model.affinity, model.users.count > 0 else { throw EvaluationError.tooFewUsers }
        options.progress(TrainingProgress(fraction: 0.9, stage: "finding users for \(wanted.count) items"))
        var generator = SeededGenerator(seed: options.seed)
        let items = wanted.keys.sorted()
        let chosen = generator.permutation(of: items.count).prefix(Self.itemLimit).map { items[$0] }
        return try Self.measure(
            affinity, model.histories, chosen.map { ($0, wanted[$0] ?? []) }, threads: options.threads)
    }

    /// The rows that train, and for each item of the others the users who are to be found.
    static func split(_ interactions: Interactions) -> (trainingRows: [Int], wanted: [Int: Set<Int>]) {
        var rowsOfUsers: [[Int]] = Array(repeating: [], count: interactions.users.count)
        for row in 0..<interactions.count {
            let user = Int(interactions.userIndices[row])
            if rowsOfUsers.indices.contains(user) { rowsOfUsers[user].append(row) }
        }
        var training: [Int] = []
        var wanted: [Int: Set<Int>] = [:]
        for (user, rows) in rowsOfUsers.enumerated() where !rows.isEmpty {
            let ordered = rows.enumerated().sorted {
                let (left, right) = (interactions.timestamps[$0.element], interactions.timestamps[$1.element])
                return left == right ? $0.offset < $1.offset : left < right
            }.map(\.element)
            let kept = ordered.count - max(1, (ordered.count + 2) / 5)
            training += ordered.prefix(kept)
            // Nothing is known of somebody whose only event is held out.
            guard kept > 0 else { continue }
            for row in ordered[kept...] { wanted[Int(interactions.itemIndices[row]), default: []].insert(user) }
        }
        return (training.sorted(), wanted)
    }

    /// - Parameter cases: Items, and the users to be found for each.
    static func measure(
        _ affinity: ItemAffinity, _ histories: UserHistories, _ cases: [(item: Int, users: Set<Int>)], threads: Int
    ) throws -> [String: Double] {
        let count = max(1, Int((Double(affinity.userCount) / 100).rounded()))
        let groupSize = max(1, min(256, (64 << 20) / max(affinity.userCount, 1)))
        var (hits, recall) = (0.0, 0.0)
        var found: Set<Int> = []
        for group in Parallel.ranges(of: cases.count, size: groupSize) {
            try Task.checkCancellation()
            let scores = affinity.userScores(
                forEach: cases[group].map { [$0.item] }, histories: histories, threads: threads)
            let segments = Parallel.map(group.count, threads: threads) { topIndices(of: scores.row($0), count: count) }
            for (segment, (_, users)) in zip(segments, cases[group]) {
                let matches = Double(segment.count { users.contains($0) })
                hits += matches
                recall += users.isEmpty ? 0 : matches / Double(users.count)
                found.formUnion(segment)
            }
        }
        let total = Double(max(cases.count, 1))
        return [
            "coverage": Double(found.count) / Double(affinity.userCount), "hits_at_1_percent": hits / total,
            "recall_at_1_percent": recall / total,
        ]
    }
}
