import Datasets
import Foundation

extension UserPersonalization: StorableRecommender {
    func tensors() -> [SafetensorsWriter.Tensor] {
        let components = next.components
        return [
            .init("closed_form.items", components.selection.items),
            .init("ridge.decays", next.settings.ridgeDecays),
            .init("ridge.weights", components.ridge),
            .init("ease.weights", components.ease),
            .init("horizon.weights", components.horizon),
            .init("nearby.offsets", components.nearby.offsets.map(Int64.init)),
            .init("nearby.neighbours", components.nearby.neighbours),
            .init("nearby.similarities", components.nearby.similarities),
            .init("items.users", components.userCounts),
            .init("items.events", popularity.counts),
            .init("blend.settings", next.settings.stored),
            .init("repeats.event_types", repeats.eventTypes),
            .init("repeats.weights", repeats.regression.weights),
            .init("ranks.weights", ranks.regression.weights),
            .init("ranker.means", next.ranker?.means ?? []),
            .init("ranker.deviations", next.ranker?.deviations ?? []),
            .init("ranker.weights", next.ranker?.weights ?? []),
            .init("ranker.items", [Int64(next.rankedItemCount)]),
            .init("content.present", [Float(next.content == nil ? 0 : 1)]),
        ] + next.moments.tensors() + (next.content?.tensors() ?? []) + (next.side?.tensors() ?? [])
    }

    init(file: SafetensorsFile, items: Vocabulary, eventTypes: Vocabulary) throws(ModelError) {
        let name = "weights.safetensors"
        let selected = try file.array("closed_form.items", of: UInt32.self)
        guard selected.allSatisfy({ Int($0) < items.count }), Set(selected).count == selected.count else {
            throw .damaged(file: name, reason: "'closed_form.items' names items that do not exist")
        }
        guard
            let nearby = NearbyItems(
                offsets: try file.array("nearby.offsets", of: Int64.self).map(Int.init),
                neighbours: try file.array("nearby.neighbours", of: UInt32.self),
                similarities: try file.array("nearby.similarities", of: Float.self), itemCount: items.count)
        else { throw .damaged(file: name, reason: "the neighbour lists do not fit together") }
        guard
            let settings = BlendSettings(
                stored: try file.array("blend.settings", of: Float.self),
                ridgeDecays: try file.array("ridge.decays", of: Float.self))
        else {
            throw .damaged(file: name, reason: "'blend.settings' or 'ridge.decays' is not usable")
        }
        let types = try file.array("repeats.event_types", of: UInt16.self)
        guard types.allSatisfy({ $0 < 64 }) else {
            throw .damaged(file: name, reason: "'repeats.event_types' is not usable")
        }
        let repeatWeights = try file.array(
            "repeats.weights", of: Double.self, count: RepeatModel.featureCount(eventTypes: types.count))
        let rankWeights = try file.array("ranks.weights", of: Double.self, count: RankCalibration.featureCount)
        let components = ItemComponents(
            selection: ItemSelection(items: selected, itemCount: items.count),
            ridge: try file.matrix(
                "ridge.weights", rows: selected.count * settings.ridgeDecays.count, columns: selected.count),
            ease: try file.matrix("ease.weights", rows: selected.count, columns: selected.count),
            horizon: try file.matrix("horizon.weights", rows: selected.count, columns: selected.count), nearby: nearby,
            userCounts: try file.array("items.users", of: Float.self, count: items.count))
        let hasContent = try file.array("content.present", of: Float.self, count: 1).first == 1
        let side = try SideInformation(file: file, itemCount: items.count)
        let means = try file.array("ranker.means", of: Float.self)
        let featureCount =
            means.isEmpty ? 0 : CandidateFeatures(hasContent: hasContent, side: side?.features ?? .init()).count
        let deviations = try file.array("ranker.deviations", of: Float.self, count: featureCount)
        let weights = try file.array("ranker.weights", of: Float.self, count: featureCount)
        guard means.count == featureCount else {
            throw .damaged(file: name, reason: "the ranker has another number of features")
        }
        let ranked = try file.array("ranker.items", of: Int64.self, count: 1).first ?? -1
        guard (0...Int64(items.count)).contains(ranked) else {
            throw .damaged(file: name, reason: "'ranker.items' is not a number of items")
        }
        let next = NextItems(
            components: components, settings: settings,
            moments: try ItemMoments(file: file, selection: components.selection, itemCount: items.count),
            content: hasContent ? try ItemFeatures(file: file, itemCount: items.count) : nil, side: side,
            ranker: means.isEmpty ? nil : ListwiseRegression(means: means, deviations: deviations, weights: weights),
            rankedItemCount: Int(ranked))
        self.init(
            items: items, eventTypes: eventTypes, next: next,
            repeats: RepeatModel(eventTypes: types, regression: LogisticRegression(weights: repeatWeights)),
            ranks: RankCalibration(regression: LogisticRegression(weights: rankWeights)),
            popularity: Popularity(
                items: items, counts: try file.array("items.events", of: Float.self, count: items.count)),
            learned: [:])
    }
}

extension ItemMoments {
    fileprivate func tensors() -> [SafetensorsWriter.Tensor] {
        [
            .init("moments.edges", edges),
            .init(
                "moments.items",
                items.flatMap { [$0.birth, $0.moment, $0.momentVariance, $0.stage, $0.stageVariance] }),
            .init("moments.rates", rates),
        ]
    }

    fileprivate init(file: SafetensorsFile, selection: ItemSelection, itemCount: Int) throws(ModelError) {
        let stored = try file.array("moments.items", of: Float.self, count: 5 * itemCount)
        let items = (0..<itemCount).map { item in
            Item(
                birth: stored[5 * item], moment: stored[5 * item + 1], momentVariance: stored[5 * item + 2],
                stage: stored[5 * item + 3], stageVariance: stored[5 * item + 4])
        }
        self.init(
            edges: try file.array("moments.edges", of: Int64.self), items: items,
            rates: try file.array(
                "moments.rates", of: Float.self, count: selection.items.count * ItemMoments.binCount),
            selection: selection)
    }
}

extension BlendSettings {
    fileprivate var stored: [Float] {
        [
            Float(window), easeDecay, easeWeight, nearbyWeight, popularityDiscount, ridgeScale, easeScale, nearbyScale,
            tailDiscount, horizonWeight, horizonScale, horizonDecay,
        ]
    }

    fileprivate init?(stored: [Float], ridgeDecays: [Float]) {
        guard stored.count == 12, (stored + ridgeDecays).allSatisfy(\.isFinite), (1...1_000_000).contains(stored[0]),
            stored[1] > 0, stored[11] > 0, (1...4).contains(ridgeDecays.count), ridgeDecays.allSatisfy({ $0 > 0 })
        else { return nil }
        self.init(
            window: Int(stored[0]), ridgeDecays: ridgeDecays, easeDecay: stored[1], horizonDecay: stored[11],
            easeWeight: stored[2], horizonWeight: stored[9], nearbyWeight: stored[3], popularityDiscount: stored[4],
            tailDiscount: stored[8], ridgeScale: stored[5], easeScale: stored[6], horizonScale: stored[10],
            nearbyScale: stored[7])
    }
}
