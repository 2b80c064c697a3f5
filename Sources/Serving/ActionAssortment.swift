import ControlPlane
import Datasets
import Filters
import Foundation
import Recommenders
import Synchronization

/// The actions that a campaign chooses from, with what is known of them at one moment.
///
/// Its actions are those of the model, under their numbers there, then those that only the actions dataset has.
struct ActionAssortment: Sendable {
    let actions: Vocabulary
    let filters: FilterCatalogue
    private let isKnown: [Bool]
    private let expirations: [Int64?]
    private let repeatDays: [Int64?]
    private let values: [Int64?]

    /// O(actions).
    ///
    /// - Parameter table: The actions dataset; nil, when it is gone, leaves those of the model.
    init(_ trained: Vocabulary, table: MetadataTable?) {
        var actions = trained
        for action in table?.identifiers.identifiers ?? [] { actions.insert(action) }
        let rows = actions.identifiers.map { table?.row(of: $0) }
        func integers(_ names: String...) -> [Int64?] {
            let columns = names.compactMap { name -> [Int64]? in
                if case .integers(let column) = table?[column: name]?.values { column } else { nil }
            }
            return rows.map { row in
                row.flatMap { row in columns.map { $0[row] }.first { $0 != MetadataColumn.nullInteger } }
            }
        }
        isKnown = rows.map { $0 != nil || table == nil }
        expirations = integers("EXPIRATION_TIMESTAMP", "ACTION_EXPIRATION_TIMESTAMP")
        repeatDays = integers("REPEAT_FREQUENCY")
        values = integers("VALUE")
        filters = FilterCatalogue(items: actions, metadata: table)
        self.actions = actions
    }

    /// What an action is worth, from 1 to 10; 1 when nothing is said.
    func value(of action: Int) -> Int64 { min(max(values[action] ?? 1, 1), 10) }

    /// Whether an action can be recommended: it is in the dataset, has not expired, and as many days have passed since
    /// the user's last interaction with it as its `REPEAT_FREQUENCY` says (developer guide, "Preparing action metadata for
    /// training").
    func isOffered(_ action: Int, at time: Int64, lastEvent: Int64?) -> Bool {
        guard isKnown[action] else { return false }
        if let expiration = expirations[action], expiration <= time { return false }
        guard let lastEvent, let days = repeatDays[action], days > 0 else { return true }
        return Double(time) - Double(lastEvent) >= Double(days) * 86_400
    }
}

/// The newest assortment of a campaign, made again when the actions dataset has changed.
final class ActionAssortments: Sendable {
    private let newest = Mutex<(ServedActions, ActionAssortment)?>(nil)

    func assortment(
        of served: ServedActions, for model: TrainedModel, from source: any ActionSource
    ) async throws -> ActionAssortment {
        if let known = newest.withLock({ $0 }), known.0 == served { return known.1 }
        let made = ActionAssortment(model.items, table: try await source.actionTable(of: served))
        newest.withLock { $0 = (served, made) }
        return made
    }
}
