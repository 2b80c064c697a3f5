extension GeneratedWorld {
    public struct Item: Sendable, Hashable {
        public let identifier: String
        public let title: String
        public let genres: [String]
        public let price: Double
        /// Seconds since 1970.
        public let creationTimestamp: Int64
    }

    public struct User: Sendable, Hashable {
        public let identifier: String
        public let age: Int
        public let membership: String
    }

    /// What there is to say of an item.
    ///
    /// - Precondition: `index` is in `0..<configuration.items`.
    public func item(_ index: Int) -> Item {
        var random = SeededGenerator(seed: configuration.seed ^ 0x17E5_0000 &+ UInt64(index) &* 0xBF58_476D_1CE4_E5B9)
        let taste = Int(tasteOfItem[index])
        let first = Self.genres[taste % Self.genres.count]
        var genres = [first]
        let second = Self.genres[(taste / Self.genres.count + taste + 5) % Self.genres.count]
        if second != first { genres.append(second) }
        if random.unit() < 0.3 {
            let third = Self.genres[random.index(below: Self.genres.count)]
            if !genres.contains(third) { genres.append(third) }
        }
        let series = Int(positionOfItem[index]) / 5
        let noun = Self.nouns[(series * 7 + taste * 3) % Self.nouns.count]
        let adjective = Self.adjectives[random.index(below: Self.adjectives.count)]
        let cents = 199 + taste * 150 % 4_000 + random.index(below: 2_500)
        return Item(
            identifier: Self.itemIdentifier(index), title: "The \(adjective) \(noun) \(index + 1)", genres: genres,
            price: Double(cents) / 100,
            creationTimestamp: configuration.start - Int64(random.index(below: 3 * 365 * 86_400)))
    }

    /// What there is to say of a user; age follows the favourite taste.
    ///
    /// - Precondition: `index` is in `0..<configuration.users`.
    public func user(_ index: Int) -> User {
        var random = SeededGenerator(seed: configuration.seed ^ 0x05E2_0000 &+ UInt64(index) &* 0x94D0_49BB_1331_11EB)
        let favourite = tastes(ofUser: index).0
        let age = 18 + favourite * 11 % 45 + random.index(below: 15)
        let chance = random.unit()
        return User(
            identifier: Self.userIdentifier(index), age: age,
            membership: chance < 0.6 ? "free" : chance < 0.9 ? "silver" : "gold")
    }

    private static let genres = [
        "Adventure", "Comedy", "Crime", "Documentary", "Drama", "Family", "Fantasy", "History", "Horror", "Music",
        "Mystery", "Romance", "Science", "Sport", "Travel", "War",
    ]
    private static let adjectives = [
        "Amber", "Broken", "Crimson", "Distant", "Eastern", "Forgotten", "Gentle", "Hidden", "Inner", "Last",
        "Northern",
        "Quiet", "Restless", "Silver", "Second", "Wandering",
    ]
    private static let nouns = [
        "Archive", "Bridge", "Canyon", "Dream", "Engine", "Forest", "Garden", "Harbour", "Island", "Journey", "Kingdom",
        "Lantern", "Mirror", "Orchard", "Passage", "River", "Signal", "Tower", "Voyage", "Winter",
    ]
}
