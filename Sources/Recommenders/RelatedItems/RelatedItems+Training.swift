import Datasets
import LinearAlgebra

extension RelatedItems {
    /// What the recipes of related items make of their hyperparameters.
    public struct Hyperparameters: Sendable, Equatable {
        /// `popularity_discount_factor` of `aws-sims`; `aws-similar-items` goes from the cosine upward.
        public var popularityExponent: Double
        /// `min_cointeraction_count`.
        public var minimumCoInteractions: Int
        /// How many neighbours of each item are kept.
        public var neighbours: Int
        /// `item_metadata_hidden_dim`: of the projection of texts; nil learns from interactions alone.
        public var metadataDimension: Int?
        /// `min_user_history_length_percentile` and `max_user_history_length_percentile`: users whose number of events
        /// lies outside are not learned from.
        public var historyPercentiles: ClosedRange<Double>
        /// `min_item_interaction_count_percentile` and `max_item_interaction_count_percentile`: items whose number of
        /// events lies outside have no neighbours and are nobody's neighbour.
        public var itemPercentiles: ClosedRange<Double>
        /// `event_type`, for use cases: the only type of event that counts, in any case of letters; nil counts all.
        public var eventType: String?
        /// `together_seconds`, for use cases: items count as met together when each event follows the one before within
        /// so many seconds; nil counts all events of a user.
        public var togetherSeconds: Int?

        /// Of `aws-sims`.
        ///
        /// - Throws: ``TrainingError`` for an unknown name or a value outside the range.
        public init(sims values: [String: String]) throws(TrainingError) {
            var reader = HyperparameterReader(values)
            popularityExponent = try reader.number("popularity_discount_factor", in: 0...1, default: 0.5)
            minimumCoInteractions = try reader.integer("min_cointeraction_count", in: 0...10, default: 3)
            neighbours = 1_000
            metadataDimension = nil
            historyPercentiles = try reader.percentiles(
                "min_user_history_length_percentile", "max_user_history_length_percentile", default: 0.005...0.995)
            itemPercentiles = try reader.percentiles(
                "min_item_interaction_count_percentile", "max_item_interaction_count_percentile", default: 0.01...1)
            eventType = nil
            togetherSeconds = nil
            try reader.finish()
        }

        /// Of `aws-similar-items` and of the use cases.
        ///
        /// - Throws: ``TrainingError`` for an unknown name or a value outside the range.
        public init(similarItems values: [String: String]) throws(TrainingError) {
            var reader = HyperparameterReader(values)
            let discount = try reader.number("popularity_discount_factor", in: 0...1, default: 0)
            popularityExponent = (1 + discount) / 2
            minimumCoInteractions = 1
            neighbours = 10 * (try reader.integer("item_id_hidden_dim", in: 30...200, default: 100))
            metadataDimension = try reader.integer("item_metadata_hidden_dim", in: 30...200, default: 100)
            historyPercentiles = 0...1
            itemPercentiles = 0...1
            eventType = reader.text("event_type")
            togetherSeconds =
                values["together_seconds"] == nil
                ? nil : try reader.integer("together_seconds", in: 0...86_400 * 365, default: 0)
            try reader.finish()
        }
    }

    /// Of a longer sequence only the newest items count, so that time stays in proportion to the number of events.
    static let longestSequence = 1_000

