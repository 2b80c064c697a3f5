/// A made-up catalogue with users and their interactions, for demonstrations, tests and benchmarks without outside data.
///
/// The latent structure can be learned: every item belongs to a *taste*, every user has a few tastes in unequal measure,
/// a session stays mostly in one taste, and within a taste one item tends to lead to the next of its series. Popularity
/// falls by Zipf's law over the items, and so does activity over the users. Genres follow the tastes. The same
/// configuration gives the same world, byte for byte.
public struct GeneratedWorld: Sendable {
    public struct Configuration: Sendable, Hashable {
        public var users: Int
        public var items: Int
        public var events: Int
        public var seed: UInt64
        public var tastes = 24
        /// Zipf exponent of item popularity.
        public var popularityExponent = 0.9
        /// Zipf exponent of user activity.
        public var activityExponent = 0.5
        public var meanSessionLength = 6.0
        /// The chance that the next event of a session is the next item of the series.
        public var seriesChance = 0.3
        /// The chance that an event follows overall popularity instead of taste.
        public var popularityChance = 0.15
        /// Seconds since 1970 of the first session.
        public var start: Int64 = 1_600_000_000
        /// Seconds over which sessions start.
        public var duration: Int64 = 2 * 365 * 86_400

        /// Numbers below 1 are taken as 1, and more than 100,000,000 users or items as that many.
        public init(users: Int = 1_000, items: Int = 2_000, events: Int = 100_000, seed: UInt64 = 1) {
            self.users = min(max(users, 1), 100_000_000)
            self.items = min(max(items, 1), 100_000_000)
            self.events = max(events, 1)
            self.seed = seed
        }
    }

    /// What a user did to an item, in falling frequency.
    public enum EventType: String, Sendable, CaseIterable {
        case view = "View"
        case addToCart = "AddToCart"
        case purchase = "Purchase"
    }

    /// One interaction, with users and items by number.
    public struct Event: Sendable, Hashable {
        public var user: Int
        public var item: Int
        /// Seconds since 1970.
        public var timestamp: Int64
        public var type: EventType
    }

    public let configuration: Configuration
    let tasteOfItem: [UInt16]
    /// The items of each taste in the order of their series.
    let itemsOfTaste: [[Int32]]
    /// Where each item stands in its taste's series.
    let positionOfItem: [Int32]
    private let popularity: AliasTable
    private let tastePopularity: [AliasTable]
    private let activity: AliasTable

    public init(_ configuration: Configuration = Configuration()) {
        self.configuration = configuration
        var random = SeededGenerator(seed: configuration.seed)
        let tastes = min(max(configuration.tastes, 1), min(configuration.items, Int(UInt16.max)))

        var tasteOfItem: [UInt16] = []
        var itemsOfTaste: [[Int32]] = Array(repeating: [], count: tastes)
        var positionOfItem: [Int32] = []
        for item in 0..<configuration.items {
            let taste = item < tastes ? item : random.index(below: tastes)
            tasteOfItem.append(UInt16(taste))
            positionOfItem.append(Int32(itemsOfTaste[taste].count))
            itemsOfTaste[taste].append(Int32(item))
        }
        let weights = Self.zipf(configuration.items, exponent: configuration.popularityExponent, &random)
        popularity = AliasTable(weights)
        tastePopularity = itemsOfTaste.map { items in AliasTable(items.map { weights[Int($0)] }) }
        activity = AliasTable(Self.zipf(configuration.users, exponent: configuration.activityExponent, &random))
        self.tasteOfItem = tasteOfItem
        self.itemsOfTaste = itemsOfTaste
        self.positionOfItem = positionOfItem
    }

    /// Weights of Zipf's law over `count` indices in random order.
    private static func zipf(_ count: Int, exponent: Double, _ random: inout SeededGenerator) -> [Double] {
        var ranks = Array(1...count)
        for last in stride(from: count - 1, to: 0, by: -1) { ranks.swapAt(last, random.index(below: last + 1)) }
        return ranks.map { power(Double($0), -exponent) }
    }

    /// The user's favourite tastes with cumulative weights: 70, 20 and 10 percent.
    func tastes(ofUser user: Int) -> (Int, Int, Int) {
        var random = SeededGenerator(seed: configuration.seed ^ 0x7A57_E5E5 &+ UInt64(user) &* 0x9E37_79B9_7F4A_7C15)
        let count = itemsOfTaste.count
        return (random.index(below: count), random.index(below: count), random.index(below: count))
    }

    func draw(taste: Int, _ random: inout SeededGenerator) -> Int {
        Int(itemsOfTaste[taste][tastePopularity[taste].draw(&random)])
    }

    func drawPopular(_ random: inout SeededGenerator) -> Int { popularity.draw(&random) }

    func drawUser(_ random: inout SeededGenerator) -> Int { activity.draw(&random) }

    /// The item that follows in the series; the last is followed by the first.
    func successor(of item: Int) -> Int {
        let series = itemsOfTaste[Int(tasteOfItem[item])]
        let next = Int(positionOfItem[item]) + 1
        return Int(series[next < series.count ? next : 0])
    }
}
