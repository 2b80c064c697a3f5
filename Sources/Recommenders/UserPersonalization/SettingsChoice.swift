import Datasets
import Foundation
import LinearAlgebra

/// What held-out users say: regularisation, decays, blend weights and the scale of new items.
struct SettingsChoice: Sendable {
    private(set) var parameters: ComponentTrainer.Parameters
    private(set) var settings: BlendSettings
    private(set) var ranks = RankCalibration.unfitted
    private(set) var learned: [String: Double] = [:]
    /// How many users were held out.
    let heldOutUsers: Int

    /// Below this many held-out users with something to find, their verdict is noise and defaults stand.
    private static let fewestCases = 20
    /// Items of the models that are trained to choose decays and regularisation, and of those to choose the blend: the choice
    /// does not need the whole catalogue.
    private static let parameterItems = 1_024
    private static let searchItems = 2_048
    /// Floats that the held-out users' component scores may take.
    private static let scoreBudget = 32_000_000
    /// Held-out users that are enough when together they have so many events to be found.
    static let usualUsers = 500
    private static let usualEvents = 8_000

    init(_ shuffledUsers: [Int], trainer: ComponentTrainer, plan: MemoryPlan) throws {
        parameters = trainer.defaultParameters
        settings = BlendSettings(
            window: trainer.hyperparameters.recentEvents, ridgeDecays: parameters.ridge.decays,
            easeDecay: trainer.hyperparameters.recencyMask ? 20 : .greatestFiniteMagnitude,
            horizonDecay: trainer.hyperparameters.horizonDecay)
        heldOutUsers = Self.heldOutUsers(shuffledUsers, trainer: trainer)
        let heldOut = shuffledUsers.prefix(heldOutUsers)
        let cases = heldOut.compactMap { user -> BlendSearch.Case? in
            let history = trainer.histories[user]
            guard var known = BlendSearch.Case(history, itemCount: trainer.itemCount, weights: trainer.weights) else {
                return nil
            }
            // What comes next is asked for more often than all that comes after it.
            let targets = known.targets
            known.first = history.items.first(where: targets.contains)
            return known
        }
        guard cases.count >= Self.fewestCases, heldOutUsers < shuffledUsers.count else {
            try setDefaultScales(shuffledUsers, trainer: trainer, plan: plan)
            return
        }
        let users =
            trainer.hasShortHistories
            ? Users(all: shuffledUsers.sorted(), shortened: Set(heldOut))
            : Users(all: shuffledUsers.dropFirst(heldOutUsers).sorted())
        try chooseParameters(cases: cases, users: users, trainer: trainer, plan: plan)
        try chooseSettings(cases: cases, users: users, trainer: trainer, plan: plan)
    }

    /// Whom the models are trained on by which settings are chosen.
    private struct Users {
        let all: [Int]
        /// Held-out users whose older events train.
        var shortened: Set<Int> = []
    }

    private static func heldOutUsers(_ shuffledUsers: [Int], trainer: ComponentTrainer) -> Int {
        let most = min(
            shuffledUsers.count / 4, trainer.hyperparameters.validationUsers,
            max(scoreBudget / max(trainer.itemCount, 1), fewestCases))
        let offsets = trainer.histories.offsets
        var (users, events) = (0, 0)
        while users < most, users < usualUsers || events < usualEvents {
            let user = shuffledUsers[users]
            let count = offsets[user + 1] - offsets[user]
            events += count - HeldOutEvents.keptCount(of: count)
            users += 1
        }
        return users
    }

    /// Decay and regularisation of each closed-form component by itself.
    private mutating func chooseParameters(
        cases: [BlendSearch.Case], users: Users, trainer: ComponentTrainer, plan: MemoryPlan
    ) throws {
        let options = trainer.options
        let sequences = trainer.sequences(of: users.all, shortened: users.shortened)
        let selection = trainer.selection(of: sequences, limit: min(plan.closedFormItems, Self.parameterItems))
        let selected = sequences.restricted(to: selection)
        let occurrences = ItemOccurrences(selected)
        let userCounts = selected.userCounts()
        func reader(ridge: Matrix = Matrix(rows: 0, columns: 0)) -> ItemComponents {
            ItemComponents(
                selection: selection, ridge: ridge, ease: Matrix(rows: 0, columns: 0),
                horizon: Matrix(rows: 0, columns: 0), nearby: .none(itemCount: trainer.itemCount),
                userCounts: userCounts)
        }
        let search = BlendSearch(
            cases: cases, logUserCounts: sequences.userCounts().map { log1pf($0) }, threads: options.threads)

        func gain(_ score: @Sendable (RecentItems) -> [Float]) -> Double {
            search.evaluate { index in
                let scores = score(cases[index].recent)
                var dense = [Float](repeating: -.infinity, count: trainer.itemCount)
                for (position, item) in selection.items.enumerated() { dense[Int(item)] = scores[position] }
                return dense
            }.gain
        }

        var bestGain = -1.0
        func tryRidge(_ candidate: SequentialRidge.Parameters) throws {
            let weights = try SequentialRidge.fit(
                occurrences, userCounts: userCounts, parameters: candidate, threads: options.threads)
            let reader = reader(ridge: weights)
            let found = gain { reader.ridgeScore($0, candidate.decays[...], window: candidate.window) }
            if found > bestGain * 1.01 { (parameters.ridge, bestGain) = (candidate, found) }
        }
        let defaults = trainer.defaultParameters.ridge
        for (step, decays) in trainer.hyperparameters.ridgeCandidates.enumerated() {
            try options.advance(to: 0.05 + 0.06 * Double(step), "choosing how fast a history fades")
            var candidate = defaults
            candidate.decays = decays
            try tryRidge(candidate)
        }
        for (step, regularization) in ([50, 450] as [Float]).enumerated() {
            try options.advance(to: 0.25 + 0.03 * Double(step), "choosing regularisation")
            var candidate = parameters.ridge
            candidate.regularization = regularization
            try tryRidge(candidate)
        }
        for (step, futureWeight) in ([0, 0.3] as [Float]).enumerated() {
            try options.advance(to: 0.32 + 0.02 * Double(step), "choosing how far to look ahead")
            var candidate = parameters.ridge
            candidate.futureWeight = futureWeight
            try tryRidge(candidate)
        }
        learned["ridge_future_weight"] = Double(parameters.ridge.futureWeight)
        learned["ridge_validation_ndcg_at_25"] = bestGain

        bestGain = -1
        let gram = EASE.gram(occurrences, userCounts: userCounts, threads: options.threads)
        for (step, regularization) in ([300, 100, 900] as [Float]).enumerated() {
            try options.advance(to: 0.36 + 0.03 * Double(step), "choosing regularisation")
            let weights = try EASE.fit(
                occurrences, gram: gram, userCounts: userCounts, regularization: regularization,
                threads: options.threads
            ).dense(threads: options.threads)
            let (reader, decay) = (reader(), settings.easeDecay)
            let found = gain { reader.score(weights, $0.items[...], decay: decay) }
            if found > bestGain * 1.01 { (parameters.easeRegularization, bestGain) = (regularization, found) }
        }
        learned["ease_validation_ndcg_at_25"] = bestGain
        learned["ridge_newest_decay"] = parameters.ridge.decays.first.map(Double.init)
        learned["ridge_decay"] = parameters.ridge.decays.last.map(Double.init)
        learned["ridge_regularization"] = Double(parameters.ridge.regularization)
        learned["ease_regularization"] = Double(parameters.easeRegularization)
        settings.ridgeDecays = parameters.ridge.decays
    }

