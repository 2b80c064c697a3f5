import Datasets
import Filters
import Foundation
import LinearAlgebra
import Recommenders

/// Finds the users of each line of a batch segment job.
///
/// Users are rated for a group of lines at once; a group is as large as `memoryLimit` lets its ratings and its answers
/// be.
struct UserSegments: Sendable {
    static let defaultCount = 25
    private static let memoryLimit = 256 << 20
    /// What an identifier is taken to need in an answer.
    private static let bytesPerUser = 32

    let model: TrainedModel
    let affinity: ItemAffinity
    /// What lines say.
    let queries: Queries
    /// Nil lets all users pass.
    let filter: Filter?
    let count: Int

    enum Queries: Sendable {
        case items
        case attributes(of: FilterCatalogue, schema: Datasets.DatasetSchema)
    }

    struct Filter: Sendable {
        let compiled: CompiledFilter
        /// Of all users: an item's number stands for a user's.
        let context: FilterContext
    }

    /// Lines that can be answered at once.
    var groupSize: Int {
        let listed = min(count, model.users.count)
        let bytes = model.users.count * MemoryLayout<Float>.stride + listed * Self.bytesPerUser
        return min(max(Self.memoryLimit / max(bytes, 1), 1), 256)
    }

    /// The users of each line, most likely first.
    func segments(for lines: [InputLine]) -> [Result<[String], BatchLineError>] {
        let asked = lines.map { line in
            Result { () throws(BatchLineError) in
                let request = try BatchLine(parsing: line)
                return (items: try items(of: request), allowed: try allowedUsers(request))
            }
        }
        let scores = affinity.userScores(
            forEach: asked.map { (try? $0.get().items) ?? [] }, histories: model.histories)
        return Parallel.map(lines.count) { index in
            asked[index].map { request in
                var ratings = scores.row(index)
                if let allowed = request.allowed {
                    for user in ratings.indices where !allowed.contains(user) { ratings[user] = -.infinity }
                }
                return topIndices(of: ratings, count: count).map { model.users[$0] }
            }
        }
    }

    private func items(of line: BatchLine) throws(BatchLineError) -> [Int] {
        switch queries {
        case .items:
            guard let identifier = line.itemId, !identifier.isEmpty else { throw BatchLineError("itemId is missing.") }
            guard let item = model.items.index(of: identifier) else {
                throw BatchLineError("The item \(identifier) has no interactions in the training data.")
            }
            return [item]
        case .attributes(let catalogue, let schema):
            guard let text = line.itemAttributes, !text.isEmpty else {
                throw BatchLineError("itemAttributes is missing.")
            }
            let items: ItemSet
            do {
                let expression = try FilterExpression(itemAttributes: text, of: schema)
                items = try CompiledFilter(expression, catalogue: catalogue).allowedItems(for: FilterContext())
            } catch {
                throw BatchLineError("itemAttributes: \(error)")
            }
            let numbers = (0..<items.universe).filter { items.contains($0) }
            guard !numbers.isEmpty else {
                throw BatchLineError("itemAttributes: no item with interactions in the training data has them.")
            }
            return numbers
        }
    }

    private func allowedUsers(_ line: BatchLine) throws(BatchLineError) -> ItemSet? {
        guard let filter else {
            guard line.filterValues?.isEmpty ?? true else {
                throw BatchLineError("filterValues is given, but the job has no filter.")
            }
            return nil
        }
        do {
            return try filter.compiled.allowedItems(for: filter.context, values: line.filterValues ?? [:])
        } catch {
            throw BatchLineError("filterValues: \(error)")
        }
    }
}

extension UserSegments.Filter {
    /// - Parameter users: What is known of the users.
    init(_ served: ServedFilter, model: TrainedModel, users: MetadataTable?) throws(FilterMistake) {
        let expression = try FilterExpression(parsing: served.expression)
        // A user has an event of a type or not, whichever of them are the newest.
        compiled = CompiledFilter(
            expression, catalogue: FilterCatalogue(items: model.users, metadata: users), eventsPerType: .max)
        context = FilterContext(history: Self.events(of: model.histories), eventTypes: model.eventTypes)
    }

    /// The types of the events that each user has, each once.
    private static func events(of histories: UserHistories) -> History {
        var events = History()
        guard !histories.eventTypes.isEmpty else { return events }
        for user in 0..<histories.count {
            let types = Set(histories.eventTypes[histories.offsets[user]..<histories.offsets[user + 1]])
            for type in types.sorted() where type != .max {
                events.append(item: UInt32(truncatingIfNeeded: user), timestamp: 0, eventType: type)
            }
        }
        return events
    }
}
