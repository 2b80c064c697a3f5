import Datasets
import Foundation
import LinearAlgebra

extension UserPersonalization {
    /// Trains on everybody's histories.
    ///
    /// Settings are chosen with models of the most used items, trained without the held-out users; then the item models
    /// are trained again on everybody. Time grows with n³ for n closed-form items, memory is 24n² bytes at the peak
    /// (``MemoryPlan``), beside the ranker's lists and the features of items, and announced before it is taken.
    ///
    /// The items of the items dataset belong to the catalogue.
    ///
    /// - Parameter interactions: Those of the histories, whose further columns are read as well; nil where nothing but the
    ///   histories is.
    init(
        training histories: UserHistories, of interactions: Interactions? = nil, items: Vocabulary,
        eventTypes: Vocabulary, hyperparameters: Hyperparameters, options: TrainingOptions
    ) throws {
        let items = ContentBased.catalogue(items, options.metadata.items)
        let options = try options.holding(
            interactions.map {
                SideData.memory($0, users: options.metadata.users, itemCount: items.count)
            } ?? 0)
        let users = Self.users(of: histories, hyperparameters)
        var generator = SeededGenerator(seed: options.seed)
        let shuffled = generator.permutation(of: users.count).map { users[$0] }
        let beside =
            RankerTraining.bytes(memoryLimit: options.effectiveMemoryLimit)
            + (options.metadata.items.map { FeatureMemory($0, itemCount: items.count, latentDimension: 0).bytes } ?? 0)
        let plan = MemoryPlan(
            itemCount: items.count, closedFormLimit: hyperparameters.closedFormItems,
            memoryLimit: options.effectiveMemoryLimit - beside, memories: hyperparameters.ridgeDecays.count)
        try options.announce(
            memory: plan.bytes + beside,
            measurements: ["closed_form_items": Double(plan.closedFormItems), "users": Double(users.count)])
        let content = try Self.content(of: items, options: options)

        let weights = options.eventWeights.numbered(by: eventTypes)
        let side = interactions.map {
            SideData($0, histories: histories, items: items, users: options.metadata.users)
        }
        let trainer = ComponentTrainer(
            histories: histories, users: users, itemCount: items.count, weights: weights,
            hyperparameters: hyperparameters, options: options, side: side?.isEmpty == false ? side : nil)
        let choice = try SettingsChoice(shuffled, trainer: trainer, plan: plan)
        let ranking = try RankerTraining(shuffled, trainer: trainer, plan: plan, choice: choice, content: content)
        let repeats = try RepeatModel(
            histories, users: shuffled, itemCount: items.count, weights: weights, threads: options.threads)
        let learned = choice.learned.merging(ranking?.learned ?? [:], uniquingKeysWith: { $1 })
        try options.advance(to: 0.6, "training on everybody", measurements: learned)
        let components = try trainer.components(
            of: users, closedFormItems: plan.closedFormItems, parameters: choice.parameters)
        var settings = choice.settings
        if let ranking { settings.tailDiscount = ranking.tailDiscount }
        self.init(
            items: items, eventTypes: eventTypes,
            next: NextItems(
                components: components, settings: settings,
                moments: trainer.moments(of: users, selection: components.selection), content: content,
                side: try trainer.fittedSideInformation(of: users, shuffled: shuffled), ranker: ranking?.ranker),
            repeats: repeats, ranks: ranking?.ranks ?? choice.ranks,
            popularity: Popularity(histories: histories, items: items, weights: weights),
            learned: learned.merging(
                ["closed_form_items": Double(components.selection.items.count)], uniquingKeysWith: { $1 }))
    }

    /// What the items dataset says of a catalogue; nil when it tells no items apart.
    static func content(of items: Vocabulary, options: TrainingOptions) throws -> ItemFeatures? {
        guard let table = options.metadata.items else { return nil }
        var quiet = options
        quiet.progress = { _ in }
        let blocks = try FeatureBlock.blocks(of: table, items: items, latentDimension: 0, options: quiet)
        guard !blocks.isEmpty else { return nil }
        return ItemFeatures(blocks, weights: blocks.map { _ in 1 }, itemCount: items.count)
    }

    /// Users whose number of events lies between the two percentiles, or everybody if there is no such user.
    static func users(of histories: UserHistories, _ hyperparameters: Hyperparameters) -> [Int] {
        let active = (0..<histories.count).filter { histories.offsets[$0] < histories.offsets[$0 + 1] }
        let lengths = active.map { histories.offsets[$0 + 1] - histories.offsets[$0] }
        let sorted = lengths.sorted()
        guard !sorted.isEmpty else { return [] }
        func length(at percentile: Double) -> Int { sorted[Int((percentile * Double(sorted.count - 1)).rounded())] }
        let shortest = length(at: hyperparameters.minimumHistoryPercentile)
        let longest = length(at: hyperparameters.maximumHistoryPercentile)
        let chosen = zip(active, lengths).filter { shortest <= $0.1 && $0.1 <= longest }.map(\.0)
        return chosen.isEmpty ? active : chosen
    }
}