    /// Blend weights, and what a rank is worth.
    private mutating func chooseSettings(
        cases: [BlendSearch.Case], users: Users, trainer: ComponentTrainer, plan: MemoryPlan
    ) throws {
        let options = trainer.options
        try options.advance(to: 0.45, "training without the held-out events")
        let components = try trainer.components(
            of: users.all, shortened: users.shortened,
            closedFormItems: min(plan.closedFormItems, Self.searchItems), parameters: parameters)
        try options.advance(to: 0.52, "choosing blend weights")
        let search = BlendSearch(
            cases: cases, logUserCounts: components.userCounts.map { log1pf($0) }, threads: options.threads)
        let result = try search.settings(
            startingFrom: settings, components: components,
            easeDecays: trainer.hyperparameters.recencyMask ? [5, 10, 20, 50, 200] : [],
            coverageTolerance: trainer.hyperparameters.coverageTolerance)
        settings = result.settings
        learned["validation_ndcg_at_25"] = result.gain
        learned["validation_users"] = Double(cases.count)
        learned["ease_decay"] = Double(settings.easeDecay)
        learned["ease_weight"] = Double(settings.easeWeight)
        learned["horizon_weight"] = Double(settings.horizonWeight)
        learned["nearby_weight"] = Double(settings.nearbyWeight)
        learned["popularity_discount"] = Double(settings.popularityDiscount)
        learned["tail_discount"] = Double(settings.tailDiscount)
        ranks = try Self.calibration(search, components: components, settings: settings)
    }

    private static func calibration(
        _ search: BlendSearch, components: ItemComponents, settings: BlendSettings
    ) throws -> RankCalibration {
        let tops = Parallel.map(search.cases.count, threads: search.threads) { index in
            let scores = search.list(
                of: index, components.scores(search.cases[index].recent, settings: settings), components, settings)
            return search.unseenTop(scores, of: index, count: RankCalibration.depth)
        }
        var examples = LogisticRegression.Examples(featureCount: RankCalibration.featureCount)
        for (index, top) in tops.enumerated() {
            for (rank, item) in top.enumerated() {
                examples.append(
                    RankCalibration.features(rank: rank, distinctItems: search.cases[index].recent.entries.count),
                    outcome: search.cases[index].targets.contains(UInt32(item)),
                    weight: Double(search.cases[index].rewards[UInt32(item)] ?? 1))
            }
        }
        return RankCalibration(
            regression: try LogisticRegression(fitting: examples, penalty: 0.1, threads: search.threads))
    }

    /// Without held-out users only the components' scales are taken from the data, on the training users themselves.
    private mutating func setDefaultScales(
        _ users: [Int], trainer: ComponentTrainer, plan: MemoryPlan
    ) throws {
        let components = try trainer.components(
            of: users.sorted(), closedFormItems: min(plan.closedFormItems, Self.searchItems), parameters: parameters)
        let cases = users.prefix(100).map { user in
            BlendSearch.Case(
                recent: RecentItems(trainer.histories[user], itemCount: trainer.itemCount), targets: [], history: [])
        }
        let search = BlendSearch(
            cases: cases, logUserCounts: components.userCounts.map { log1pf($0) }, threads: trainer.options.threads)
        settings = try search.settings(
            startingFrom: settings, components: components, easeDecays: [], coverageTolerance: 0
        ).settings
    }
}

extension NearbyItems {
    /// No item has a neighbour.
    static func none(itemCount: Int) -> NearbyItems {
        NearbyItems(
            ItemOccurrences(ItemSequences([[UInt32]](), itemCount: itemCount)), neighbourLimit: 0, threads: 1)
    }
}
