package import Datasets
package import Recipes
package import Recommenders

/// What the exploration of a campaign does to one item of a user's list, found by drawing many lists as requests do.
package struct ExplorationEffect: Sendable {
    /// When the model was trained; below 0 for an item that appeared later.
    package let ageDays: Double
    /// Events on the item in the training data.
    package let events: Float
    /// Whether the item is young enough to be explored.
    package let isExplored: Bool
    /// The part of the lists with exploration that show the item.
    package let chance: Double
    /// The middle of its ranks in lists with exploration, and those that a tenth of the lists fall below and above; nil when
    /// most lists cannot hold it.
    package let ranks: (lowTenth: Int, median: Int, highTenth: Int)?

    /// - Parameters:
    ///   - item: An item of the model or of the table.
    ///   - scores: The model's, -∞ for items that must not be recommended.
    ///   - places: The length of the list.
    /// - Returns: Nil for an item that neither the model nor the table knows.
    package init?(
        on item: String, of model: TrainedModel, table: MetadataTable?, scores: [Float], places: Int,
        settings: ItemExploration, draws: Int = 1_000, seed: UInt64 = 0
    ) {
        let known = model.items.index(of: item)
        guard known != nil || table?.row(of: item) != nil else { return nil }
        let ages = ItemAges(model)
        ageDays = ages.days(created: CreationTimes(table)[item], item: known)
        events = known.map { model.popularity.counts[$0] } ?? 0
        var items = model.items
        let exploration = Exploration(of: model, ages: ages, table: table, settings: settings, items: &items)
        isExplored = settings.weight > 0 && ageDays <= settings.itemAgeCutOffDays
        guard let number = items.index(of: item) else {
            (chance, ranks) = (0, nil)
            return
        }
        var generator = SeededGenerator(seed: seed)
        var found: [Int] = []
        for _ in 0..<max(draws, 1) {
            let drawn =
                exploration?.sample(
                    scores, itemCount: items.count, places: places, isAllowed: { _ in true }, using: &generator
                ).scores ?? scores
            guard drawn.indices.contains(number), drawn[number] > -.infinity else { continue }
            let own = drawn[number]
            found.append(1 + drawn.indices.count { drawn[$0] > own || drawn[$0] == own && $0 < number })
        }
        chance = Double(found.count { $0 <= places }) / Double(max(draws, 1))
        guard found.count * 2 > draws else {
            ranks = nil
            return
        }
        let sorted = found.sorted()
        ranks = (sorted[sorted.count / 10], sorted[sorted.count / 2], sorted[sorted.count * 9 / 10])
    }
}