/// How many items fit the closed-form parts.
struct MemoryPlan: Sendable {
    let closedFormItems: Int
    /// At the peak of training, beyond the data.
    let bytes: Int

    /// With m memories of the ridge there are m² + m square matrices at its peak, the Gram matrix and its right side; then m,
    /// the horizon's and what EASE takes, which is two. Per item of the catalogue there are the neighbours and some counts.
    init(itemCount: Int, closedFormLimit: Int, memoryLimit: Int, memories: Int) {
        let matrices = max(memories * memories + memories, memories + 3)
        let perItem = 2_048 * max(itemCount, 1)
        let left = max(memoryLimit - perItem, 1 << 20)
        let fitting = Int((Double(left) / Double(4 * matrices)).squareRoot())
        closedFormItems = max(min(itemCount, closedFormLimit, fitting), 1)
        bytes = perItem + 4 * matrices * closedFormItems * closedFormItems
    }
}

/// Trains the item-to-item models on some of the users.
struct ComponentTrainer: Sendable {
    struct Parameters: Sendable, Equatable {
        var ridge: SequentialRidge.Parameters
        var easeRegularization: Float
    }

    let histories: UserHistories
    let itemCount: Int
    let weights: NumberedEventWeights
    let hyperparameters: UserPersonalization.Hyperparameters
    let options: TrainingOptions
    /// Nil when there is nothing beside events.
    let side: SideData?
    /// Whether most users have so few events that what the models say of a user depends much on whether the user's own
    /// events were among those they were trained on. Held-out users are then like those who will be served only if their
    /// older events train.
    let hasShortHistories: Bool

    /// With fewer users an item is left to ``NearbyItems``.
    private static let minimumUsers: Float = 2
    /// From so many events on the newest tenth is more than one.
    private static let shortHistory = 15

    init(
        histories: UserHistories, users: [Int], itemCount: Int, weights: NumberedEventWeights,
        hyperparameters: UserPersonalization.Hyperparameters, options: TrainingOptions, side: SideData? = nil
    ) {
        self.histories = histories
        self.itemCount = itemCount
        self.weights = weights
        self.hyperparameters = hyperparameters
        self.options = options
        self.side = side
        let short = users.count { histories.offsets[$0 + 1] - histories.offsets[$0] < Self.shortHistory }
        hasShortHistories = 2 * short > users.count
    }

    var defaultParameters: Parameters {
        Parameters(
            ridge: .init(
                decays: hyperparameters.ridgeDecays, regularization: 150, window: hyperparameters.recentEvents,
                futureWeight: 0.1),
            easeRegularization: 300)
    }

    func sequences(of users: [Int], shortened: Set<Int> = []) -> ItemSequences {
        ItemSequences(histories, users: users, itemCount: itemCount, weights: weights, shortened: shortened)
    }

    func selection(of sequences: ItemSequences, limit: Int) -> ItemSelection {
        ItemSelection(userCounts: sequences.userCounts(), limit: limit, minimumUsers: Self.minimumUsers)
    }

    /// When some users met the items that are not left out.
    func moments(of users: [Int], selection: ItemSelection, without removed: Set<UInt32> = []) -> ItemMoments {
        ItemMoments(histories, users: users, selection: selection, itemCount: itemCount, without: removed)
    }

    /// - Parameters:
    ///   - shortened: Users whose newest tenth of events is left out.
    ///   - removed: Items that are left out as if nobody had met them.
    func components(
        of users: [Int], shortened: Set<Int> = [], closedFormItems: Int, parameters: Parameters,
        without removed: Set<UInt32> = []
    ) throws -> ItemComponents {
        let sequences = sequences(of: users, shortened: shortened).removing(removed)
        let selection = selection(of: sequences, limit: closedFormItems)
        let selected = sequences.restricted(to: selection)
        let occurrences = ItemOccurrences(selected)
        let userCounts = selected.userCounts()
        let ridge = try SequentialRidge.fit(
            occurrences, userCounts: userCounts, parameters: parameters.ridge, threads: options.threads)
        try Task.checkCancellation()
        let horizon = try SequentialRidge.fit(
            occurrences, userCounts: userCounts,
            parameters: ItemComponents.horizonParameters(decay: hyperparameters.horizonDecay), threads: options.threads)
        try Task.checkCancellation()
        let ease = try EASE.fit(
            occurrences, userCounts: userCounts, regularization: parameters.easeRegularization,
            threads: options.threads
        ).dense(threads: options.threads)
        try Task.checkCancellation()
        return ItemComponents(
            selection: selection, ridge: ridge, ease: ease, horizon: horizon,
            nearby: NearbyItems(
                ItemOccurrences(sequences), neighbourLimit: hyperparameters.hiddenDimension,
                threads: options.threads),
            userCounts: sequences.userCounts())
    }
}
