import ControlPlane
import Datasets
import Filters
import PersonalizeAPI
import Synchronization

/// The filters of one campaign, compiled for its model's items and the newest metadata.
final class CampaignFilters: Sendable {
    /// Compiled filters that are kept.
    private static let capacity = 64

    private struct State {
        var catalogue: ServedCatalogue?
        var index: FilterCatalogue?
        /// By expression.
        var compiled: [String: CompiledFilter] = [:]
    }

    private let items: Vocabulary
    private let state = Mutex(State())

    init(items: Vocabulary) { self.items = items }

    /// - Throws: `PersonalizeError` when the expression of the filter is not valid.
    func compiled(_ filter: ServedFilter, metadata: GroupMetadata) throws -> CompiledFilter {
        let known = state.withLock { state in
            state.catalogue == filter.catalogue ? (state.index, state.compiled[filter.expression]) : (nil, nil)
        }
        if let compiled = known.1 { return compiled }
        // Outside the lock, so that requests with other filters go on; two may do the same work at the same time.
        let index = known.0 ?? FilterCatalogue(items: items, metadata: metadata.items)
        let expression: FilterExpression
        do {
            expression = try FilterExpression(parsing: filter.expression)
        } catch {
            throw PersonalizeError.invalidInput("The filter \(filter.arn) cannot be used: \(error)")
        }
        let compiled = CompiledFilter(expression, catalogue: index, eventsPerType: filter.limits.eventsPerType)
        state.withLock { state in
            if state.catalogue != filter.catalogue {
                state = State(catalogue: filter.catalogue, index: index)
            }
            if state.compiled.count >= Self.capacity { state.compiled.removeAll() }
            state.compiled[filter.expression] = compiled
        }
        return compiled
    }
}
