import ControlPlane
import Datasets
import Synchronization

/// What is known of the items, users and actions of a dataset group at one moment.
struct GroupMetadata: Sendable {
    let catalogue: ServedCatalogue
    let snapshots: [DatasetType: MetadataSnapshot]
    /// Higher for what was read later.
    let version: Int

    var items: MetadataTable? { snapshots[.items]?.table }
    var users: MetadataTable? { snapshots[.users]?.table }
    var actions: MetadataTable? { snapshots[.actions]?.table }

    func schema(of type: DatasetType) -> DatasetSchema? { snapshots[type]?.schema }

    /// Nothing is known.
    static func none(of datasetGroupArn: String) -> GroupMetadata {
        GroupMetadata(catalogue: ServedCatalogue(datasetGroupArn: datasetGroupArn), snapshots: [:], version: 0)
    }
}

/// The metadata of each dataset group that has a campaign or recommender here.
final class MetadataCache: Sendable {
    private struct Entry {
        let catalogue: ServedCatalogue
        let metadata: Task<GroupMetadata, any Error>
    }

    private struct State {
        var entries: [String: Entry] = [:]
        var version = 0
    }

    private let source: any CatalogueSource
    private let state = Mutex(State())

    init(source: any CatalogueSource) { self.source = source }

    /// The data of `catalogue`, which replaces what was kept of its group.
    func metadata(of catalogue: ServedCatalogue) async throws -> GroupMetadata {
        let task = state.withLock { state in
            if let entry = state.entries[catalogue.datasetGroupArn], entry.catalogue == catalogue {
                return entry.metadata
            }
            return read(catalogue, &state)
        }
        return try await value(of: task, catalogue)
    }

    /// Reads all of a dataset group anew.
    func reload(_ catalogue: ServedCatalogue) async throws -> GroupMetadata {
        try await value(of: state.withLock { read(catalogue, &$0) }, catalogue)
    }

    /// Adds what is new: O(new records) reading, and O(rows) where there are any.
    func update(_ datasetGroupArn: String) async throws -> GroupMetadata {
        let catalogue = try await source.servedCatalogue(ofDatasetGroup: datasetGroupArn)
        let known = try await metadata(of: catalogue)
        var snapshots: [DatasetType: MetadataSnapshot] = [:]
        var isChanged = false
        for (type, dataset) in catalogue.datasets {
            let snapshot = try await source.snapshot(of: dataset, since: known.snapshots[type])
            isChanged = isChanged || snapshot.position != known.snapshots[type]?.position
            snapshots[type] = snapshot
        }
        guard isChanged else { return known }
        let newest = snapshots
        return state.withLock { state in
            state.version += 1
            let metadata = GroupMetadata(catalogue: catalogue, snapshots: newest, version: state.version)
            // An import that finished meanwhile has read these records, too.
            if state.entries[datasetGroupArn]?.catalogue == catalogue {
                state.entries[datasetGroupArn] = Entry(catalogue: catalogue, metadata: Task { metadata })
            }
            return metadata
        }
    }

    func forget(_ datasetGroupArn: String) { state.withLock { $0.entries[datasetGroupArn] = nil } }

    func isKept(of datasetGroupArn: String) -> Bool { state.withLock { $0.entries[datasetGroupArn] != nil } }

    private func read(_ catalogue: ServedCatalogue, _ state: inout State) -> Task<GroupMetadata, any Error> {
        state.version += 1
        let version = state.version
        let task = Task.detached { [source] in
            var snapshots: [DatasetType: MetadataSnapshot] = [:]
            for (type, dataset) in catalogue.datasets {
                snapshots[type] = try await source.snapshot(of: dataset, since: nil)
            }
            return GroupMetadata(catalogue: catalogue, snapshots: snapshots, version: version)
        }
        state.entries[catalogue.datasetGroupArn] = Entry(catalogue: catalogue, metadata: task)
        return task
    }

    private func value(
        of task: Task<GroupMetadata, any Error>, _ catalogue: ServedCatalogue
    ) async throws -> GroupMetadata {
        do {
            return try await task.value
        } catch {
            // The next request tries again.
            state.withLock { state in
                if state.entries[catalogue.datasetGroupArn]?.catalogue == catalogue {
                    state.entries[catalogue.datasetGroupArn] = nil
                }
            }
            throw error
        }
    }
}