    /// - Parameter items: Those of the interactions.
    init(
        training histories: UserHistories, items: Vocabulary, eventTypes: Vocabulary, hyperparameters: Hyperparameters,
        options: TrainingOptions
    ) throws {
        let isDescribed = hyperparameters.metadataDimension != nil && options.metadata.items != nil
        let items = isDescribed ? ContentBased.catalogue(items, options.metadata.items) : items
        var options = options
        if isDescribed, let table = options.metadata.items {
            options = try options.holding(
                ContentSimilarity.memory(
                    table, histories, itemCount: items.count, latentDimension: hyperparameters.metadataDimension ?? 0,
                    threads: options.threads))
        }
        let plan = ItemNeighbours.Plan(
            histories, itemCount: items.count, neighbours: hyperparameters.neighbours,
            limit: options.effectiveMemoryLimit, sequencesPerEvent: hyperparameters.togetherSeconds != nil,
            threads: options.threads)
        try options.announce(memory: plan.bytes)
        let selection = EventChoice(hyperparameters.eventType, eventTypes: eventTypes)
        var counts = [Float](repeating: 0, count: items.count)
        for event in histories.items.indices where selection.contains(event, of: histories) {
            counts[Int(histories.items[event])] += 1
        }
        func neighbours(of users: some Sequence<Int>, _ options: TrainingOptions) throws -> ItemNeighbours {
            try options.advance(to: 0.05, "collecting what was met together")
            let occurrences = ItemOccurrences(
                Self.sequences(
                    of: histories, users: users, selection, itemCounts: counts, hyperparameters: hyperparameters))
            return try ItemNeighbours(
                occurrences,
                similarity: .conditional(
                    occurrences, popularityExponent: Float(hyperparameters.popularityExponent),
                    shrinkage: ItemNeighbours.shrinkage),
                minimumCoInteractions: hyperparameters.minimumCoInteractions, limit: plan.limit,
                capacity: plan.capacity, options: options)
        }
        let content =
            try isDescribed
            ? ContentSimilarity.content(
                of: items, counts: counts, latentDimension: hyperparameters.metadataDimension ?? 0,
                options: options.within(0...0.2)) : nil
        let choice = try content.map { content in
            try ContentSimilarity.chosen(
                content: content, neighbours: { try neighbours(of: $0, options.within(0.2...0.4)) }, of: histories,
                options: options.within(0.4...0.6))
        }
        let found = try neighbours(of: 0..<histories.count, choice == nil ? options : options.within(0.6...1))
        self.init(
            items: items, neighbours: found, content: choice?.similarity,
            popularity: Popularity(items: items, counts: counts),
            learned: [
                "neighbour_limit": Double(plan.limit), "neighbours": Double(found.items.count),
            ].merging(choice?.learned ?? [:]) { $1 })
    }

    /// The distinct items that users met together.
    private static func sequences(
        of histories: UserHistories, users: some Sequence<Int>, _ selection: EventChoice, itemCounts: [Float],
        hyperparameters: Hyperparameters
    ) -> ItemSequences {
        let lengths = (0..<histories.count).map { Float(histories.offsets[$0 + 1] - histories.offsets[$0]) }
        let userRange = range(of: lengths.filter { $0 > 0 }, percentiles: hyperparameters.historyPercentiles)
        let itemRange = range(of: itemCounts.filter { $0 > 0 }, percentiles: hyperparameters.itemPercentiles)
        func sequences(of user: Int) -> [[UInt32]] {
            var sequences: [[UInt32]] = [[]]
            var last: Int64?
            for event in histories.offsets[user]..<histories.offsets[user + 1]
            where selection.contains(event, of: histories) {
                let (item, time) = (histories.items[event], histories.timestamps[event])
                if let last, let seconds = hyperparameters.togetherSeconds, isApart(last, time, by: seconds) {
                    sequences.append([])
                }
                last = time
                if itemRange.contains(itemCounts[Int(item)]) { sequences[sequences.count - 1].append(item) }
            }
            return sequences.filter { !$0.isEmpty }.map(newest)
        }
        return ItemSequences(
            users.lazy.filter { userRange.contains(lengths[$0]) }.flatMap(sequences), itemCount: itemCounts.count)
    }

    private static func isApart(_ first: Int64, _ second: Int64, by seconds: Int) -> Bool {
        let (difference, overflow) = second.subtractingReportingOverflow(first)
        return overflow || difference > Int64(seconds)
    }

    static func newest(of sequence: [UInt32]) -> [UInt32] {
        guard sequence.count > longestSequence else { return sequence }
        var seen: Set<UInt32> = []
        var newest: [UInt32] = []
        for item in sequence.reversed() where newest.count < longestSequence && seen.insert(item).inserted {
            newest.append(item)
        }
        return newest.reversed()
    }

    /// The values at two percentiles.
    private static func range(of values: [Float], percentiles: ClosedRange<Double>) -> ClosedRange<Float> {
        guard !values.isEmpty else { return 0...0 }
        let sorted = values.sorted()
        func value(at percentile: Double) -> Float { sorted[Int((percentile * Double(sorted.count - 1)).rounded())] }
        return value(at: percentiles.lowerBound)...value(at: percentiles.upperBound)
    }
}

/// Which events count.
private struct EventChoice {
    /// Nil counts all.
    private let types: Set<UInt16>?

    init(_ eventType: String?, eventTypes: Vocabulary) {
        types = eventType.map { name in
            Set(
                eventTypes.identifiers.indices.filter { eventTypes[$0].lowercased() == name.lowercased() }
                    .compactMap { UInt16(exactly: $0) })
        }
    }

    func contains(_ event: Int, of histories: UserHistories) -> Bool {
        guard let types else { return true }
        return event < histories.eventTypes.count && types.contains(histories.eventTypes[event])
    }
}
