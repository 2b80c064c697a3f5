import Datasets
import Foundation
import LinearAlgebra

/// Learns to order candidates from events that the components have not seen.
///
/// A part of the users is held out, the components are trained on the others, and the held-out users' candidates become
/// lists; then the next part, until there are enough lists. Where histories are short, the held-out users' older events
/// train as well. With an items dataset a few items are held out, too, so that the lists show what an item without events is
/// worth. The ranker is used only when, fitted on half of the users, it orders the other half's candidates no worse than the
/// blend does.
struct RankerTraining: Sendable {
    let ranker: ListwiseRegression
    let tailDiscount: Float
    let ranks: RankCalibration
    let learned: [String: Double]

    /// What a held-out user is asked.
    private struct Question: Sendable {
        let recent: RecentItems
        let targets: Set<UInt32>
        let situation: Situation
        var rewards: [UInt32: Float] = [:]
        let weight: Double
        let kind: Kind

        enum Kind: CaseIterable {
            /// The newest tenth, by which the ranker is judged.
            case newest
            /// The very last item.
            case last
            /// What follows the first few events.
            case beginning
            /// A random fifth of the user's items.
            case taste
        }
    }

    /// What a part's users are asked of components that know some of their events.
    private struct Pass: Sendable {
        /// Those whose older events train.
        let known: Set<Int>
        let asks: Set<Question.Kind>

        /// Where histories are short, what comes next is asked of components that know who asks, as they will when they
        /// serve, and what comes after the first events of components that do not, as with somebody new.
        static func passes(of heldOut: Set<Int>, hasShortHistories: Bool) -> [Pass] {
            guard hasShortHistories else { return [Pass(known: [], asks: Set(Question.Kind.allCases))] }
            return [Pass(known: heldOut, asks: [.newest]), Pass(known: [], asks: [.beginning])]
        }
    }

    private struct List: Sendable {
        let question: Question
        let user: Int
        let items: [UInt32]
        let blend: [Float]
        let logUserCounts: [Float]
        let rows: [Float]

        /// Nil when nothing can be learned from it, nor the ranker judged by it.
        init?(_ question: Question, of user: Int, from next: NextItems) {
            let (candidates, rows) = next.candidates(of: question.recent, in: question.situation)
            guard question.kind == .newest || candidates.items.contains(where: question.targets.contains) else {
                return nil
            }
            self.question = question
            self.user = user
            self.rows = rows
            items = candidates.items
            blend = candidates.blend
            logUserCounts = items.map { next.logUserCounts[Int($0)] }
        }
    }

    /// Held-out users at most, of short histories, which make fewer lists, and of others; and parts of users in which they
    /// are held out.
    private static let mostUsers = (short: 2_000, usual: 800)
    /// Lists of a user, at most on average.
    private static let userLists = (short: 1.5, usual: 3.5)
    private static let mostParts = 5
    /// With fewer lists the verdict is noise.
    private static let fewestLists = 60
    /// Items of the models that are trained to learn from.
    private static let searchItems = 2_048
    /// Of how many items one is held out, when there are features to know it by.
    private static let coldShare = 20
    /// Lists beside those of the newest tenth: of the very next item, of a history that has just begun, and of a random fifth
    /// of all items of a user, so that the ranker does not forget taste where order does not tell.
    private static let lastWeight = 0.5
    private static let beginningWeight = 0.2
    /// Of the last kind the greatest is taken that costs no more than a little of what is found of the newest tenth.
    private static let tasteWeights = [0.3, 0.6, 1]
    private static let tasteTolerance = 0.02

    /// Bytes that lists take; none where memory is short.
    static func bytes(memoryLimit: Int) -> Int { min(200 << 20, max(memoryLimit - (64 << 20), 0) / 8) }

