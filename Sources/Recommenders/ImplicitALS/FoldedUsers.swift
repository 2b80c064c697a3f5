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
/// A history has four slots, of which the one that was filled first is given up, so that memory is bounded and nothing has to be
/// searched or ordered.
final class FoldedUsers: Sendable {
    private struct Entry {
        let hash: UInt
        let history: [UInt32]
        let user: FoldedUser
    }

    private struct Slots {
        var entries = [Entry?](repeating: nil, count: FoldedUsers.setsPerShard * FoldedUsers.ways)
        /// Of each set, the slot that is filled next.
        var next = [UInt8](repeating: 0, count: FoldedUsers.setsPerShard)
    }

    private final class Shard: Sendable {
        let slots = Mutex(Slots())
    }

    private static let shardCount = 16
    private static let setsPerShard = 256
    private static let ways = 4
    private let shards = (0..<shardCount).map { _ in Shard() }

    /// The user of a history, from `solve` unless it is known.
    func user(of history: [UInt32], _ solve: () -> FoldedUser) -> FoldedUser {
        var hasher = Hasher()
        history.withUnsafeBytes { hasher.combine(bytes: $0) }
        let hash = UInt(bitPattern: hasher.finalize())
        let shard = shards[Int(hash % UInt(Self.shardCount))]
        let set = Int(hash / UInt(Self.shardCount) % UInt(Self.setsPerShard))
        let known = shard.slots.withLock { slots -> Entry? in
            for way in 0..<Self.ways {
                if let entry = slots.entries[set * Self.ways + way], entry.hash == hash { return entry }
            }
            return nil
        }
        if let known, known.history == history { return known.user }
        let user = solve()
        // What was there is released outside the lock.
        let before = shard.slots.withLock { slots in
            let slot = set * Self.ways + Int(slots.next[set])
            let before = slots.entries[slot]
            slots.entries[slot] = Entry(hash: hash, history: history, user: user)
            slots.next[set] = (slots.next[set] + 1) % UInt8(Self.ways)
            return before
        }
        withExtendedLifetime(before) {}
        return user
    }
}
