import Datasets
import Foundation

/// What the demo needs of its source: the CSV of interactions, titles, and who watched what.
struct DemoCatalogue {
    let description: String
    /// The CSV file that is uploaded.
    let interactions: URL
    let isMovieLens: Bool
    private let titles: [String: String]
    private let events: Interactions

    /// Writes the CSV file of interactions.
    init(_ source: DemoSource, writingTo file: URL) throws {
        interactions = file
        switch source {
        case .movieLens(let data, let origin):
            isMovieLens = true
            titles = data.titles
            try data.writeInteractions(to: interactions)
            events = data.interactions()
            description = "\(origin)\n         \(Self.counts(of: events)), from \(data.ratings.count) ratings"
        case .generated(let world):
            isMovieLens = false
            titles = world.titles
            _ = try world.writeInteractions(to: interactions)
            events = world.interactions()
            description = "a GENERATED catalogue, not MovieLens: \(Self.counts(of: events))"
        }
    }

    private static func counts(of events: Interactions) -> String {
        "\(events.count) events of \(events.users.count) users on \(events.items.count) items"
    }

    var firstUser: String { events.users.isEmpty ? "" : events.users[0] }

    func title(of item: String) -> String { titles[item] ?? item }

    /// What a user watched last, newest first, each title once.
    func lastTitles(of identifier: String, count: Int) -> [String] {
        guard let user = events.users.index(of: identifier) else { return [] }
        var latest: [UInt32: Int64] = [:]
        for event in events.userIndices.indices where Int(events.userIndices[event]) == user {
            latest[events.itemIndices[event]] = events.timestamps[event]
        }
        let newest = latest.sorted { ($0.value, $0.key) > ($1.value, $1.key) }
        return newest.prefix(count).map { title(of: events.items[Int($0.key)]) }
    }
}
