import Synchronization

/// Values of which an owner may have few, remembered so that each is looked up once.
///
/// A value that is admitted counts at once, before it is stored: two requests at the same time cannot both bring the last
/// one.
final class DistinctValues: Sendable {
    private struct Entry {
        let version: String
        var values: Set<String>
    }

    private let entries = Mutex<[String: Entry]>([:])

    /// Which of `values` would be one too many; nil when all are admitted, and none is otherwise.
    ///
    /// - Parameters:
    ///   - version: When it changes, the owner's values are read anew.
    ///   - read: The values that are stored.
    func excess(
        of values: Set<String>, owner: String, version: String, limit: Int, read: () async throws -> Set<String>
    ) async throws -> String? {
        if let known = known(owner, version), values.isSubset(of: known) { return nil }
        if known(owner, version) == nil {
            let stored = try await read()
            entries.withLock { entries in
                if entries[owner]?.version != version { entries[owner] = Entry(version: version, values: stored) }
            }
        }
        return entries.withLock { entries in
            guard var entry = entries[owner] else { return nil }
            for value in values.sorted() where !entry.values.contains(value) {
                guard entry.values.count < limit else { return value }
                entry.values.insert(value)
            }
            entries[owner] = entry
            return nil
        }
    }

    func forget(_ owner: String) { entries.withLock { _ = $0.removeValue(forKey: owner) } }

    private func known(_ owner: String, _ version: String) -> Set<String>? {
        entries.withLock { $0[owner].flatMap { $0.version == version ? $0.values : nil } }
    }
}