    /// Nil when there are too few users, or nothing to gain.
    init?(
        _ shuffledUsers: [Int], trainer: ComponentTrainer, plan: MemoryPlan, choice: SettingsChoice,
        content: ItemFeatures?
    ) throws {
        let lists = try Self.lists(
            shuffledUsers, trainer: trainer, plan: plan, choice: choice, content: content)
        guard lists.count(where: { $0.question.kind == .newest }) >= Self.fewestLists else { return nil }
        let options = trainer.options
        try options.advance(to: 0.58, "learning to rank")
        let features = Self.features(trainer, content)
        let next = lists.filter { $0.question.kind == .newest }
        let blendGain = Self.meanGain(next, threads: options.threads) { $0.blend }
        let taste = lists.filter { $0.question.kind == .taste }
        var tried: [Trial] = []
        func tryOut(_ lists: [List], tasteWeight: Double, share: Float = 1) throws {
            let halves = try [0, 1].map { half in
                try Self.fit(
                    lists.filter { $0.user % 2 == half }, tasteWeight: tasteWeight, features: features,
                    share: share, threads: options.threads)
            }
            func gain(_ asked: [List]) -> Double {
                Self.meanGain(asked, threads: options.threads) { halves[1 - $0.user % 2].logits($0.rows) }
            }
            tried.append(
                Trial(
                    lists: lists, tasteWeight: tasteWeight, share: share, gain: gain(next), tasteGain: gain(taste)))
            try options.advance(
                to: 0.585, "learning to rank",
                measurements: [
                    "ranker_validation_ndcg_at_25": tried[tried.count - 1].gain,
                    "blend_validation_ndcg_at_25": blendGain,
                ])
        }
        for weight in taste.isEmpty ? [0] : Self.tasteWeights { try tryOut(lists, tasteWeight: weight) }
        func best() -> Double { tried.map(\.gain).max() ?? 0 }
        // Where histories are short, nothing but beginnings tells how to serve somebody new.
        if best() < blendGain, !trainer.hasShortHistories {
            try tryOut(lists.filter { [.newest, .last].contains($0.question.kind) }, tasteWeight: 0)
        }
        if best() < blendGain, let trial = tried.max(by: { $0.gain < $1.gain }) {
            try tryOut(trial.lists, tasteWeight: trial.tasteWeight, share: 0.5)
        }
        // Nothing but the ranker brings items that nobody has met into a list.
        let least = content == nil ? blendGain : 0.97 * blendGain
        guard best() >= least,
            let chosen = tried.last(where: { $0.gain >= max((1 - Self.tasteTolerance) * best(), least) })
        else { return nil }
        let gain = chosen.gain
        let ranker = try Self.fit(
            chosen.lists, tasteWeight: chosen.tasteWeight, features: features, share: chosen.share,
            threads: options.threads)
        self.ranker = ranker
        let tail = Self.tailDiscount(
            next, ranker: ranker, settings: choice.settings, tolerance: trainer.hyperparameters.coverageTolerance,
            threads: options.threads)
        tailDiscount = tail
        ranks = try Self.calibration(
            next, ranker: ranker, settings: choice.settings.withTailDiscount(tail), threads: options.threads)
        var learned = [
            "ranker_validation_ndcg_at_25": gain, "blend_validation_ndcg_at_25": blendGain,
            "ranker_users": Double(next.count), "tail_discount": Double(tail),
            "ranker_share": Double(chosen.share), "ranker_taste_weight": chosen.tasteWeight,
            "ranker_taste_validation_ndcg_at_25": chosen.tasteGain,
        ]
        for (name, weight) in zip(features.names, ranker.weights) {
            learned["ranker_weight_of_\(name)"] = Double(weight)
        }
        self.learned = learned
    }

    /// What a ranker that was fitted on half of the users finds for the other half.
    private struct Trial {
        let lists: [List]
        let tasteWeight: Double
        /// How far the order goes from the blend's towards what the lists say.
        let share: Float
        let gain: Double
        let tasteGain: Double
    }

    private static func features(_ trainer: ComponentTrainer, _ content: ItemFeatures?) -> CandidateFeatures {
        CandidateFeatures(hasContent: content != nil, side: trainer.side?.features ?? .init())
    }

