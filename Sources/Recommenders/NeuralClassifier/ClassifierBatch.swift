import Foundation
package import LinearAlgebra

/// One user at one moment: what is read, and what came next.
package struct ClassifierExample: Sendable {
    /// Of the history, newest first, at most ``HistoryPools/longest``.
    package var items: [UInt32] = []
    /// Of each event of the history, see ``EventKinds``.
    package var kinds: [Int] = []
    /// Of the user and the request, see ``AttributeEncoder``.
    package var attributes: [(feature: Int, value: Float)] = []
    /// Distinct items, and how much each counts.
    package var targets: [(item: UInt32, weight: Float)] = []
    /// Items that a user passed over when one of the targets was chosen.
    package var shown: [(target: UInt32, others: [UInt32])] = []

    package init() {}
}

/// Examples that are learned from in one step, and the candidates whose scores they compare.
package struct ClassifierBatch: Sendable {
    package let examples: [ClassifierExample]
    /// The distinct items of the histories.
    package let inputItems: [UInt32]
    /// Those that are read as if nothing but their description were known.
    package let inputIsCold: [Bool]
    /// Of each example, the places of its history's items in `inputItems`.
    let positions: [[UInt32]]
    package let candidates: [UInt32]
    package let candidateIsCold: [Bool]
    /// Of each candidate, the logarithm of how many items it stands for in the sum over all items; -∞ for one that was not
    /// sampled. A target stands for itself in its own example, sampled or not.
    package let logWeights: [Float]
    /// Of each example, its targets as candidates.
    let targets: [[(column: Int, weight: Float)]]
    /// Of each example, targets and what was passed over for them as candidates.
    let shown: [[(target: Int, others: [Int])]]
    /// Of each example, the candidates that are in its history.
    let repeats: [[Repeat]]
    /// Of the rectified units of the user's tower: 0, or 1 / (1 - dropout); nil without dropout.
    package let mask: Matrix?

    struct Repeat: Sendable {
        let column: Int
        /// What the parameters ``ClassifierParameters/repeats`` are multiplied by.
        let inputs: [Float]

        static func inputs(isNewest: Bool, count: Int) -> [Float] { [1, isNewest ? 1 : 0, logf(Float(count))] }
    }

    /// - Parameters:
    ///   - sampled: Distinct candidates with their log weights.
    ///   - itemCount: Of the catalogue.
    ///   - isCold: Asked once for each item of the histories and once for each candidate.
    package init(
        _ examples: [ClassifierExample], sampled: [(item: UInt32, logWeight: Float)], itemCount: Int, mask: Matrix?,
        isCold: (UInt32) -> Bool
    ) {
        var inputs = ItemPlaces(itemCount: itemCount)
        positions = examples.map { $0.items.map { UInt32(inputs.place(of: $0)) } }
        inputItems = inputs.items
        inputIsCold = inputItems.map(isCold)

        var candidates = ItemPlaces(itemCount: itemCount)
        for (item, _) in sampled { _ = candidates.place(of: item) }
        targets = examples.map { $0.targets.map { (candidates.place(of: $0.item), $0.weight) } }
        shown = examples.map {
            $0.shown.map { (candidates.place(of: $0.target), $0.others.map { candidates.place(of: $0) }) }
        }
        self.candidates = candidates.items
        candidateIsCold = candidates.items.map(isCold)
        logWeights =
            sampled.map(\.logWeight)
            + [Float](repeating: -.infinity, count: candidates.items.count - sampled.count)
        repeats = examples.map { example in
            Self.repeats(of: example.items).compactMap { item, isNewest, count in
                candidates.known(item).map {
                    Repeat(column: $0, inputs: Repeat.inputs(isNewest: isNewest, count: count))
                }
            }
        }
        self.examples = examples
        self.mask = mask
    }

    /// The distinct items of a history, newest first, each with whether it is the newest and how often it is there.
    static func repeats(of items: [UInt32]) -> [(item: UInt32, isNewest: Bool, count: Int)] {
        var places: [UInt32: Int] = [:]
        var repeats: [(item: UInt32, isNewest: Bool, count: Int)] = []
        for item in items {
            if let place = places[item] {
                repeats[place].count += 1
            } else {
                places[item] = repeats.count
                repeats.append((item, repeats.isEmpty, 1))
            }
        }
        return repeats
    }
}

/// Numbers items in the order in which they come.
private struct ItemPlaces {
    private var places: [Int32]
    private(set) var items: [UInt32] = []

    init(itemCount: Int) { places = [Int32](repeating: -1, count: itemCount) }

    mutating func place(of item: UInt32) -> Int {
        if let known = known(item) { return known }
        places[Int(item)] = Int32(items.count)
        items.append(item)
        return items.count - 1
    }

    func known(_ item: UInt32) -> Int? { places[Int(item)] < 0 ? nil : Int(places[Int(item)]) }
}
