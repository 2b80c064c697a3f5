import Datasets
package import Recommenders

/// When the items of a model appeared, in seconds since 1970.
package struct ItemAges: Sendable {
    /// The newest event of the training data, from which ages are counted; nil without events.
    package let newestEvent: Int64?
    /// The oldest event of each item; `Int64.max` for an item without events.
    private let firstEvents: [Int64]

    /// O(events).
    package init(_ model: TrainedModel) {
        var first = [Int64](repeating: .max, count: model.items.count)
        for (item, time) in zip(model.histories.items, model.histories.timestamps)
        where time < first[Int(item)] { first[Int(item)] = time }
        firstEvents = first
        newestEvent = model.histories.timestamps.max()
    }

    /// The age of an item when the model was trained, in days; below 0 for one that appeared later.
    ///
    /// Counted from its creation, else from its oldest event; an item with neither counts as created at the newest event
    /// (developer guide, "Creation timestamp data").
    ///
    /// - Parameters:
    ///   - created: `CREATION_TIMESTAMP`, if it is known.
    ///   - item: The number in the model; nil for an item that was not in the training data.
    package func days(created: Int64?, item: Int?) -> Double {
        // Without events ages are only compared with each other.
        guard let newestEvent else { return created.map { -Double($0) / 86_400 } ?? 0 }
        let first = item.flatMap { firstEvents.indices.contains($0) ? firstEvents[$0] : nil }
        let birth = created ?? first.flatMap { $0 == .max ? nil : $0 } ?? newestEvent
        return (Double(newestEvent) - Double(birth)) / 86_400
    }
}