    private static func lists(
        _ shuffledUsers: [Int], trainer: ComponentTrainer, plan: MemoryPlan, choice: SettingsChoice,
        content: ItemFeatures?
    ) throws -> [List] {
        let options = trainer.options
        let features = features(trainer, content)
        let listBytes = 4 * features.count * NextItems.mostCandidates(hasSide: trainer.side != nil)
        let isShort = trainer.hasShortHistories
        // Each list is there as it is, among the examples and scaled.
        let userBytes = 3 * Double(listBytes) * (isShort ? userLists.short : userLists.usual)
        let affordable = Int(Double(bytes(memoryLimit: options.effectiveMemoryLimit)) / userBytes)
        let users = min(isShort ? mostUsers.short : mostUsers.usual, affordable, shuffledUsers.count)
        let asked = max(choice.heldOutUsers, min(trainer.hyperparameters.validationUsers, SettingsChoice.usualUsers))
        let size = min(shuffledUsers.count / 5, asked * 4 / 5, users)
        guard size > 0, users >= fewestLists else { return [] }
        let parts = min(mostParts, users / size)
        let settings = choice.settings.withTailDiscount(0)
        var lists: [List] = []
        for part in 0..<parts {
            try options.advance(
                to: 0.54 + 0.04 * Double(part) / Double(parts), "training without part \(part + 1) of \(parts)")
            let heldOut = Array(shuffledUsers[(part * size)..<((part + 1) * size)])
            let isHeldOut = Set(heldOut)
            let others = shuffledUsers.filter { !isHeldOut.contains($0) }.sorted()
            let coldItems = content == nil ? [] : Self.coldItems(part, itemCount: trainer.itemCount, seed: options.seed)
            for pass in Pass.passes(of: isHeldOut, hasShortHistories: isShort) {
                let components = try trainer.components(
                    of: (others + pass.known).sorted(), shortened: pass.known,
                    closedFormItems: min(plan.closedFormItems, searchItems), parameters: choice.parameters,
                    without: coldItems)
                let next = NextItems(
                    components: components, settings: settings,
                    moments: trainer.moments(of: others, selection: components.selection, without: coldItems),
                    content: content, side: trainer.sideInformation(of: others, without: coldItems))
                lists += Parallel.map(heldOut.count, threads: options.threads) { index in
                    questions(of: heldOut[index], number: part * size + index, trainer: trainer)
                        .filter { pass.asks.contains($0.kind) }
                        .compactMap { List($0, of: heldOut[index], from: next) }
                }.joined()
            }
        }
        return lists
    }

    private static func coldItems(_ part: Int, itemCount: Int, seed: UInt64) -> Set<UInt32> {
        var generator = SeededGenerator(seed: seed ^ (0xC01D_0000 + UInt64(part)))
        return Set((0..<itemCount).filter { _ in generator.index(below: coldShare) == 0 }.map { UInt32($0) })
    }

    private static func questions(of user: Int, number: Int, trainer: ComponentTrainer) -> [Question] {
        let history = trainer.histories[user]
        var questions: [Question] = []
        if let next = BlendSearch.Case(history, itemCount: trainer.itemCount, weights: trainer.weights) {
            let newest = HeldOutEvents.newestTenth(of: history).input.count..<history.count
            let (situation, targets) = trainer.situation(of: user, events: Array(newest), targets: next.targets)
            questions.append(
                Question(
                    recent: next.recent, targets: targets, situation: situation, rewards: next.rewards, weight: 1,
                    kind: .newest))
        }
        func ask(_ kind: Question.Kind, _ input: [Int], _ events: [Int], weight: Double) {
            let known = input.map { history.items[$0] }
            let wanted = Set(events.map { history.items[$0] }).subtracting(known)
            guard !input.isEmpty, !wanted.isEmpty else { return }
            let (situation, targets) = trainer.situation(of: user, events: events, targets: wanted)
            questions.append(
                Question(
                    recent: RecentItems(history.selecting(input), itemCount: trainer.itemCount), targets: targets,
                    situation: situation, weight: weight, kind: kind))
        }
        ask(
            .last, Array(0..<max(history.count - 1, 0)), Array(history.items.indices.suffix(1)), weight: lastWeight)
        let beginning = [1, 2, 4, 8][number % 4]
        if history.count > beginning + 1, number % 8 < 4 {
            let end = min(history.count, beginning + 5)
            ask(.beginning, Array(0..<beginning), Array(beginning..<end), weight: 2 * beginningWeight)
        }
        let distinct = Set(history.items).sorted()
        if distinct.count >= 5 {
            var generator = SeededGenerator(seed: trainer.options.seed ^ (0x7A57_E000 + UInt64(user)))
            let chosen = generator.permutation(of: distinct.count).prefix(distinct.count / 5).map { distinct[$0] }
            let targets = Set(chosen)
            let events = Array(history.items.indices)
            ask(
                .taste, events.filter { !targets.contains(history.items[$0]) },
                events.filter { targets.contains(history.items[$0]) }, weight: 1)
        }
        return questions
    }

