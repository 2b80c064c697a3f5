import Synchronization

/// The user of a history that was folded in.
struct FoldedUser: Sendable {
    /// Empty when nothing of the history is known.
    let vector: [Float]
    /// ln Σ e^score over the catalogue.
    let logSum: Double
}

/// The users of histories that were folded in of late, for users who come back before anything new has happened.
///
/// A slot keeps the history that was put there last, so that memory is bounded and nothing has to be searched or ordered.
final class FoldedUsers: Sendable {
    private struct Entry {
        let history: [UInt32]
        let user: FoldedUser
    }

    private final class Shard: Sendable {
        let entries = Mutex([Entry?](repeating: nil, count: FoldedUsers.slotsPerShard))
    }

    private static let shardCount = 16
    private static let slotsPerShard = 1_024
    private let shards = (0..<shardCount).map { _ in Shard() }

    /// The user of a history, from `solve` unless it is known.
    func user(of history: [UInt32], _ solve: () -> FoldedUser) -> FoldedUser {
        var hasher = Hasher()
        history.withUnsafeBytes { hasher.combine(bytes: $0) }
        let hash = UInt(bitPattern: hasher.finalize())
        let shard = shards[Int(hash % UInt(Self.shardCount))]
        let slot = Int(hash / UInt(Self.shardCount) % UInt(Self.slotsPerShard))
        if let entry = shard.entries.withLock({ $0[slot] }), entry.history == history { return entry.user }
        let user = solve()
        // What was there is released outside the lock.
        let before = shard.entries.withLock { entries in
            let before = entries[slot]
            entries[slot] = Entry(history: history, user: user)
            return before
        }
        withExtendedLifetime(before) {}
        return user
    }
}
