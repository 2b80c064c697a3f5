package import Datasets
package import Recipes
package import Recommenders

extension Exploration {
    /// What a campaign explores: items that are younger than its cut-off, of the model or known to the items dataset only.
    ///
    /// O(items).
    ///
    /// - Parameter items: Those of the model, and those that were new before; new ones are added.
    /// - Returns: Nil when there is nothing to explore.
    package init?(
        of model: TrainedModel, ages: ItemAges, table: MetadataTable?, settings: ItemExploration,
        items: inout Vocabulary
    ) {
        guard settings.weight > 0 else { return nil }
        let created = CreationTimes(table)
        let trained = model.items.count
        let events = model.popularity.counts
        let young = (0..<trained).filter {
            ages.days(created: created[model.items[$0]], item: $0) <= settings.itemAgeCutOffDays
        }.map { Exploration.YoungItem(item: $0, events: events[$0]) }
        var new: [Int] = []
        for identifier in table?.identifiers.identifiers ?? []
        where model.items.index(of: identifier) == nil
            && ages.days(created: created[identifier], item: nil) <= settings.itemAgeCutOffDays
        {
            new.append(items.insert(identifier))
        }
        guard !young.isEmpty || !new.isEmpty else { return nil }
        let content = new.isEmpty ? nil : table.flatMap { NewItemContent($0, items: items, trainedCount: trained) }
        self.init(weight: settings.weight, young: young, new: new, content: content)
    }
}

/// `CREATION_TIMESTAMP` of the items of a table.
struct CreationTimes {
    private let table: MetadataTable?
    private let times: [Int64]

    init(_ table: MetadataTable?) {
        self.table = table
        if case .integers(let times) = table?[column: "CREATION_TIMESTAMP"]?.values {
            self.times = times
        } else {
            times = []
        }
    }

    /// Nil for a null, and for an item that is not in the table.
    subscript(identifier: String) -> Int64? {
        guard !times.isEmpty, let row = table?.row(of: identifier), times[row] != MetadataColumn.nullInteger else {
            return nil
        }
        return times[row]
    }
}