    private static func fit(
        _ lists: [List], tasteWeight: Double, features: CandidateFeatures, share: Float, threads: Int
    ) throws -> ListwiseRegression {
        var examples = ListwiseRegression.Examples(featureCount: features.count)
        for list in lists {
            let question = list.question
            let gains = list.items.map { question.targets.contains($0) ? question.rewards[$0] ?? 1 : 0 }
            examples.append(list.rows, gains: gains, weight: question.kind == .taste ? tasteWeight : question.weight)
        }
        var prior = [Float](repeating: 0, count: features.count)
        prior[CandidateFeatures.blendFeature] = 1
        return try ListwiseRegression(
            fitting: examples, prior: prior, supporting: CandidateFeatures.supporting,
            penalty: 2 / Double(max(examples.count, 1)), threads: threads
        ).shrunk(towards: prior, share: share)
    }

    private static func meanGain(
        _ lists: [List], threads: Int, score: @Sendable (List) -> [Float]
    ) -> Double {
        let gains = Parallel.map(lists.count, threads: threads) { index in
            gain(of: topIndices(of: score(lists[index]), count: BlendSearch.depth), in: lists[index])
        }
        return gains.reduce(0, +) / Double(max(lists.count, 1))
    }

    private static func gain(of top: [Int], in list: List) -> Double {
        BlendSearch.gain(
            of: top.map { list.items[$0] }, targets: list.question.targets, rewards: list.question.rewards)
    }

    /// The discount that shows most of the catalogue and costs no more than the tolerance.
    private static func tailDiscount(
        _ lists: [List], ranker: ListwiseRegression, settings: BlendSettings, tolerance: Double, threads: Int
    ) -> Float {
        var best: Float = 0
        var (first, mostShown) = ((gain: 0.0, hits: 0.0), 0)
        for discount in [0, 0.1, 0.2, 0.3, 0.45, 0.6, 0.8, 1] as [Float] where discount == 0 || tolerance > 0 {
            let settings = settings.withTailDiscount(discount)
            let shown = Parallel.map(lists.count, threads: threads) { index -> (gain: Double, items: [UInt32]) in
                let list = lists[index]
                let top = order(list, ranker: ranker, settings: settings, count: BlendSearch.depth)
                return (gain(of: top, in: list), top.map { list.items[$0] })
            }
            let total = shown.reduce(0.0) { $0 + $1.gain }
            var hits = 0.0
            for (list, (_, items)) in zip(lists, shown) {
                hits += Double(items.count(where: list.question.targets.contains))
            }
            let count = shown.reduce(into: Set<UInt32>()) { $0.formUnion($1.items) }.count
            if discount == 0 { first = (max(total, 1e-9), max(hits, 1e-9)) }
            // The gain hardly feels the end of a list, where all of the loss is.
            let kept = (total / first.gain + hits / first.hits) / 2
            if kept >= 1 - tolerance, count > mostShown { (best, mostShown) = (discount, count) }
        }
        return best
    }

    private static func order(
        _ list: List, ranker: ListwiseRegression, settings: BlendSettings, count: Int
    ) -> [Int] {
        var chances = NextItems.chances(ranker.logits(list.rows))
        settings.widen(&chances, logUserCounts: list.logUserCounts)
        return topIndices(of: chances, count: count)
    }

    private static func calibration(
        _ lists: [List], ranker: ListwiseRegression, settings: BlendSettings, threads: Int
    ) throws -> RankCalibration {
        let orders = Parallel.map(lists.count, threads: threads) {
            order(lists[$0], ranker: ranker, settings: settings, count: RankCalibration.depth)
        }
        var examples = LogisticRegression.Examples(featureCount: RankCalibration.featureCount)
        for (list, order) in zip(lists, orders) {
            for (rank, index) in order.enumerated() {
                let item = list.items[index]
                examples.append(
                    RankCalibration.features(rank: rank, distinctItems: list.question.recent.entries.count),
                    outcome: list.question.targets.contains(item), weight: Double(list.question.rewards[item] ?? 1))
            }
        }
        return RankCalibration(regression: try LogisticRegression(fitting: examples, penalty: 0.1, threads: threads))
    }
}

extension History {
    /// The events at some places, in the order given; columns must be as long as the items.
    fileprivate func selecting(_ places: [Int]) -> History {
        History(
            items: places.map { items[$0] }, timestamps: places.map { timestamps[$0] },
            eventTypes: places.map { eventTypes[$0] }, eventValues: places.map { eventValues[$0] })
    }
}
