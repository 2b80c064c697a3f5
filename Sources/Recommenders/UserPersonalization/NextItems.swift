import Foundation
import LinearAlgebra

/// Rates the items that a user has not met: the blend of the components chooses candidates, and a regression over what is
/// known of them puts them in order.
struct NextItems: Sendable {
    let components: ItemComponents
    var settings: BlendSettings
    let moments: ItemMoments
    /// What items are like by the items dataset; nil when that says nothing.
    let content: ItemFeatures?
    /// What is known beside events; nil when nothing is.
    let side: SideInformation?
    /// Nil when there were too few users to learn from, or nothing to gain: the blend's own order stands.
    var ranker: ListwiseRegression?
    /// Items that were in the catalogue when the ranker was fitted; it does not rate those that came later.
    let rankedItemCount: Int
    let logUserCounts: [Float]
    /// Items that nobody has met and that have content.
    private let coldItems: [UInt32]
    private let features: CandidateFeatures

    /// Candidates at most by the blend, by the whole taste, by the time, and by content.
    private static let blendCount = 120
    private static let tasteCount = 40
    private static let timelyCount = 40
    private static let contentCount = 40
    private static let coldCount = 20
    /// By the user's attributes and the context.
    private static let situationCount = 40

    static func mostCandidates(hasSide: Bool) -> Int {
        blendCount + tasteCount + timelyCount + contentCount + coldCount + (hasSide ? situationCount : 0)
    }
    /// Items of a history after which its profile has faded to 1/e.
    private static let profileDecay: Float = 20

    init(
        components: ItemComponents, settings: BlendSettings, moments: ItemMoments, content: ItemFeatures?,
        side: SideInformation? = nil, ranker: ListwiseRegression? = nil, rankedItemCount: Int? = nil
    ) {
        self.components = components
        self.settings = settings
        self.moments = moments
        self.content = content
        self.side = side
        self.ranker = ranker
        self.rankedItemCount = rankedItemCount ?? components.userCounts.count
        logUserCounts = components.userCounts.map { log1pf($0) }
        features = CandidateFeatures(hasContent: content != nil, side: side?.features ?? .init())
        coldItems = components.userCounts.indices.filter {
            components.userCounts[$0] == 0 && (content?.squaredNorms[$0] ?? 0) > 0
        }.map { UInt32($0) }
    }

    /// One number per item of the catalogue, above 0 for what is worth listing; items of the history have -∞.
    ///
    /// With a ranker, candidates have their chance relative to the best one's, and everything else follows in the order of
    /// the blend.
    ///
    /// - Parameter time: When the list is wanted; nil for the time of the newest event.
    func relevance(of recent: RecentItems, in situation: Situation = .unknown, at time: Int64? = nil) -> [Float] {
        let scores = components.scores(recent, settings: settings)
        var blend = blend(scores, without: recent)
        guard let ranker else { return blend }
        let now = moment(of: recent, at: time)
        let candidates = candidates(recent, in: situation, now: now, scores: scores, blend: blend)
        var chances = Self.chances(ranker.logits(rows(candidates, recent: recent, now: now)))
        if rankedItemCount < components.userCounts.count { placeLaterItems(candidates, &chances) }
        let best = blend.max() ?? 0
        let scale = best > 0 ? Self.leastChance / (2 * best) : 1
        for item in blend.indices { blend[item] *= scale }
        for (item, chance) in zip(candidates.items, chances) { blend[Int(item)] = chance }
        return blend
    }

    /// The least that a candidate can have.
    private static let leastChance: Float = 1e-12

    /// Chances relative to the greatest.
    static func chances(_ logits: [Float]) -> [Float] {
        let greatest = logits.max() ?? 0
        return logits.map { max(expf($0 - greatest), leastChance) }
    }

    /// Items that came after the fit stand where the blend puts them.
    private func placeLaterItems(_ candidates: CandidateFeatures.Candidates, _ chances: inout [Float]) {
        let descending = chances.sorted(by: >)
        // The candidates of the blend come first, in its order.
        for place in candidates.items.indices.prefix(Self.blendCount)
        where Int(candidates.items[place]) >= rankedItemCount {
            chances[place] = descending[place]
        }
    }

    private func blend(_ scores: ItemComponents.Scores, without recent: RecentItems) -> [Float] {
        var blend = settings.blend(scores, selection: components.selection, logUserCounts: logUserCounts)
        for item in recent.items { blend[Int(item)] = -.infinity }
        return blend
    }

    /// The candidates of a history and their features, as the ranker sees them.
    func candidates(
        of recent: RecentItems, in situation: Situation
    ) -> (candidates: CandidateFeatures.Candidates, rows: [Float]) {
        let scores = components.scores(recent, settings: settings)
        let now = moment(of: recent, at: nil)
        let candidates = candidates(
            recent, in: situation, now: now, scores: scores, blend: blend(scores, without: recent))
        return (candidates, rows(candidates, recent: recent, now: now))
    }

    private func moment(of recent: RecentItems, at time: Int64?) -> Float {
        let newest = recent.entries.first?.timestamp ?? 0
        return moments.moment(of: max(time ?? newest, newest))
    }

