import ControlPlane
import Datasets
import Foundation
import Synchronization

/// What is known of the items and users of a dataset group.
struct GroupMetadata: Sendable {
    let items: MetadataTable?
    let users: MetadataTable?

    init(_ catalogue: ServedCatalogue) throws {
        items = try catalogue.items.map { try MetadataTable(contentsOf: $0) }
        users = try catalogue.users.map { try MetadataTable(contentsOf: $0) }
    }
}

/// The metadata of each dataset group that is served, read once per import.
final class MetadataCache: Sendable {
    private struct Entry {
        let catalogue: ServedCatalogue
        let metadata: Task<GroupMetadata, any Error>
    }

    private let entries = Mutex<[String: Entry]>([:])

    func isKept(of datasetGroupArn: String) -> Bool { entries.withLock { $0[datasetGroupArn] != nil } }

    /// The data of `catalogue`, which replaces what was kept of its group.
    func metadata(of catalogue: ServedCatalogue) async throws -> GroupMetadata {
        let group = catalogue.datasetGroupArn
        let task = entries.withLock { entries in
            if let entry = entries[group], entry.catalogue == catalogue { return entry.metadata }
            let task = Task.detached { try GroupMetadata(catalogue) }
            entries[group] = Entry(catalogue: catalogue, metadata: task)
            return task
        }
        do {
            return try await task.value
        } catch {
            // The next request tries again.
            entries.withLock { entries in
                if entries[group]?.catalogue == catalogue { entries[group] = nil }
            }
            throw error
        }
    }
}
