import Datasets
import Foundation
import LinearAlgebra

extension ContentBased {
    /// What a training run can be told.
    public struct Hyperparameters: Sendable, Equatable {
        /// `distance`.
        public var distance: Distance
        /// `latent_dimension`: of the projection that is set beside the words of a text; 0 takes the words alone.
        public var latentDimension: Int
        /// `recent_items`: distinct items after which an item of the history counts 1/e; 0 lets training choose.
        public var recentItems: Int
        /// `popularity_weight`: what is added to the score of the most popular item; 0 lets training choose.
        public var popularityWeight: Double

        /// - Throws: ``TrainingError`` for an unknown name or a value outside the range.
        public init(_ values: [String: String] = [:]) throws(TrainingError) {
            var reader = HyperparameterReader(values)
            let name = reader.text("distance") ?? Distance.cosine.rawValue
            guard let distance = Distance(rawValue: name.lowercased()) else {
                let known = Distance.allCases.map(\.rawValue).joined(separator: " or ")
                throw .invalidHyperparameter("distance", value: name, expected: known)
            }
            self.distance = distance
            latentDimension = try reader.integer("latent_dimension", in: 0...500, default: 0)
            recentItems = try reader.integer("recent_items", in: 0...1_000, default: 0)
            popularityWeight = try reader.number("popularity_weight", in: 0...1, default: 0)
            try reader.finish()
        }
    }

    /// The items of the interactions, then those that only the table knows.
    static func catalogue(_ items: Vocabulary, _ table: MetadataTable?) -> Vocabulary {
        var catalogue = items
        for identifier in table?.identifiers.identifiers ?? [] { catalogue.insert(identifier) }
        return catalogue
    }

    /// - Parameter items: Those of the interactions.
    /// - Throws: ``TrainingError/missingMetadata(_:)`` without a column to learn from, `CancellationError`.
    init(
        training histories: UserHistories, items: Vocabulary, hyperparameters: Hyperparameters,
        options: TrainingOptions
    ) throws {
        guard let table = options.metadata.items, !table.columns.isEmpty else {
            throw TrainingError.missingMetadata("an items dataset with a column beside ITEM_ID")
        }
        let itemCount = items.count + table.count
        try options.announce(
            memory: FeatureMemory(
                table, itemCount: itemCount, latentDimension: hyperparameters.latentDimension
            ).bytes + ContentSearch.memory(histories, itemCount: itemCount, threads: options.threads))
        let catalogue = Self.catalogue(items, table)
        let blocks = try FeatureBlock.blocks(
            of: table, items: catalogue, latentDimension: hyperparameters.latentDimension, options: options)
        guard !blocks.isEmpty else {
            throw TrainingError.missingMetadata("an items dataset with a column in which items differ")
        }
        let popularity = Popularity(histories: histories, items: catalogue)
        var search = ContentSearch(
            blocks: blocks, items: catalogue, histories: histories, popularity: popularity,
            hyperparameters: hyperparameters, options: options)
        try search.run(options)
        var learned: [String: Double] = [
            "recent_items": Double(search.settings.recentItems),
            "popularity_weight": Double(search.settings.popularityWeight), "items": Double(catalogue.count),
        ]
        for (block, weight) in zip(blocks, search.weights) { learned["weight_of_\(block.name)"] = Double(weight) }
        if let gain = search.gain { learned["validation_ndcg_at_25"] = gain }
        self.init(
            items: catalogue, features: ItemFeatures(blocks, weights: search.weights, itemCount: catalogue.count),
            settings: search.settings, popularity: popularity, learned: learned)
    }
}

/// Chooses what the data decides: how much columns and popularity count, and how fast a history fades, by what held-out
/// users met next.
struct ContentSearch {
    private struct Case: Sendable {
        let input: History
        let targets: Set<Int>
    }

    private static let recentItemGrid: [Double] = [3, 10, 30, 0]
    private static let popularityGrid: [Double] = [0.001, 0.01, 0.03, 0.1, 0.2, 0.4, 0.8]
    private static let weightGrid: [Double] = [0, 0.25, 1, 4]
    /// A column's weight is moved only when that adds so much, relatively: held-out users are few.
    private static let leastImprovement = 1.02
    private static let mostCases = 300
    private static let fewestCases = 20

    private(set) var settings: ContentBased.Settings
    /// Of the blocks.
    private(set) var weights: [Float]
    private(set) var gain: Double?

    private let blocks: [FeatureBlock]
    private let items: Vocabulary
    /// Without the held-out events.
    private let popularity: Popularity
    private let cases: [Case]
    private let hyperparameters: ContentBased.Hyperparameters
    private let threads: Int