    var featureNames: [String] { features.names }

    private func rows(_ candidates: CandidateFeatures.Candidates, recent: RecentItems, now: Float) -> [Float] {
        features.rows(candidates, recent: recent, now: now, components: components, moments: moments)
    }

    private func candidates(
        _ recent: RecentItems, in situation: Situation, now: Float, scores: ItemComponents.Scores, blend: [Float]
    ) -> CandidateFeatures.Candidates {
        let further = components.furtherScores(recent, settings: settings)
        var items = topIndices(of: blend, count: Self.blendCount).map { UInt32($0) }
        var chosen = Set(items).union(recent.items)
        func add(_ ranked: some Sequence<UInt32>, count: Int) {
            var added = 0
            for item in ranked where added < count && chosen.insert(item).inserted {
                items.append(item)
                added += 1
            }
        }
        let selected = components.selection.items
        let met = recent.items.count { components.selection.position(of: $0) != nil }
        let byTaste = topIndices(of: further.wholeEase, count: Self.blendCount + Self.tasteCount + min(met, 256))
        add(byTaste.map { selected[$0] }, count: Self.tasteCount)
        let history = Set(recent.items)
        let lack = components.lack(
            of: recent, wholeEase: further.wholeEase, unmet: byTaste.filter { !history.contains(selected[$0]) })
        add(moments.timelyItems(at: now), count: Self.timelyCount)

        var likeness: [Float] = []
        if let content {
            likeness = self.likeness(to: recent, content)
            let alike = topIndices(of: likeness, count: 2 * Self.contentCount + min(recent.items.count, 256))
            add(alike.map { UInt32($0) }, count: Self.contentCount)
            let cold = topIndices(of: coldItems.map { likeness[Int($0)] }, count: 2 * Self.coldCount)
            add(cold.map { coldItems[$0] }, count: Self.coldCount)
        }
        if let side, !situation.isUnknown {
            var usual = logUserCounts
            side.add(situation, to: &usual)
            let byOthers = topIndices(of: usual, count: 2 * Self.situationCount + Self.blendCount)
            add(byOthers.map { UInt32($0) }, count: Self.situationCount)
        }

        var newest = [Float](repeating: 0, count: components.userCounts.count)
        components.nearby.accumulate(recent: recent.items.prefix(1), into: &newest, scale: 1)
        func gather(_ values: [Float]) -> [Float] {
            items.map { item in components.selection.position(of: item).map { values[Int($0)] } ?? 0 }
        }
        let sideFeatures = sideFeatures(of: items, recent: recent, in: situation, wholeEase: further.wholeEase)
        return CandidateFeatures.Candidates(
            items: items, blend: items.map { blend[Int($0)] },
            components: [
                gather(scores.ridge), gather(further.newestRidge), gather(scores.ease), gather(further.newestEase),
                gather(further.wholeEase), items.map { scores.nearby[Int($0)] }, items.map { newest[Int($0)] },
                gather(scores.horizon),
            ], content: items.map { likeness.isEmpty ? 0 : likeness[Int($0)] }, lack: lack,
            side: sideFeatures)
    }

    /// In the order of ``CandidateFeatures/Side``.
    private func sideFeatures(
        of candidates: [UInt32], recent: RecentItems, in situation: Situation, wholeEase: [Float]
    ) -> [[Float]] {
        guard let side else { return [] }
        var features = side.users?.lifts(of: candidates, where: situation.user) ?? []
        features += side.contexts?.lifts(of: candidates, where: situation.context) ?? []
        if !side.values.isEmpty {
            features.append(candidates.map { side.values[Int($0)] })
            let valued = side.valuations(of: recent).map { components.valuedScores(recent, valuations: $0) }
            let scale = CandidateFeatures.scale(wholeEase)
            features.append(
                candidates.map { item in
                    guard let valued else { return .nan }
                    let score = components.selection.position(of: item).map { valued[Int($0)] } ?? 0
                    return min(max(score / scale, -6), 6)
                })
        }
        if !side.acceptances.isEmpty { features.append(candidates.map { side.acceptances[Int($0)] }) }
        return features
    }

    /// The cosine of each item with the faded mean of the history; 0 where nothing is known.
    private func likeness(to recent: RecentItems, _ content: ItemFeatures) -> [Float] {
        let weights = recent.items.prefix(256).enumerated().map { age, item in
            (item: Int(item), weight: expf(-Float(age) / Self.profileDecay))
        }
        guard let profile = content.profile(of: weights) else {
            return [Float](repeating: 0, count: components.userCounts.count)
        }
        let norm = profile.squaredNorm
        var products = content.products(with: profile)
        for item in products.indices where products[item] != 0 {
            products[item] = ContentBased.nearness(product: products[item], content.squaredNorms[item], norm, .cosine)
        }
        return products
    }
}

extension SideInformation {
    var features: CandidateFeatures.Side {
        CandidateFeatures.Side(
            userColumns: users?.values.columns.map(\.name) ?? [],
            contextColumns: contexts?.values.columns.map(\.name) ?? [], hasValues: !values.isEmpty,
            hasAcceptances: !acceptances.isEmpty)
    }
}
