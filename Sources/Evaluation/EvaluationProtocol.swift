import Datasets
import Recommenders

/// How interactions are divided into what is learned from, what is given, and what must be found.
public enum EvaluationProtocol: String, Sendable, CaseIterable {
    /// A tenth of the users is held out; the oldest nine tenths of their events are given, the items of the rest must
    /// be found.
    case personalize
    /// The last event of every user with at least three must be found, everything else is learned from and given.
    case leaveOneOut = "leave-one-out"
    /// A tenth of the users, at most 10,000, is held out; four fifths of their distinct items are given.
    case strongGeneralization = "strong-generalization"
    /// A tenth of the users is held out; of each the first 0, 1, 2 or 5 events are given, and the next five distinct items
    /// must be found. With an items dataset a tenth of the items is held out of a second training as well, and the users who
    /// met some must be shown those.
    case coldStart = "cold-start"
}

/// One division of the data.
struct EvaluationSplit: Sendable {
    /// Rows of the interactions that are learned from.
    let trainingRows: [Int]
    var cases: [EvaluationCase]
}

/// What one test user brings.
struct EvaluationCase: Sendable {
    /// The number in the interactions.
    let user: Int
    let input: History
    let relevant: Set<Int>
    /// Items that may not be recommended.
    let excluded: Set<Int>
    /// The only items that may be recommended; nil for all.
    var among: Set<Int>?
    /// The cases that are averaged together; nil when all are.
    var part: String?
    /// What a hit is worth, by relevant item; empty when all are worth alike.
    var rewards: [Int: Double] = [:]
    /// What the users dataset says of the user. The context of the held-out events is not given: it can tell the outcome.
    var context = RequestContext.empty
}