    init(
        blocks: [FeatureBlock], items: Vocabulary, histories: UserHistories, popularity: Popularity,
        hyperparameters: ContentBased.Hyperparameters, options: TrainingOptions
    ) {
        self.blocks = blocks
        self.items = items
        self.hyperparameters = hyperparameters
        threads = options.threads
        weights = [Float](repeating: 1, count: blocks.count)
        settings = ContentBased.Settings(
            distance: hyperparameters.distance, recentItems: Float(hyperparameters.recentItems),
            popularityWeight: hyperparameters.popularityWeight > 0 ? Float(hyperparameters.popularityWeight) : 0.03)
        let entries = blocks.reduce(1) { $0 + $1.rows.values.count + ($1.latent.map { $0.rows * $0.columns } ?? 0) }
        let most = min(Self.mostCases, max(100_000_000 / entries, 2 * Self.fewestCases))
        var generator = SeededGenerator(seed: options.seed)
        var counts = popularity.counts
        var cases: [Case] = []
        for user in generator.permutation(of: histories.count) where cases.count < most {
            let history = histories[user]
            let (input, targets) = HeldOutEvents.newestTenth(of: history)
            let new = targets.subtracting(input.items)
            guard !input.isEmpty, !new.isEmpty else { continue }
            for item in history.items[input.count...] { counts[Int(item)] -= 1 }
            cases.append(Case(input: input, targets: Set(new.map { Int($0) })))
        }
        self.cases = cases
        self.popularity = Popularity(items: items, counts: counts)
    }

    /// Bytes that the cases and their scores take, at most.
    static func memory(_ histories: UserHistories, itemCount: Int, threads: Int) -> Int {
        96 * histories.events(ofUsers: mostCases) + 16 * histories.count
            + (48 * threads + 32) * itemCount
    }

    mutating func run(_ options: TrainingOptions) throws {
        guard cases.count >= Self.fewestCases else { return }
        try options.advance(to: 0.4, "choosing how much popularity counts")
        choosePopularity()
        if hyperparameters.recentItems == 0 {
            try options.advance(to: 0.5, "choosing how fast a history fades")
            let start = Self.recentItemGrid.count - 1
            let best = HeldOutUsers.climb(Self.recentItemGrid, from: start) { value in
                with { $0.settings.recentItems = Float(value) }
            }
            settings.recentItems = Float(best.value)
        }
        if blocks.count > 1 {
            for block in blocks.indices {
                try options.advance(
                    to: 0.6 + 0.3 * Double(block) / Double(blocks.count),
                    "choosing how much \(blocks[block].name) counts")
                chooseWeight(of: block)
            }
        }
        try options.advance(to: 0.95, "choosing how much popularity counts")
        choosePopularity()
        gain = measure()
    }

    private mutating func choosePopularity() {
        guard hyperparameters.popularityWeight == 0 else { return }
        let start = Self.popularityGrid.firstIndex { Float($0) >= settings.popularityWeight } ?? 0
        let best = HeldOutUsers.climb(Self.popularityGrid, from: start) { value in
            with { $0.settings.popularityWeight = Float(value) }
        }
        settings.popularityWeight = Float(best.value)
    }

    private mutating func chooseWeight(of block: Int) {
        var best = (weight: weights[block], gain: measure())
        for value in Self.weightGrid.map({ Float($0) }) where value != weights[block] {
            // Something must be left.
            guard value > 0 || weights.enumerated().contains(where: { $0.offset != block && $0.element > 0 }) else {
                continue
            }
            let gain = with { $0.weights[block] = value }
            if gain > best.gain * Self.leastImprovement { best = (value, gain) }
        }
        weights[block] = best.weight
    }

    private func with(_ change: (inout ContentSearch) -> Void) -> Double {
        var other = self
        change(&other)
        return other.measure()
    }

    /// The mean normalised discounted cumulative gain of the 25 best new items.
    private func measure() -> Double {
        let model = ContentBased(
            items: items, features: ItemFeatures(blocks, weights: weights, itemCount: items.count), settings: settings,
            popularity: popularity)
        let cases = cases
        let gains = Parallel.map(cases.count, threads: threads) { index -> Double in
            let one = cases[index]
            let met = Set(one.input.items.map { Int($0) })
            let list = model.recommendations(for: one.input, count: 25) { met.contains($0) }
            let gain = list.enumerated().reduce(0.0) {
                $0 + (one.targets.contains($1.element.item) ? 1 / log2(Double($1.offset + 2)) : 0)
            }
            let ideal = (0..<min(25, one.targets.count)).reduce(0.0) { $0 + 1 / log2(Double($1 + 2)) }
            return gain / ideal
        }
        return gains.reduce(0, +) / Double(max(cases.count, 1))
    }
}
