import ControlPlane
import Datasets
import Filters
import PersonalizeAPI
import Synchronization

/// The filters of one campaign, compiled for its items and their metadata.
final class CampaignFilters: Sendable {
    /// Compiled filters that are kept.
    private static let capacity = 64

    private struct State {
        var index: FilterCatalogue?
        /// By expression.
        var compiled: [String: CompiledFilter] = [:]
        /// The same by the object that was served, which stays alive here.
        var served: [ObjectIdentifier: (filter: ServedFilter, compiled: CompiledFilter)] = [:]
    }

    private let items: Vocabulary
    private let metadata: MetadataTable?
    private let state = Mutex(State())

    init(items: Vocabulary, metadata: MetadataTable?) {
        self.items = items
        self.metadata = metadata
    }

    /// What ``remember(_:as:)`` was told.
    func known(_ filter: ServedFilter) -> CompiledFilter? {
        state.withLock { $0.served[ObjectIdentifier(filter)]?.compiled }
    }

    /// - Parameter filter: Is of the catalogue that the metadata is from.
    func remember(_ filter: ServedFilter, as compiled: CompiledFilter) {
        state.withLock { state in
            if state.served.count >= Self.capacity { state.served.removeAll() }
            state.served[ObjectIdentifier(filter)] = (filter, compiled)
        }
    }

    /// - Throws: `PersonalizeError` when the expression of the filter is not valid.
    func compiled(_ filter: ServedFilter) throws -> CompiledFilter {
        let known = state.withLock { state in (state.index, state.compiled[filter.expression]) }
        if let compiled = known.1 { return compiled }
        // Outside the lock, so that requests with other filters go on; two may do the same work at the same time.
        let index = known.0 ?? FilterCatalogue(items: items, metadata: metadata)
        let expression: FilterExpression
        do {
            expression = try FilterExpression(parsing: filter.expression)
        } catch {
            throw PersonalizeError.invalidInput("The filter \(filter.arn) cannot be used: \(error)")
        }
        let compiled = CompiledFilter(expression, catalogue: index, eventsPerType: filter.limits.eventsPerType)
        state.withLock { state in
            state.index = index
            if state.compiled.count >= Self.capacity { state.compiled.removeAll() }
            state.compiled[filter.expression] = compiled
        }
        return compiled
    }
}
