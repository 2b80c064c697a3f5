/// How often items were shown at each place of a list, and how often they were taken from it.
///
/// What is expected of an item is corrected for where it was shown: the sum, over the lists that showed it, of the part of
/// all lists from which something was taken at that place. Sources: W. V. Zhang and R. Jones, "Comparing Click Logs and
/// Editorial Labels for Training Query Rewriting", WWW 2007 workshop on query log analysis (clicks over expected clicks);
/// D. Agarwal, B.-C. Chen and P. Elango, "Spatio-Temporal Models for Estimating Click-through Rate", WWW 2009.
package struct ImpressionCounts: Sendable {
    static let places = AnsweredLists.itemsPerList
    /// Lists of the average rate that stand in for what is not known of a place.
    private static let smoothing: Float = 10
    /// Lists of which it is remembered that they were counted, in each of two generations.
    private static let rememberedLists = 200_000

    private struct Item {
        /// By place, as far as the item was shown.
        var shown: [UInt32] = []
        var taken: UInt32 = 0

        mutating func show(at place: Int) {
            while shown.count <= place { shown.append(0) }
            shown[place] &+= 1
        }
    }

    private var items: [String: Item] = [:]
    private var shown = [Float](repeating: 0, count: places)
    private var taken = [Float](repeating: 0, count: places)
    /// The places at which something was taken, as bits, of each list that was counted.
    private var young: [Int: UInt32] = [:]
    private var old: [Int: UInt32] = [:]

    package init() {}

    package var isEmpty: Bool { items.isEmpty }

    /// A list counts once, and an item of it is taken once, however many events tell of it.
    package mutating func add(_ impression: Impression) {
        var places: UInt32 = 0
        if let known = young[impression.list] ?? old[impression.list] {
            places = known
        } else {
            for (place, item) in impression.items.enumerated() {
                shown[place] += 1
                items[item, default: Item()].show(at: place)
            }
        }
        if let item = impression.taken, let place = impression.items.firstIndex(of: item), places & 1 << place == 0 {
            places |= 1 << place
            taken[place] += 1
            items[item]?.taken &+= 1
        }
        young[impression.list] = places
        if young.count > Self.rememberedLists {
            old = young
            young = [:]
        }
    }

    /// What is known of items.
    package func impressions(of identifiers: some Collection<String>) -> [ItemImpressions] {
        let sum = shown.reduce(0, +)
        guard sum > 0 else { return identifiers.map { _ in ItemImpressions() } }
        let average = taken.reduce(0, +) / sum
        let rates = zip(taken, shown).map { ($0 + Self.smoothing * average) / ($1 + Self.smoothing) }
        return identifiers.map { identifier in
            guard let item = items[identifier] else { return ItemImpressions() }
            let expected = zip(item.shown, rates).reduce(Float(0)) { $0 + Float($1.0) * $1.1 }
            return ItemImpressions(expected: expected, taken: Float(item.taken))
        }
    }
}

/// What became of an item in lists that were shown.
package struct ItemImpressions: Sendable, Equatable {
    /// How often an average item would have been taken at the same places.
    package let expected: Float
    /// From how many lists it was taken.
    package let taken: Float

    package init(expected: Float = 0, taken: Float = 0) {
        self.expected = expected
        self.taken = taken
    }
}
