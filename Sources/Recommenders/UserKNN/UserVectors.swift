import Datasets

/// A sparse vector over the items for each user, and where each item stands in them.
struct UserVectors: Sendable {
    /// User u's entries are at `offsets[u]..<offsets[u + 1]`, by item.
    private let offsets: [Int]
    private let items: [UInt32]
    /// Empty when all are 1.
    private let values: [Float]
    /// |x|² of each user.
    let squaredNorms: [Float]
    /// Item i's entries are at `itemOffsets[i]..<itemOffsets[i + 1]` of ``places``, by user.
    private let itemOffsets: [Int]
    private let places: [Int]
    private let owners: [UInt32]

    var count: Int { offsets.count - 1 }

    /// Bytes of making them: entries with room to grow, their places and owners, one user's events.
    static func memory(_ histories: UserHistories, itemCount: Int, hasValues: Bool) -> Int {
        (hasValues ? 28 : 20) * histories.eventCount + 8 * histories.eventValues.count + 24 * histories.count
            + 16 * itemCount + 128 * histories.longest
    }

    /// - Parameter meanValue: Stands for a missing value; nil makes every entry 1.
    init(_ histories: UserHistories, itemCount: Int, meanValue: Float?) {
        var offsets = [0]
        var items: [UInt32] = []
        var values: [Float] = []
        for user in 0..<histories.count {
            for (item, value) in Self.vector(of: histories[user], itemCount: itemCount, meanValue: meanValue) {
                items.append(item)
                if meanValue != nil { values.append(value) }
            }
            offsets.append(items.count)
        }
        self.init(checkedOffsets: offsets, items: items, values: values, itemCount: itemCount)
    }

    private init(checkedOffsets offsets: [Int], items: [UInt32], values: [Float], itemCount: Int) {
        self.offsets = offsets
        self.items = items
        self.values = values
        var itemOffsets = [Int](repeating: 0, count: itemCount + 1)
        for item in items { itemOffsets[Int(item) + 1] += 1 }
        for item in 0..<itemCount { itemOffsets[item + 1] += itemOffsets[item] }
        var next = itemOffsets
        var places = [Int](repeating: 0, count: items.count)
        var owners = [UInt32](repeating: 0, count: items.count)
        var norms: [Float] = []
        for user in 0..<(offsets.count - 1) {
            var norm: Float = 0
            for place in offsets[user]..<offsets[user + 1] {
                let value = values.isEmpty ? 1 : values[place]
                norm += value * value
                owners[place] = UInt32(truncatingIfNeeded: user)
                places[next[Int(items[place])]] = place
                next[Int(items[place])] += 1
            }
            norms.append(norm)
        }
        squaredNorms = norms
        self.itemOffsets = itemOffsets
        self.places = places
        self.owners = owners
    }

    /// A history's entries by item: 1, or the newest finite value.
    static func vector(
        of history: History, itemCount: Int, meanValue: Float?
    ) -> [(item: UInt32, value: Float)] {
        var newest: [UInt32: Float] = [:]
        for (event, item) in history.items.enumerated() where Int(item) < itemCount {
            let value = event < history.eventValues.count ? history.eventValues[event] : .nan
            newest[item] = meanValue == nil ? 1 : value.isFinite ? value : newest[item] ?? .nan
        }
        return newest.keys.sorted().map { item in
            let value = newest[item] ?? .nan
            return (item, value.isFinite ? value : meanValue ?? 1)
        }
    }

    func forEach(of user: Int, _ body: (_ item: Int, _ value: Float) -> Void) {
        for place in offsets[user]..<offsets[user + 1] { body(Int(items[place]), values.isEmpty ? 1 : values[place]) }
    }

    func forEachUser(of item: Int, _ body: (_ user: Int, _ value: Float) -> Void) {
        for index in itemOffsets[item]..<itemOffsets[item + 1] {
            let place = places[index]
            body(Int(owners[place]), values.isEmpty ? 1 : values[place])
        }
    }
}

extension UserVectors {
    func tensors() -> [SafetensorsWriter.Tensor] {
        [
            .init("users.offsets", offsets.map(Int64.init)), .init("users.items", items),
            .init("users.values", values),
        ]
    }

    init(file: SafetensorsFile, itemCount: Int) throws(ModelError) {
        let offsets = try file.array("users.offsets", of: Int64.self).map(Int.init)
        let items = try file.array("users.items", of: UInt32.self)
        let values = try file.array("users.values", of: Float.self)
        guard offsets.first == 0, offsets.last == items.count, values.isEmpty || values.count == items.count,
            zip(offsets, offsets.dropFirst()).allSatisfy({ $0 <= $1 }), items.allSatisfy({ Int($0) < itemCount })
        else { throw .damaged(file: "weights.safetensors", reason: "the users' vectors do not fit together") }
        self.init(checkedOffsets: offsets, items: items, values: values, itemCount: itemCount)
    }
}
