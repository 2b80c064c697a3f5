import Datasets

/// `model.json`: what a model is and what it was made from.
public struct ModelManifest: Codable, Sendable, Equatable {
    /// The version of the directory's layout, and of what the recipe keeps in it.
    public var format: Int
    public var recipe: String
    /// As they were given; names that are missing had their default.
    public var hyperparameters: [String: String]
    public var seed: UInt64
    public var trainingData: TrainingDataIdentity
    /// What training chose or fitted on held-out users: a decay, a regularisation, a blend weight.
    public var learned: [String: Double]

    /// Enough to tell whether two models were trained on the same interactions.
    public struct TrainingDataIdentity: Codable, Sendable, Equatable {
        public var users: Int
        public var items: Int
        public var interactions: Int
        /// 64-bit FNV-1a over the columns and the identifiers, in hexadecimal.
        public var checksum: String
    }
}

extension Algorithm {
    /// What ``ModelManifest/format`` is of the models that are written and read.
    var modelFormat: Int {
        switch self {
        // 2: the ridge has several memories.
        case .userPersonalization, .userPersonalizationV2: 2
        default: 1
        }
    }
}

extension ModelManifest.TrainingDataIdentity {
    init(_ interactions: Interactions, histories: UserHistories) {
        var hash = FNV1a()
        for vocabulary in [interactions.users, interactions.items, interactions.eventTypes] {
            for identifier in vocabulary.identifiers {
                for byte in identifier.utf8 { hash.add(UInt64(byte)) }
                hash.add(0xFF)
            }
        }
        for offset in histories.offsets { hash.add(UInt64(offset)) }
        for item in histories.items { hash.add(UInt64(item)) }
        for timestamp in histories.timestamps { hash.add(UInt64(bitPattern: timestamp)) }
        for type in histories.eventTypes { hash.add(UInt64(type)) }
        for value in histories.eventValues { hash.add(UInt64(value.bitPattern)) }
        let digits = String(hash.value, radix: 16)
        self.init(
            users: interactions.users.count, items: interactions.items.count, interactions: histories.eventCount,
            checksum: String(repeating: "0", count: 16 - digits.count) + digits)
    }
}

/// Fowler–Noll–Vo hash, variant 1a, fed with 64-bit words.
private struct FNV1a {
    private(set) var value: UInt64 = 0xcbf2_9ce4_8422_2325

    mutating func add(_ word: UInt64) {
        value = (value ^ word) &* 0x0000_0100_0000_01b3
        // Words differ in high bits too, which one multiplication only moves upward.
        value ^= value >> 32
    }
}
