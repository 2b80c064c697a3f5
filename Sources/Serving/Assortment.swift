import ControlPlane
import Datasets
import PersonalizeAPI
import Recipes
import Recommenders
import Synchronization

/// The items that a campaign chooses from, with what is known of them at one moment.
///
/// Its items are those of the model, then young ones that only the items dataset knows. An item keeps its number for as
/// long as the campaign has its model, whatever comes after.
final class Assortment: Sendable {
    let metadata: GroupMetadata
    let items: Vocabulary
    /// Items below this number are those of the model.
    let trainedCount: Int
    /// Nil when the campaign does not explore, or there is nothing to explore.
    let exploration: Exploration?
    /// What is added to the scores of the model's items; nil without ranking influence.
    let influence: [Float]?
    /// Nil without ``ListOptions/freshnessBoost``.
    let freshness: FreshnessBoost?
    /// Nil without ``ListOptions/categoryMaximum``, and when its column is gone.
    let categories: ItemCategories?
    let filters: CampaignFilters

    /// O(items).
    ///
    /// - Parameter items: Those of the model, and those that were new before.
    init(
        _ model: TrainedModel, ages: ItemAges, items known: Vocabulary, metadata: GroupMetadata,
        exploring settings: ItemExploration?, influence weights: RankingInfluence?, options: ListOptions
    ) {
        let table = metadata.items
        let created = CreationTimes(table)
        var items = known
        let trained = model.items.count
        let trainedAges = (0..<trained).map { ages.days(created: created[model.items[$0]], item: $0) }
        let events = model.popularity.counts
        exploration = settings.flatMap {
            Exploration(of: model, ages: ages, table: table, settings: $0, items: &items)
        }
        influence = weights?.offsets(events: events, ages: trainedAges)
        freshness =
            options.freshnessBoost > 0
            ? FreshnessBoost(
                options.freshnessBoost,
                ages: trainedAges
                    + (trained..<items.count).map { ages.days(created: created[items[$0]], item: nil) }) : nil
        categories = options.categoryMaximum.flatMap { ItemCategories($0.column, of: items, in: table) }
        filters = CampaignFilters(items: items, metadata: table)
        trainedCount = trained
        self.items = items
        self.metadata = metadata
    }
}

/// The newest assortment of a campaign.
final class Assortments: Sendable {
    private let model: TrainedModel
    private let ages: ItemAges
    private let exploration: ItemExploration?
    private let influence: RankingInfluence?
    private let options: ListOptions
    private let newest: Mutex<Assortment>
    /// Held while an assortment is made, so that each goes on from the one before; requests do not wait for it.
    private let making = Mutex(())

    init(
        _ model: TrainedModel, ages: ItemAges, exploring exploration: ItemExploration?,
        influence: RankingInfluence?, options: ListOptions, metadata: GroupMetadata
    ) {
        self.model = model
        self.ages = ages
        self.exploration = exploration
        self.influence = influence
        self.options = options
        newest = Mutex(
            Assortment(
                model, ages: ages, items: model.items, metadata: metadata, exploring: exploration,
                influence: influence, options: options))
    }

    var current: Assortment { newest.withLock { $0 } }

    /// Goes on with newer metadata; does nothing with older.
    func publish(_ metadata: GroupMetadata) {
        making.withLock { _ in
            let before = current
            guard metadata.version > before.metadata.version else { return }
            let next = Assortment(
                model, ages: ages, items: before.items, metadata: metadata, exploring: exploration,
                influence: influence, options: options)
            newest.withLock { $0 = next }
        }
    }
}
