import Synchronization

/// What follows from resources, by a name, kept until a resource changes.
final class ResourceCache<Value: Sendable>: Sendable {
    private struct Entry {
        let changes: Int
        let value: Value
    }

    private static var capacity: Int { 1_000 }

    private let changes: ResourceChanges
    private let entries = Mutex<[String: Entry]>([:])

    init(changes: ResourceChanges) { self.changes = changes }

    /// What was found since the last change; nil when nothing was.
    func known(_ name: String) -> Value? {
        let changes = changes.count
        return entries.withLock { $0[name] }.flatMap { $0.changes == changes ? $0.value : nil }
    }

    /// What `find` gives, or gave since the last change; what it throws is not kept.
    func value(_ name: String, _ find: () async throws -> Value) async throws -> Value {
        let changes = changes.count
        if let entry = entries.withLock({ $0[name] }), entry.changes == changes { return entry.value }
        let value = try await find()
        entries.withLock { entries in
            if entries.count >= Self.capacity { entries.removeAll() }
            entries[name] = Entry(changes: changes, value: value)
        }
        return value
    }
}
